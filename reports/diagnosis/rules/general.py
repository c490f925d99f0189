"""Likely causes if nothing specific is known: the last rules before `unclassified`.

They say what kind of thing happened, in words that claim no more than that.
"""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.history import of_keras
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.rules.keras.config import SAME_KERAS
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
        SAME_KERAS,
    )


GENERAL = (
    rule(
        "download",
        r"(?i:request to (?P<path>\S+) failed with status code)|[Ff]ailed to fetch|URLError|"
        r"Could not find base path (?P<path2>\S+)|(?:HTTP|HTTPS|Http) ?Error:? ?[45]\d\d|"
        r"(?P<path3>\S{1,300}) does not appear to be a valid module|"
        r"Error no file named (?P<path4>\S+)|Can't load weights for|[Ff]ailed to download|"
        r"Name or service not known|getaddrinfo failed|CERTIFICATE_VERIFY_FAILED",
        answer(
            Cause.MISSING_FILE,
            "{path}{path2}{path3}{path4}",
            "The download failed: the address is wrong or cannot be reached.",
            advice(
                "Download the file yourself, check that it is complete, and load it from its path."
            ),
        ),
    ),
    rule(
        "attribute-of-keras",
        r"'(?P<owner>\w{1,60})' object has no attribute '(?P<name>\w+)'",
        _attribute,
    ),
    rule(
        "module-of-another-version",
        r"module '(?P<module>(?!tensorflow|keras|tf_keras)[\w.]+)' has no attribute '(?P<name>"
        r"\w+)'|"
        r"\b(?:ImportError|ModuleNotFoundError)\b[^\n]*",
        answer(
            Cause.ENV_IMPORT_FAILURE,
            "{module}",
            "Packages in this environment do not work together: an import fails before a model "
            "is read.",
            advice("Install versions that work together."),
        ),
    ),
    rule(
        "keras-fails-in-its-files",
        rf"(?s){_BUILDING}.{{0,1500}}{_BROKEN_OFF}",
        _failed_in_keras,
        when=lambda s: s.stage in ("", "load"),
    ),
)
