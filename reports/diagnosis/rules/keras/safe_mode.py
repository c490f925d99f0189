"""What Keras refuses in safe mode, and files that it needs outside the model file."""

from __future__ import annotations

from matrix.plan.variant import UNSAFE
from reports.diagnosis.advice import advice
from reports.diagnosis.rule import Match, answer, diagnosis, rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis, Remedy

_SELF_CONTAINED = advice(
    "Save the model again with the vocabulary inside, or copy the file to the path that the "
    "model uses."
)


def _trusting(symptom: Symptom) -> Remedy:
    # JSON and HDF5 have no argument for it in Keras 3.
    by_argument = symptom.format not in ("keras_h5", "keras_json")
    allow = "keras.models.load_model(path, safe_mode=False)"
    return advice(
        "If you trust the source of the model, turn safe mode off. The option "
        "--allow-lambda tests that.",
        allow if by_argument else "keras.config.enable_unsafe_deserialization()",
        loader="keras",
        variant=UNSAFE,
    )


def _file_refused(symptom: Symptom, match: Match) -> Diagnosis:
    file = (match["file"] or "").replace("\\", "/").rpartition("/")[2]
    return diagnosis(
        symptom,
        match,
        Cause.MISSING_FILE,
        "{name}",
        "The model file is not self-contained: it refers to the {what} {name} outside the file, "
        "and {keras} reads that only with safe mode turned off.",
        _SELF_CONTAINED,
        _trusting(symptom),
        name=file or "a file",
        what=match["what"],
    )


def _part_refused(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        Cause.UNSAFE_LAMBDA_BLOCKED,
        "{what}",
        "The model contains {what}, and {keras} creates it only with safe mode turned off.",
        _trusting(symptom),
        what=match["what"],
    )


def _lambda_refused(symptom: Symptom, match: Match) -> Diagnosis:
    return diagnosis(
        symptom,
        match,
        Cause.UNSAFE_LAMBDA_BLOCKED,
        ", ".join(symptom.lambdas) or "Lambda",
        "The model contains a Python lambda{which}, and {keras} runs such code only with safe "
        "mode turned off.",
        _trusting(symptom),
        which=f" ({', '.join(symptom.lambdas)})" if symptom.lambdas else "",
    )


SAFE_MODE = (
    rule(
        "file-outside-refused",
        r"Requested the loading of an? (?P<what>[\w ]+) outside of the model archive"
        r"(?:[^\n]{0,600}file: ['\"](?P<file>[^'\"\n]+))?",
        _file_refused,
    ),
    rule(
        "file-outside-absent",
        r"Vocabulary file ['\"]?(?:[^\n]{0,200}[/\\])?(?P<file>[^\n/\\]{1,200}?)['\"]? "
        r"does not exist",
        answer(
            Cause.MISSING_FILE,
            "{file}",
            "The model file is not self-contained: it refers to the vocabulary file {file} "
            "outside the file, and that file does not exist here.",
            _SELF_CONTAINED,
        ),
    ),
    rule(
        "part-refused",
        r"Requested the deserialization of an? [`'\"]?(?P<what>(?!\w*Lambda)[\w.]+)[`'\"]?"
        r"(?! layer with a Python)[^\n]*potential risk",
        _part_refused,
    ),
    rule(
        "lambda-refused",
        r"deserialization of a `?(?P<layer>\w+)`? (?:layer )?(?:with|whose|"
        r"containing)[^\n]*lambda|"
        r"Python lambda\. Deserializing it is unsafe|"
        r"(?i:safe_mode[^\n]*(?:disallow|unsafe|untrusted|not allowed))|"
        r"enable_unsafe_deserialization|"
        r"disallowed by default[^\n]*safe_mode|\.npy[^\n]*safe_mode",
        _lambda_refused,
    ),
)
