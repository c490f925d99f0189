"""Files that were read as JSON, text or a pickle."""

from __future__ import annotations

import re
from dataclasses import replace

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.damage import PULL
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import BY_LOADER, LOADER_OR_KERAS_FILE
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.files import OR_DAMAGED, OR_OTHER_KIND, damaged, other_kind, path_in
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause, Diagnosis

_WRONG = Cause.WRONG_FORMAT_OR_PATH
_DAMAGED = Cause.CORRUPT_OR_TRUNCATED

_JSON = "the JSON file"
_KINDS_BY_KEY = {
    "\\x89": "an HDF5 file",
    "P": "a zip file",
    "\\x1f": "a gzip file",
    "{": "a JSON file",
}
_READS_A_PICKLE = Fact(
    f"{BY_LOADER.words}, or the text shows the call that reads a pickle",
    lambda s: BY_LOADER.holds(s) or bool(re.search(r"(?:pickle|joblib|torch|np)\.load\(", s.text)),
)
_READS_A_FILE = Fact(
    f"{LOADER_OR_KERAS_FILE.words}, or TensorFlow read a file or its format is known",
    lambda s: (
        LOADER_OR_KERAS_FILE.holds(s)
        or s.format == "frozen_graph"
        or bool(re.search(r"[\\/]file_io\.py|\b(?:Fast)?GFile\(|label_map_util\.py", s.text))
    ),
)
_FETCH = advice("Open the address in a browser, and download the file itself.")
_OR_ANOTHER_CODEPAGE = Alternative(
    cause=Cause.MISSING_FILE,
    explanation="Windows reports in its own language that the file is missing or denied.",
    decides="whether the file exists, and whether its path has letters outside of ASCII",
)
_OR_NOT_A_PATH = Alternative(
    cause=_WRONG,
    explanation="Another text than the path of a model was given, or its backslashes were read as "
    "other characters.",
    decides="repr() of the path",
)


def _pickle(symptom: Symptom, match: Match) -> Diagnosis:
    """The first byte of what was opened as a pickle says what it is."""
    kind = _KINDS_BY_KEY.get(match["key"], "")
    found = diagnosis(
        symptom,
        match,
        _WRONG,
        "{at}",
        "`{at}` was opened as a pickle, but it is {kind}.",
        advice("Use the loader for this kind of file."),
        at=path_in(match, symptom, "the file"),
        kind=kind or "something else",
    )
    return found if kind else replace(found, certainty=ONE_OF, alternatives=(OR_DAMAGED,))


def _json(symptom: Symptom, match: Match) -> Diagnosis:
    """At its first character nothing of a JSON file was there; further on, it was."""
    if match["at"] == "0":
        found = other_kind(symptom, match, "a JSON file")
        subject = _JSON if found.subject == "the file" else found.subject
        return replace(found, subject=subject, alternatives=(OR_DAMAGED,))
    return replace(damaged(symptom, match, _JSON), alternatives=(OR_OTHER_KIND,))


