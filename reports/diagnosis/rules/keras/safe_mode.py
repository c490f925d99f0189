"""What Keras refuses in safe mode, and files that it needs outside the model file."""

from __future__ import annotations

from matrix.plan.variant import UNSAFE
from reports.diagnosis.advice import Advice, advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_SELF_CONTAINED = advice(
    "Save the model again with the vocabulary inside, or copy the file to the path that the "
    "model uses."
)


def _trusting(symptom: Symptom) -> Advice:
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
    Rule(
        name="file-outside-refused",
        said=(
            (
                r"Requested the loading of an? (?P<what>[\w ]+) outside of the model "
                r"archive(?:[^\n]{0,600}file: ['\"](?P<file>[^'\"\n]+))?"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        explain=_file_refused,
        source="",
        examples=(
            Example(
                (
                    "Requested the loading of a vocabulary file outside of the model "
                    "archive. This carries a potential risk. Vocabulary file: '/home/user/"
                    "words.txt'"
                ),
                subject="words.txt",
            ),
        ),
    ),
    Rule(
        name="file-outside-absent",
        said=(
            (
                r"Vocabulary file ['\"]?(?:[^\n]{0,200}[/\\])?(?P<file>[^\n/\\]{1,200}?)['\""
                r"]? does not exist"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        subject="{file}",
        explanation=(
            "The model file is not self-contained: it refers to the vocabulary file {file} "
            "outside the file, and that file does not exist here."
        ),
        remedies=(_SELF_CONTAINED,),
        source="",
        examples=(
            Example(
                "ValueError: Vocabulary file /home/user/data/words.txt does not exist.",
                subject="words.txt",
            ),
        ),
    ),
    Rule(
        name="part-refused",
        said=(
            (
                r"Requested the deserialization of an? [`'\"]?(?P<what>(?!\w*Lambda)[\w.]+)["
                r"`'\"]?(?! layer with a Python)[^\n]*potential risk"
            ),
        ),
        certainty=CERTAIN,
        cause=Cause.UNSAFE_LAMBDA_BLOCKED,
        explain=_part_refused,
        source="",
        examples=(
            Example(
                (
                    "ValueError: Requested the deserialization of a `TFSMLayer`, which "
                    "loads an external SavedModel. This carries a potential risk of "
                    "arbitrary code execution"
                ),
                subject="TFSMLayer",
            ),
        ),
    ),
    Rule(
        name="lambda-refused",
        said=(
            (
                r"deserialization of a `?(?P<layer>\w+)`? (?:layer )?(?:with|whose|"
                r"containing)[^\n]*lambda"
            ),
            r"Python lambda\. Deserializing it is unsafe",
            r"(?i:safe_mode[^\n]*(?:disallow|unsafe|untrusted|not allowed))",
            r"enable_unsafe_deserialization",
            r"disallowed by default[^\n]*safe_mode",
            r"\.npy[^\n]*safe_mode",
        ),
        certainty=CERTAIN,
        cause=Cause.UNSAFE_LAMBDA_BLOCKED,
        explain=_lambda_refused,
        source="",
        examples=(
            Example(
                (
                    "Requested the deserialization of a Lambda layer with a Python "
                    "`lambda` inside it."
                ),
                subject="Lambda",
            ),
        ),
    ),
)
