"""HDF5 files that are damaged, of another kind, or without what a loader looks for."""

from __future__ import annotations

from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.file_kind import file_in, promised
from reports.diagnosis.facts.path_facts import bytes_of_another_kind
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.files import (
    OR_DAMAGED,
    OR_MISSING,
    OR_OTHER_KIND,
    damaged,
    other_kind,
    path_in,
)
from reports.diagnosis.symptom import PathFacts, Symptom
from reports.report.cause import Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED
_HDF5 = "an HDF5 file"
_NO_SIGNATURE = (r"file signature not found", r"find a valid file signature")
_LOAD_WEIGHTS = advice(
    "Build the model in code, then call load_weights.", "model.load_weights(path)"
)
_FORMATS_APART = Fact(
    "the model is known to be of another format",
    lambda s: s.format in ("keras_v3", "saved_model", "tflite", "frozen_graph"),
)
_NAMED_APART = Fact(
    "the name of the file is that of another kind",
    lambda s: promised(s.path or file_in(s.text)) not in ("", _HDF5),
)


def _other_kind(symptom: Symptom, match: Match) -> Diagnosis:
    return _named(other_kind(symptom, match, _HDF5), symptom, match)


def _no_signature(symptom: Symptom, match: Match) -> Diagnosis:
    return _named(damaged(symptom, match), symptom, match)


def _named(found: Diagnosis, symptom: Symptom, match: Match) -> Diagnosis:
    """Without a path, the subject is what was looked for."""
    return found if path_in(match, symptom) else replace(found, subject="file signature")


def _damaged(symptom: Symptom, match: Match) -> Diagnosis:
    found = damaged(symptom, match)
    if match["eof"] and not path_in(match, symptom):
        return replace(found, subject=match["eof"])
    return found


