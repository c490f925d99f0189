"""Likely causes if nothing specific is known: they claim no more than the kind of failure."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.direction import same_keras
from reports.diagnosis.fact import LOADING, Fact
from reports.diagnosis.frames import BY_LOADER
from reports.diagnosis.history import of_keras
from reports.diagnosis.match import Match
from reports.diagnosis.rule import LIKELY, Example, Rule, diagnosis
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
_NO_ATTRIBUTE = r"'(?P<owner>\w{1,60})' object has no attribute '(?P<name>\w+)'"
_BUILDS = (
    "{keras} fails while it builds the model from the file. Most often this means that a "
    "different version of Keras wrote the file.{saved}"
)


def _of_keras(answer: Diagnosis, match: Match) -> Diagnosis | None:
    """The answer, where the object that lacks an attribute is one of Keras."""
    return answer if of_keras(match["owner"]) else None


def _while_loading(symptom: Symptom, match: Match) -> Diagnosis | None:
    answer = diagnosis(symptom, match, _CONFIG, "{owner}.{name}", _BUILDS, same_keras)
    return _of_keras(answer, match)


def _in_code(symptom: Symptom, match: Match) -> Diagnosis | None:
    answer = diagnosis(
        symptom,
        match,
        Cause.API_REMOVED,
        "{owner}.{name}",
        "The code was written for a different version of Keras: `{owner}` of {keras} has no "
        "`{name}`. The model itself is not the problem.",
        advice("Update the code for this version, or run it with the version it was written for."),
    )
    return _of_keras(answer, match)


GENERAL = (
    Rule(
        name="download",
        said=(
            r"(?i:request to (?P<path>\S+) failed with status code)",
            r"[Ff]ailed to fetch",
            r"URL fetch failure",
            r"URLError",
            r"Could not find base path (?P<path>\S+)",
            r"(?:HTTP|HTTPS|Http) ?Error:? ?[45]\d\d",
            r"(?P<path>\S{1,300}) does not appear to be a valid module",
            r"Error no file named (?P<path>\S+)",
            r"Can't load (?:the )?(?:weights|config(?:uration)?|model|tokenizer) for "
            r"'?(?P<path>[\w/.-]+)",
            r"[Ff]ailed to download",
            r"Name or service not known",
            r"getaddrinfo failed",
            r"CERTIFICATE_VERIFY_FAILED",
            r"Max retries exceeded with url",
        ),
        named=(r"(?P<path>https?://[^\s'\"<>()]*[\w/])",),
        certainty=LIKELY,
        cause=Cause.MISSING_FILE,
        subject="{path}",
        explanation="The download failed: the address is wrong or cannot be reached.",
        remedies=(
            advice(
                "Download the file yourself, check that it is complete, and load it from its path."
            ),
        ),
        source="keras/utils/data_utils.py, tensorflow_hub/resolver.py",
        examples=(
            Example(
                "OSError: https://tfhub.dev/google/m/1 does not appear to be a valid module.",
                subject="https://tfhub.dev/google/m/1",
            ),
            Example(
                "Exception: URL fetch failure on https://storage.example/w.h5: URLError",
                subject="https://storage.example/w.h5",
            ),
        ),
    ),
    Rule(
        name="attribute-of-keras-while-loading",
        said=(_NO_ATTRIBUTE,),
        facts=(BY_LOADER,),
        certainty=LIKELY,
        cause=_CONFIG,
        explain=_while_loading,
        source="public report",
        examples=(
            Example(
                Symptom(
                    message="AttributeError: 'Adam' object has no attribute 'get_updates'",
                    stage="load",
                ),
                subject="Adam.get_updates",
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
