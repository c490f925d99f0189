"""Likely causes if nothing specific is known: the last rules before `unclassified`.

They say what kind of thing happened, in words that claim no more than that.
"""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.direction import same_keras
from reports.diagnosis.fact import Fact
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


def _attribute(symptom: Symptom, match: Match) -> Diagnosis | None:
    """An attribute that an object of Keras does not have (any more)."""
    if not of_keras(match["owner"]):
        return None
    if symptom.stage == "load":
        return _failed_in_keras(symptom, match)
    return diagnosis(
        symptom,
        match,
        Cause.API_REMOVED,
        "{owner}.{name}",
        "The code was written for a different version of Keras: `{owner}` of {keras} has no "
        "`{name}`. The model itself is not the problem.",
        advice("Update the code for this version, or run it with the version it was written for."),
    )


def _failed_in_keras(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        _CONFIG,
        "config",
        "{keras} fails while it builds the model from the file. Most often this means that a "
        "different version of Keras wrote the file.{saved}",
        same_keras,
    )


GENERAL = (
    Rule(
        name="download",
        said=(
            r"(?i:request to (?P<path>\S+) failed with status code)",
            r"[Ff]ailed to fetch",
            r"URLError",
            r"Could not find base path (?P<path2>\S+)",
            r"(?:HTTP|HTTPS|Http) ?Error:? ?[45]\d\d",
            r"(?P<path3>\S{1,300}) does not appear to be a valid module",
            r"Error no file named (?P<path4>\S+)",
            r"Can't load weights for",
            r"[Ff]ailed to download",
            r"Name or service not known",
            r"getaddrinfo failed",
            r"CERTIFICATE_VERIFY_FAILED",
        ),
        certainty=LIKELY,
        cause=Cause.MISSING_FILE,
        subject="{path}{path2}{path3}{path4}",
        explanation=("The download failed: the address is wrong or cannot be reached."),
        remedies=(
            advice(
                "Download the file yourself, check that it is complete, and load it from its path."
            ),
        ),
        source="",
        examples=(
            Example(
                ("OSError: https://tfhub.dev/google/m/1 does not appear to be a valid module."),
                subject="https://tfhub.dev/google/m/1",
            ),
        ),
    ),
    Rule(
        name="attribute-of-keras",
        said=(r"'(?P<owner>\w{1,60})' object has no attribute '(?P<name>\w+)'",),
        certainty=LIKELY,
        cause=Cause.API_REMOVED,
        explain=_attribute,
        source="",
        examples=(
            Example(
                "AttributeError: 'Adam' object has no attribute 'get_updates'",
                subject="Adam.get_updates",
            ),
        ),
    ),
    Rule(
        name="module-of-another-version",
        said=(
            (
                r"module '(?P<module>(?!tensorflow|keras|tf_keras)[\w.]+)' has no attribute "
                r"'(?P<name>\w+)'"
            ),
            r"\b(?:ImportError|ModuleNotFoundError)\b[^\n]*",
        ),
        certainty=LIKELY,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{module}",
        explanation=(
            "Packages in this environment do not work together: an import fails before a model "
            "is read."
        ),
        remedies=(advice("Install versions that work together."),),
        source="",
        examples=(
            Example(
                "AttributeError: module 'ml_dtypes' has no attribute 'float4'", subject="ml_dtypes"
            ),
        ),
    ),
    Rule(
        name="keras-fails-in-its-files",
        said=(rf"(?s){_BUILDING}.{{0,1500}}{_BROKEN_OFF}",),
        facts=(Fact("TODO", lambda s: s.stage in ("", "load")),),
        certainty=LIKELY,
        cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
        explain=_failed_in_keras,
        source="",
        examples=(
            Example(
                ('File "/a/keras/src/saving/saving_lib.py", line 1, in load\nAssertionError: 3'),
                subject="config",
            ),
        ),
    ),
)
