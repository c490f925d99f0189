"""Zip files, as .keras files are, and other archives."""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.path_facts import EXISTS, bytes_of_another_kind
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import (
    NAME_IT,
    OR_DAMAGED,
    OR_DENIED,
    OR_OTHER_KIND,
    damaged,
    other_kind,
)
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_MISSING = Cause.MISSING_FILE
_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED

_ZIP = "the zip file"
_ACCESSIBLE = (
    r"File not found: filepath=(?P<path>[^\n]*?)\.?\s+Please ensure the file is an\s+accessible",
    r"ensure the file is an accessible\s+`?\.keras`? zip",
)
_NOT_A_ZIP = (r"(?i:File is not a zip file)", r"\bBadZipFile\b(?!: (?:Bad|Truncated|Corrupt))")
_LOOK = advice("Give the path to `loadmatrix inspect FILE`: it says which of these it is.")
_OR_NO_ZIP = Alternative(
    cause=_WRONG,
    explanation="It is HDF5 or another kind of file under this name.",
    decides="`loadmatrix inspect FILE`",
)
_OR_A_PART = Alternative(
    cause=_DAMAGED,
    explanation="It is a git-lfs pointer, a web page or a part of the file.",
    decides="`loadmatrix inspect FILE`",
)
_UNPACKED = advice("Use the file that model.save() wrote. Do not unpack it and zip it again.")


def _named_zip(symptom: Symptom, match: Match) -> Diagnosis:
    """`config.json` of a .keras file, or what any zip file lacks."""
    ours = match["name"] in ("config.json", "metadata.json", "model.weights.h5", "")
    found = diagnosis(
        symptom,
        match,
        _WRONG,
        "{name}",
        "The zip file is not a Keras model: `{name}` is missing in it.",
        _UNPACKED,
    )
    return found if ours else replace(found, certainty=LIKELY)


