"""Plain Python errors: blamed on a file only where a loader, its format or a frame says so."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import same_keras
from reports.diagnosis.advising.history import of_keras
from reports.diagnosis.facts.fact import LOADING, Fact
from reports.diagnosis.facts.frames import BY_LOADER, KERAS_FILE
from reports.diagnosis.match import Match
from reports.diagnosis.rule import LIKELY, ONE_OF, Example, Rule, diagnosis
from reports.diagnosis.rules.keras.config import NOT_IN_A_CALL
from reports.diagnosis.rules.keras.custom import OR_YOUR_CODE
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
# The files of Keras that turn what was saved into objects again.
_BUILDING = (
    r"keras[\w\\/.-]{0,60}[\\/](?:saving|saved_model|legacy|serialization\w*|hdf5_format|"
    r"saving_lib|functional|sequential|model_config|generic_utils|topology|network|save)"
    r"(?:[\\/][\w\\/-]{1,60})?\.py"
)
_BROKEN_OFF = r"\b(?:KeyError|TypeError|AttributeError|AssertionError|IndexError|ValueError)\b"
_NO_ATTRIBUTE = r"'(?P<owner>\w{1,60})' object has no attribute '(?P<key>\w+)'"
# What JSON can hold: a loader that takes one of them for an object reads another form of config.
_OF_JSON = r"(?:dict|list|str|NoneType|bool|int|float|tuple|ListWrapper|_DictWrapper)"
_PLAIN = (
    r"(?P<owner>string|list|tuple|byte) indices must be integers",
    rf"'(?P<owner>{_OF_JSON})' object has no attribute '(?P<key>items|pop|get|lower|startswith|"
    r"endswith|upper|keys|copy|rank|as_list|values|decode|replace|shape|dtype|ndim|split|append|"
    r"update|name|encode|from_config|get_config|build|call)'",
    r"KeyError:? ['\"]+(?P<key>\w{1,60})['\"]",
    r"KeyError: (?P<key>\d{1,3}|class_name|config|layers|inbound_nodes)\b",
    r"object of type '(?P<owner>NoneType|bool|int|float)' has no len\(\)",
    r"(?P<key>pop) expected at most 1 argument",
    r"(?P<owner>list|tuple) index out of range",
    r"(?P<key>not enough values|too many values) to unpack",
    r"unhashable type: '(?P<owner>\w+)'",
    rf"'(?P<owner>{_OF_JSON})' object is not (?:subscriptable|iterable|callable)",
    r"argument of type '(?P<owner>NoneType|int)' is not iterable",
    r"^(?P<key>AssertionError):?\s*(?:\d+)?\s*$",
    r"(?:int|float)\(\) argument must be [^\n]{1,80}, not '(?P<owner>dict|list|NoneType)'",
    r"must be (?:a )?real number, not (?P<owner>dict|list|NoneType|str)\b",
    r"'[<>]=?' not supported between instances of '(?:int|float)' and '(?P<owner>\w+)'",
    rf"'[<>]=?' not supported between instances of '(?P<owner>{_OF_JSON})' and",
    rf"unorderable types: (?P<owner>{_OF_JSON})\(\) [<>]=? \w+\(\)",
    rf"unorderable types: \w+\(\) [<>]=? (?P<owner>{_OF_JSON})\(\)",
    rf"unsupported operand type\(s\) for \S{{1,10}}: '(?P<owner>{_OF_JSON})' and",
    r"Expected \w+, (?:but )?got \{'(?:type|class_name)': '(?P<key>\w+)'",
    r"arg 5 \((?P<key>closure)\) must be tuple",
    r"truth value of an (?P<key>array) with more than one element is ambiguous",
    r"(?:\b(?P<owner>[A-Z]\w{1,80})\.)?(?P<key>__init__)\(\) takes [^\n]{1,60} but \d+ "
    r"(?:was|were) given",
    r"(?P<key>__init__)\(\) takes (?:at least|at most|exactly) \d+ arguments? \(\d+ given\)",
)
_BUILDS = (
    "{keras} fails while it builds the model from the file. Most often this means that a "
    "different version of Keras wrote the file.{saved}"
)


def _of_keras(answer: Diagnosis, match: Match) -> Diagnosis | None:
    """The answer, where the object that lacks an attribute is one of Keras."""
    return answer if of_keras(match["owner"]) else None


def _while_loading(symptom: Symptom, match: Match) -> Diagnosis | None:
    subject = "{owner}.{key}" if match["owner"] and match["key"] else "config {key}{owner}"
    answer = diagnosis(symptom, match, _CONFIG, subject, _BUILDS, same_keras)
    attribute = "has no attribute" in match.text.replace("\n", " ")
    is_json = match["owner"] in _OF_JSON[3:-1].split("|")
    return answer if not attribute or is_json else _of_keras(answer, match)


def _in_code(symptom: Symptom, match: Match) -> Diagnosis | None:
    answer = diagnosis(
        symptom,
        match,
        Cause.API_REMOVED,
        "{owner}.{key}",
        "The code was written for a different version of Keras: `{owner}` of {keras} has no "
        "`{key}`. The model itself is not the problem.",
        advice("Update the code for this version, or run it with the version it was written for."),
    )
    return _of_keras(answer, match)


PLAIN_ERRORS = (
    Rule(
        name="error-in-a-loader",
        said=(*_PLAIN, _NO_ATTRIBUTE),
        facts=(NOT_IN_A_CALL, BY_LOADER),
        unless=(
            r"JSONDecodeError",
            r"h5py[\\/]",
            r"\w\.pb\b",
            # The call of a loader is what fails, before there is a file.
            r"has no attribute '(?:load_|save_|model_from_|set_weights)",
        ),
        certainty=LIKELY,
        cause=_CONFIG,
        explain=_while_loading,
        source="public report",
        examples=(
            Example(
                'File "/a/keras/utils/layer_utils.py", line 24, in layer_from_config\n'
                "    class_name = config['class_name']\nKeyError: 'class_name'",
                subject="config class_name",
            ),
            Example(
                Symptom(
                    kind="AttributeError",
                    message="'list' object has no attribute 'items'",
                    stage="load",
                    loader="keras",
                ),
                subject="list.items",
            ),
            Example(
                Symptom(
                    message="AttributeError: 'Adam' object has no attribute 'get_updates'",
                    stage="load",
                ),
                subject="Adam.get_updates",
            ),
        ),
        counter_examples=(
            Example("KeyError: 'name'"),
            Example("IndexError: list index out of range"),
        ),
    ),
    Rule(
        name="error-beside-a-keras-file",
        said=_PLAIN,
        unless=(r"JSONDecodeError",),
        facts=(KERAS_FILE,),
        certainty=ONE_OF,
        cause=_CONFIG,
        explain=_while_loading,
        alternatives=(OR_YOUR_CODE,),
        source="public report",
        examples=(
            Example(
                Symptom(
                    message="AttributeError: 'list' object has no attribute 'items'", format="h5"
                ),
                subject="list.items",
            ),
            Example(
                Symptom(
                    message="Error in py_call_impl(callable, dots$args, dots$keywords) : "
                    "TypeError: '<' not supported between instances of 'dict' and 'float'.",
                    format="h5",
                ),
                subject="config dict",
            ),
            Example(
                Symptom(
                    message="TypeError: __init__() takes at least 4 arguments (4 given)",
                    format="h5",
                ),
                subject="config __init__",
            ),
            Example(
                Symptom(
                    message="TypeError: Expected float32, got {'type': 'ndarray', 'value': [1.0]} "
                    "of type 'dict' instead.",
                    format="h5",
                ),
                subject="config ndarray",
            ),
        ),
        counter_examples=(
            Example("AttributeError: 'list' object has no attribute 'items'"),
            Example(
                Symptom(
                    message='File "train.py", line 3, in main\nIndexError: list index out of range',
                    format="h5",
                )
            ),
        ),
    ),
    Rule(
        name="attribute-of-keras",
        said=(_NO_ATTRIBUTE,),
        certainty=LIKELY,
        cause=Cause.API_REMOVED,
        explain=_in_code,
        source="public report",
        examples=(
            Example(
                "AttributeError: 'Adam' object has no attribute 'get_updates'",
                subject="Adam.get_updates",
            ),
        ),
        counter_examples=(
            Example("AttributeError: 'Namespace' object has no attribute 'model'"),
            Example("AttributeError: 'NoneType' object has no attribute 'shape'"),
        ),
    ),
    Rule(
        name="keras-fails-in-its-files",
        said=(rf"(?s){_BUILDING}.{{0,1500}}{_BROKEN_OFF}",),
        facts=(Fact(LOADING.words, lambda s: s.loading, 0),),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="config",
        explanation=_BUILDS,
        remedies=(same_keras,),
        source="keras/src/saving/serialization_lib.py (Keras 3)",
        examples=(
            Example(
                'File "/a/keras/src/saving/saving_lib.py", line 1, in load\nAssertionError: 3',
                subject="config",
            ),
        ),
    ),
)