TEXTS = (
    Rule(
        name="lfs-pointer",
        said=(r"invalid load key, '(?P<key>v)'", r"(?P<key>version https://git-lfs)"),
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=lambda s, f: diagnosis(
            s,
            f,
            _DAMAGED,
            "{at}",
            "The file is a git-lfs pointer, not the model.",
            PULL,
            at=path_in(f, s, "a git-lfs pointer"),
        ),
        source="pickle.py (Python); public report",
        examples=(Example("UnpicklingError: invalid load key, 'v'.", subject="a git-lfs pointer"),),
    ),
    Rule(
        name="web-page",
        said=(r"invalid load key, '(?P<key><)'", r"(?P<key>(?i:<!DOCTYPE html))"),
        certainty=LIKELY,
        cause=_DAMAGED,
        explain=lambda s, f: diagnosis(
            s,
            f,
            _DAMAGED,
            "{at}",
            "The file is a web page, not the model: the download failed.",
            _FETCH,
            at=path_in(f, s, "a web page"),
        ),
        source="pickle.py (Python); public report",
        examples=(Example("UnpicklingError: invalid load key, '<'.", subject="a web page"),),
    ),
    Rule(
        name="pickle-of-what",
        said=(r"invalid load key, '(?P<key>(?!v'|<')[^\n]{1,6}?)'",),
        facts=(_READS_A_PICKLE,),
        certainty=CERTAIN,
        cause=_WRONG,
        explain=_pickle,
        source="pickle.py (Python)",
        examples=(
            Example(
                Symptom(message="UnpicklingError: invalid load key, '\\x89'.", stage="load"),
                subject="the file",
            ),
            Example(
                "model = pickle.load(open('m.h5', 'rb'))\n"
                "_pickle.UnpicklingError: invalid load key, '\\x89'.",
                subject="m.h5",
            ),
        ),
        counter_examples=(Example("_pickle.UnpicklingError: invalid load key, 'x'."),),
    ),
    Rule(
        name="pickle-ends",
        said=(r"(?:EOFError: )?Ran out of input", r"pickle data was truncated"),
        facts=(_READS_A_PICKLE,),
        certainty=CERTAIN,
        cause=_DAMAGED,
        explain=lambda s, f: damaged(s, f, "the pickle"),
        source="pickle.py (Python)",
        examples=(
            Example(
                Symptom(kind="EOFError", message="Ran out of input", stage="load"),
                subject="the pickle",
            ),
        ),
        counter_examples=(Example("EOFError: Ran out of input"),),
    ),
    Rule(
        name="config-is-no-text",
        said=(
            r"the JSON object must be str(?:, bytes or bytearray)?, not '?(?P<type>(?!bytes)\w+)",
        ),
        certainty=ONE_OF,
        cause=Cause.API_REMOVED,
        subject="{type}",
        explanation="The code gave a {type} to a function that reads JSON from a text.",
        remedies=(
            advice(
                "Give the text itself: the content of the file, not the file or what json.load "
                "made of it.",
                "model = tf.keras.models.model_from_json(open(path).read())",
            ),
        ),
        alternatives=(
            Alternative(
                cause=Cause.CALL_INPUT_MISMATCH,
                explanation="The code of today passes a wrong value, and no release ever took it.",
                decides="whether the code works with its own releases",
            ),
        ),
        source="json/__init__.py (Python)",
        examples=(
            Example("TypeError: the JSON object must be str, not 'dict'.", subject="dict"),
            Example(
                "TypeError: the JSON object must be str, bytes or bytearray, not TextIOWrapper",
                subject="TextIOWrapper",
            ),
        ),
    ),
    Rule(
        name="config-decoder-without-words",
        said=(
            r"(?s)model_from_(?:json|config).{0,1500}_default_decoder\.decode\(s\)",
            r"(?s)json\.loads\(json_string\).{0,600}[\\/]json[\\/](?:__init__|decoder)\.py",
        ),
        unless=(
            r"JSONDecodeError",
            r"must be str",
            r"\bchar \d+\)",
            r"TypeError",
            r"expected string",
        ),
        certainty=ONE_OF,
        cause=_DAMAGED,
        subject="the JSON file",
        explanation="The config could not be read as JSON; the text ends before it says why.",
        remedies=(advice("Look at the file: a config begins with {{ and ends with }}."),),
        alternatives=(OR_OTHER_KIND,),
        source="json/__init__.py (Python)",
        examples=(
            Example(
                "in model_from_json(json_string, custom_objects)\n--> 490     config = "
                "json.loads(json_string)\n--> 339         return _default_decoder.decode(s)",
                subject="the JSON file",
            ),
            Example(
                "    config = json.loads(json_string)\n"
                '  File "/usr/lib/python3.5/json/__init__.py", line 319, in loads',
                subject="the JSON file",
            ),
        ),
    ),
    Rule(
        name="no-json",
        said=(
            r"JSONDecodeError[^\n]*\(char (?P<at>\d+)\)",
            r"JSONDecodeError",
            r"Expecting (?:value|property name[^\n:]*|'[^'\n]*' delimiter): line \d+ column \d+ "
            r"\(char (?P<at>\d+)\)",
            r"(?:Extra data|Unterminated string starting at): line \d+ column \d+ "
            r"\(char (?P<at>\d+)",
        ),
        facts=(LOADER_OR_KERAS_FILE,),
        certainty=ONE_OF,
        cause=_WRONG,
        alternatives=(OR_DAMAGED,),
        explain=_json,
        source="json/decoder.py (Python)",
        examples=(
            Example(
                Symptom(message="Expecting value: line 1 column 1 (char 0)", stage="load"),
                subject="the JSON file",
            ),
        ),
        counter_examples=(Example("JSONDecodeError: Expecting value: line 1 column 1 (char 0)"),),
    ),
    Rule(
        name="path-in-another-code-page",
        said=(
            r"'(?P<codec>mbcs|ascii|charmap|gbk|latin-1|utf-?8|cp\d+)' codec can't encode "
            r"characters? ",
        ),
        facts=(LOADER_OR_KERAS_FILE,),
        certainty=ONE_OF,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{codec}",
        explanation="The path has letters that this Python cannot pass on in `{codec}`.",
        remedies=(advice("Move the model to a path of English letters, or set PYTHONUTF8=1."),),
        alternatives=(_OR_NOT_A_PATH,),
        source="h5py/_hl/compat.py; tensorflow/python/util/compat.py",
        examples=(
            Example(
                'File "a/h5py/_hl/compat.py", line 114, in filename_encode\nUnicodeEncodeError: '
                "'mbcs' codec can't encode characters in position 0--1: invalid character",
                subject="mbcs",
            ),
        ),
        counter_examples=(
            Example(
                "UnicodeEncodeError: 'ascii' codec can't encode character '\\xe9' in position 1"
            ),
        ),
    ),
    Rule(
        name="bytes-read-as-text",
        said=(
            r"'(?:utf-?8|ascii|charmap|gbk|cp\d+)' codec can't decode byte 0x(?P<byte>\w\w)",
            r"UnicodeDecodeError",
        ),
        named=(
            r"(?:from_labelmap|load_labelmap|from_pipeline_file|\bGFile|\.Open)\((?P<path>\w+\b)",
        ),
        facts=(_READS_A_FILE,),
        certainty=ONE_OF,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "a text file"),
        alternatives=(OR_DAMAGED, _OR_ANOTHER_CODEPAGE),
        source="codecs (Python)",
        examples=(
            Example(
                "model = model_from_json(open('m.h5').read())\nUnicodeDecodeError: 'utf-8' codec "
                "can't decode byte 0x89 in position 0: invalid start byte",
                subject="m.h5",
            ),
            Example(
                "in create_categories_from_labelmap\n    label_map = load_labelmap(label_map_path)"
                '\nFile "a/tensorflow/python/lib/io/file_io.py", line 77, in _preread_check\n'
                "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xcd in position 133",
                subject="label_map_path",
            ),
        ),
        counter_examples=(
            Example("UnicodeDecodeError: 'utf-8' codec can't decode byte 0x89 in position 0"),
        ),
    ),
    Rule(
        name="no-pickle",
        said=(
            r"Failed to interpret file '?(?P<path>[^'\n]{1,200}?)'? as a pickle",
            r"UnpicklingError",
        ),
        facts=(_READS_A_PICKLE,),
        certainty=LIKELY,
        cause=_WRONG,
        explain=lambda s, f: other_kind(s, f, "a pickle"),
        source="numpy/lib/npyio.py",
        examples=(
            Example(
                Symptom(
                    kind="UnpicklingError",
                    message="Failed to interpret file 'm.npy' as a pickle",
                    stage="load",
                ),
                subject="m.npy",
            ),
        ),
        counter_examples=(Example("_pickle.UnpicklingError: pickle data was truncated"),),
    ),
    Rule(
        name="pytorch-weights",
        said=(
            r"[Uu]se `?from_pt=True`? to load",
            r"there is a file for PyTorch weights",
            r"from a PyTorch checkpoint",
        ),
        certainty=CERTAIN,
        cause=_WRONG,
        subject="PyTorch weights",
        explanation="The folder has weights of PyTorch, and none of TensorFlow.",
        remedies=(advice("Let transformers convert them: pass from_pt=True.", "from_pt=True"),),
        source="transformers/modeling_tf_utils.py",
        examples=(
            Example(
                "OSError: Error no file named tf_model.h5 found in directory m but there is a "
                "file for PyTorch weights. Use `from_pt=True` to load this model from those "
                "weights.",
                subject="PyTorch weights",
            ),
        ),
    ),
)