CONTENTS = (
    Rule(
        name="hdf5-signature-of-another-kind",
        said=_NO_SIGNATURE,
        facts=(bytes_of_another_kind(_HDF5, "an empty file"),),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_other_kind,
        source="HDF5 H5Fsuper.c",
        examples=(
            Example(
                Symptom(
                    message="OSError: Unable to open file (file signature not found)",
                    at=PathFacts(exists=True, head=b"PK\x03\x04aaaaaaaaaaaa"),
                    path="m.h5",
                ),
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-signature-of-a-known-format",
        said=_NO_SIGNATURE,
        facts=(_FORMATS_APART,),
        certainty=LIKELY,
        cause=_WRONG,
        explain=_other_kind,
        alternatives=(OR_DAMAGED,),
        source="HDF5 H5Fsuper.c",
        examples=(
            Example(
                Symptom(message="file signature not found", format="saved_model", path="m"),
                subject="m",
            ),
        ),
    ),
    Rule(
        name="hdf5-signature-by-its-name",
        said=_NO_SIGNATURE,
        facts=(_NAMED_APART,),
        certainty=LIKELY,
        cause=_WRONG,
        explain=_other_kind,
        alternatives=(OR_DAMAGED,),
        source="HDF5 H5Fsuper.c",
        examples=(
            Example(
                "model = load_model('out/model.keras')\nOSError: Unable to open file (file "
                "signature not found)",
                subject="out/model.keras",
            ),
        ),
    ),
    Rule(
        name="hdf5-signature",
        said=_NO_SIGNATURE,
        certainty=ONE_OF,
        cause=_DAMAGED,
        explain=_no_signature,
        alternatives=(OR_OTHER_KIND,),
        source="HDF5 H5Fsuper.c",
        examples=(
            Example(
                "OSError: Unable to open file (file signature not found)",
                subject="file signature",
            ),
            Example(
                "load_model('model.h5')\nOSError: Unable to open file (file signature not found)",
                subject="model.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-damaged",
        said=(
            r"(?P<eof>(?i:truncated file: eof = \d+))",
            r"(?i:truncated file: eof)",
            r"addr overflow",
            r"Malformed HDF5 dataset shape",
            r"wrong [\w-]+ signature",
            r"bad object header",
            r"(?:inflate|filter)[^\n]*(?:fail|returned failure)",
            r"Can't (?:synchronously )?read data",
            r"unable to (?:decode|read) (?:raw|object|super)",
            r"bad (?:heap|symbol|local heap|superblock)",
            r"Unable to (?:synchronously )?open (?:file|object) \((?:bad|incorrect|unable to "
            r"(?:determine|read|load))[^\n]*",
            r"checksum verification failed",
            r"component not found",
        ),
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=_damaged,
        source="HDF5 H5Fsuper.c, H5Z.c, H5HG.c",
        examples=(
            Example(
                "OSError: Unable to open file (truncated file: eof = 6, stored_eof = 22)",
                subject="truncated file: eof = 6",
            ),
        ),
    ),
)

WEIGHTS_ONLY = (
    Rule(
        name="hdf5-weights-only",
        said=(
            r"No model (?:config )?found in (?:the )?(?:config )?file(?: at "
            r"(?P<path>[^\n<]*?)\.?$)?",
            r"model_config[^\n]*(?:KeyError|doesn't exist|not found)",
            r"KeyError: ['\"]?model_config",
        ),
        named=(r"['\"](?P<path>[^\s'\"]+\.(?:h5|hdf5|keras))['\"]",),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="model config {path}",
        explanation=(
            "The HDF5 file contains weights only and no architecture, so no model can be built "
            "from it."
        ),
        remedies=(_LOAD_WEIGHTS,),
        source="keras/saving/hdf5_format.py, keras/src/legacy/saving/legacy_h5_format.py",
        examples=(
            Example("ValueError: No model found in config file.", subject="model config"),
            Example(
                "ValueError: No model config found in the file at w.h5.",
                subject="model config w.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-without-its-group",
        said=(
            r"Cannot create group in read[- ]only mode",
            r"Unable to (?:synchronously )?create group \(no write intent",
        ),
        named=(r"['\"](?P<path>[^\s'\"]+\.(?:h5|hdf5|keras))['\"]",),
        certainty=LIKELY,
        cause=_WRONG,
        subject="{path}",
        explanation=(
            "The loader looks for a group that the HDF5 file does not have: the file contains "
            "weights only, or it is no file of Keras."
        ),
        remedies=(_LOAD_WEIGHTS,),
        alternatives=(OR_MISSING,),
        source="keras/utils/io_utils.py (Keras 2.2 and 2.3), h5py/_hl/group.py",
        examples=(
            Example(
                "load_model('m.h5')\nValueError: Cannot create group in read only mode.",
                subject="m.h5",
            ),
        ),
    ),
    Rule(
        name="hdf5-without-layer-names",
        said=(
            r"can't locate attribute: '(?P<name>layer_names|weight_names|keras_version|backend)'",
            r"[Oo]bject '(?P<name>layer_names|model_weights|model_config)' doesn't exist",
            r"KeyError: ['\"](?P<name>layer_names|model_weights)",
        ),
        certainty=LIKELY,
        cause=_WRONG,
        subject="{name}",
        explanation=(
            "The HDF5 file has no `{name}`, so it is no file of weights that this Keras wrote: "
            "another program or another Keras format wrote it."
        ),
        remedies=(
            advice(
                "List what is in the file, and load it with what wrote it.",
                "h5py.File(path).visit(print)",
            ),
        ),
        source="h5py/h5a.pyx, keras/engine/topology.py",
        examples=(
            Example(
                "KeyError: \"Can't open attribute (can't locate attribute: 'layer_names')\"",
                subject="layer_names",
            ),
            Example(
                "KeyError: 'Unable to synchronously open attribute (can\\'t locate attribute: "
                "\\'weight_names\\')'",
                subject="weight_names",
            ),
        ),
    ),
)