ARCHIVES = (
    Rule(
        name="pytorch-file-unreadable",
        said=(
            r"Unable to load weights from pytorch checkpoint file(?: for '[^'\n]*')?"
            r"(?: at '(?P<path>[^'\n]*)')?",
        ),
        certainty=ONE_OF,
        cause=_DAMAGED,
        subject="{path|pytorch checkpoint file}",
        explanation="PyTorch could not read its file of weights: most often it is incomplete.",
        remedies=(advice("Download the file again. A few hundred bytes are a git-lfs pointer."),),
        alternatives=(OR_OTHER_KIND,),
        source="transformers/modeling_utils.py",
        examples=(
            Example(
                "OSError: Unable to load weights from pytorch checkpoint file. If you tried to "
                "load a PyTorch model from a TF 2.0 checkpoint, please set from_tf=True.",
                subject="pytorch checkpoint file",
            ),
            Example(
                "OSError: Unable to load weights from pytorch checkpoint file for '/m/w.bin' at "
                "'/m/w.bin'. If you tried to load a PyTorch model",
                subject="/m/w.bin",
            ),
        ),
    ),
    Rule(
        name="keras-weights-not-opened",
        said=(r"UnboundLocalError: (?:cannot access )?local variable '(?P<name>weights_store)'",),
        certainty=ONE_OF,
        cause=Cause.KERAS3_FORMAT_UNSUPPORTED,
        subject="{name}",
        explanation=(
            "Keras could not open the weights in the .keras file, and a fault of this version "
            "hides why."
        ),
        remedies=(advice("Load it with a newer Keras 3, which shows the reason if it fails."),),
        alternatives=(OR_DAMAGED, OR_OTHER_KIND),
        source="keras/src/saving/saving_lib.py",
        examples=(
            Example(
                "UnboundLocalError: cannot access local variable 'weights_store' where it is not "
                "associated with a value",
                subject="weights_store",
            ),
        ),
    ),
    Rule(
        name="keras-zip",
        said=_ACCESSIBLE,
        certainty=ONE_OF,
        cause=_MISSING,
        subject="{path}",
        explanation="Keras says this where `{path}` is missing, and where it is no whole zip file.",
        remedies=(_LOOK, NAME_IT),
        alternatives=(_OR_NO_ZIP, _OR_A_PART, OR_DENIED),
        source="keras/src/saving/saving_api.py",
        examples=(
            Example(
                "ValueError: File not found: filepath=m.keras. Please ensure the file is an "
                "accessible `.keras` zip file.",
                subject="m.keras",
            ),
            Example(
                "File not found: filepath=a b.keras. Please ensure the file is an\n"
                "accessible `.keras` zip",
                subject="a b.keras",
            ),
        ),
    ),
    Rule(
        name="keras-zip-damaged",
        said=(*_ACCESSIBLE, *_NOT_A_ZIP),
        facts=(EXISTS,),
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, _ZIP),
        source="keras/src/saving/saving_api.py",
        examples=(
            Example(
                Symptom(
                    message="File not found: filepath=m.keras. Please ensure the file is an "
                    "accessible `.keras` zip file.",
                    at=PathFacts(exists=True, readable=True, is_folder=False, head=b"PK\x03\x04"),
                ),
                subject="m.keras",
            ),
        ),
    ),
    Rule(
        name="keras-zip-of-another-kind",
        said=(*_ACCESSIBLE, *_NOT_A_ZIP),
        facts=(EXISTS, bytes_of_another_kind("a zip file")),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "a .keras zip file"),
        source="keras/src/saving/saving_api.py",
        examples=(
            Example(
                Symptom(
                    message="zipfile.BadZipFile: File is not a zip file",
                    path="m.keras",
                    at=PathFacts(exists=True, is_folder=False, head=b"\x89HDF\r\n\x1a\n"),
                ),
                subject="m.keras",
            ),
        ),
    ),
    Rule(
        name="not-a-zip",
        said=_NOT_A_ZIP,
        certainty=ONE_OF,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, _ZIP),
        alternatives=(OR_OTHER_KIND,),
        source="zipfile.py (Python)",
        examples=(Example("zipfile.BadZipFile: File is not a zip file", subject="the zip file"),),
    ),
    Rule(
        name="zip-without-config",
        said=(
            r"There is no item named\s+'?(?P<name>[^'\n]+)'? in the\s+archive",
            r"(?P<name>(?:config|metadata)\.json)[^\n]{0,40}not (?:found )?in (?:the )?archive",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_named_zip,
        source="keras/src/saving/saving_lib.py",
        examples=(
            Example(
                "KeyError: \"There is no item named 'config.json' in the archive\"",
                subject="config.json",
            ),
        ),
    ),
    Rule(
        name="zip-damaged",
        said=(
            r"Bad CRC-32 for file '(?P<path>[^'\n]+)'",
            r"Bad magic number for (?:file header|central directory|zip64)",
            r"BadZipFile: (?:Bad|Truncated|Corrupt)",
            r"Truncated (?:file header|central directory)",
            r"Compressed file ended before the end-of-stream marker",
            r"Error -\d+ while decompressing data",
            r"\bCRC check failed 0x",
            r"(?:zlib\.error|zipfile\.BadZipFile|tarfile\.ReadError): "
            r"(?!File is|not a gzip|file could)",
            r"Incomplete or corrupted file detected",
            r"seems to be incomplete or outdated because the \w+ file hash does not match",
        ),
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, _ZIP),
        source="zipfile.py, gzip.py (Python); keras/src/utils/file_utils.py",
        examples=(
            Example(
                "zipfile.BadZipFile: Bad CRC-32 for file 'model.weights.h5'",
                subject="model.weights.h5",
            ),
            Example(
                "EOFError: Compressed file ended before the end-of-stream marker was reached",
                subject="the zip file",
            ),
            Example(
                "zlib.error: Error -3 while decompressing data: invalid block type",
                subject="the zip file",
            ),
        ),
        counter_examples=(
            Example("ImportError: bad magic number in 'tensorflow': b'\\x03\\xf3\\r\\n'"),
            Example("EOFError: EOF when reading a line"),
        ),
    ),
    Rule(
        name="safetensors-header",
        said=(
            r"(?:Safetensor\w*|deserializing header)[^\n]{0,60}"
            r"(?P<why>HeaderToo(?:Large|Small)|InvalidHeader\w*|MetadataIncompleteBuffer)",
        ),
        certainty=LIKELY,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, "the safetensors file"),
        alternatives=(OR_OTHER_KIND,),
        source="safetensors/src/tensor.rs",
        examples=(
            Example(
                "safetensors_rust.SafetensorError: Error while deserializing header: "
                "HeaderTooLarge",
                subject="the safetensors file",
            ),
        ),
    ),
    Rule(
        name="not-an-archive",
        said=(
            r"(?i:not a gzip(?:ped)? file)",
            r"tarfile\.ReadError: (?:file could not be opened|not a)",
        ),
        certainty=ONE_OF,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, "the archive"),
        alternatives=(OR_OTHER_KIND,),
        source="gzip.py, tarfile.py (Python)",
        examples=(
            Example("gzip.BadGzipFile: Not a gzipped file (b'<!')", subject="the archive"),
            Example("tarfile.ReadError: not a gzip file", subject="the archive"),
        ),
    ),
)
