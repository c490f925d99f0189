"""What Keras refuses in safe mode, and files that it needs outside the model file."""

from __future__ import annotations

from matrix.plan.variant import UNSAFE
from reports.diagnosis.advising.advice import Advice, advice
from reports.diagnosis.match import Match
from reports.diagnosis.rule import CERTAIN, Example, Rule, diagnosis
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause, Diagnosis

_SELF_CONTAINED = advice(
    "Save the model again with the vocabulary inside, or copy the file to the path that the "
    "model uses."
)


def _trusting(symptom: Symptom, also: str = "") -> Advice:
    # JSON and HDF5 have no argument for it in Keras 3.
    by_argument = symptom.format not in ("keras_h5", "keras_json")
    allow = "import keras\nmodel = keras.models.load_model(path, safe_mode=False)"
    return advice(
        "If you trust the source of the model, turn safe mode off. The option "
        f"--allow-lambda of loadmatrix tests that.{also}",
        allow if by_argument else "keras.config.enable_unsafe_deserialization()",
        loader="keras",
        variant=UNSAFE,
    )


def _trust(symptom: Symptom, _match: Match) -> tuple[Advice, ...]:
    return (_trusting(symptom),)


def _trust_bytecode(symptom: Symptom, _match: Match) -> tuple[Advice, ...]:
    return (_trusting(symptom, " Its bytecode runs only on the Python version that saved it."),)


def _lambda_refused(symptom: Symptom, match: Match) -> Diagnosis:
    lambdas = ", ".join(symptom.lambdas)
    return diagnosis(
        symptom,
        match,
        Cause.UNSAFE_LAMBDA_BLOCKED,
        lambdas or match["layer"] or "Lambda",
        "The model contains a Python lambda{which}, and {keras} runs such code only with safe "
        "mode turned off.",
        _trust_bytecode,
        which=f" ({lambdas})" if lambdas else "",
    )


SAFE_MODE = (
    Rule(
        name="file-outside-refused",
        said=(
            r"Requested the loading of an? (?P<what>[\w ]+) outside of the model archive"
            r"(?:[^\n]{0,600}file: ['\"](?:[^'\"\n]{0,300}[/\\])?(?P<file>[^'\"\n/\\]+))?",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        subject="{file}",
        explanation=(
            "The model file is not self-contained: it refers to the {what} {file} outside the "
            "file, and {keras} reads that only with safe mode turned off."
        ),
        remedies=(_SELF_CONTAINED, _trust),
        source="keras/src/layers/preprocessing/index_lookup.py (Keras 3)",
        examples=(
            Example(
                "Requested the loading of a vocabulary file outside of the model archive. This "
                "carries a potential risk. Vocabulary file: '/home/user/words.txt'",
                subject="words.txt",
            ),
        ),
    ),
    Rule(
        name="file-outside-absent",
        said=(
            r"Vocabulary file ['\"]?(?:[^\n]{0,200}[/\\])?(?P<file>[^\n/\\]{1,200}?)['\"]? does "
            r"not "
            r"exist",
        ),
        certainty=CERTAIN,
        cause=Cause.MISSING_FILE,
        subject="{file}",
        explanation=(
            "The model file is not self-contained: it refers to the vocabulary file {file} "
            "outside the file, and that file does not exist here."
        ),
        remedies=(_SELF_CONTAINED,),
        source="keras/src/layers/preprocessing/index_lookup.py",
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
            r"Requested the deserialization of an? [`'\"]?(?P<what>(?!\w*Lambda|lambda|"
            r"Python)[\w.]+)"
            r"[`'\"]?(?! layer with a Python)[^\n]*potential risk",
        ),
        certainty=CERTAIN,
        cause=Cause.UNSAFE_LAMBDA_BLOCKED,
        subject="{what}",
        explanation="The model contains {what}, and {keras} creates it only with safe mode "
        "turned off.",
        remedies=(_trust,),
        source="keras/src/export/tfsm_layer.py, keras/src/layers/rnn (Keras 3)",
        examples=(
            Example(
                "ValueError: Requested the deserialization of a `TFSMLayer`, which loads an "
                "external SavedModel. This carries a potential risk of arbitrary code execution",
                subject="TFSMLayer",
            ),
        ),
    ),
    Rule(
        name="function-refused",
        said=(
            r"Cannot deserialize `(?P<name>[^`\n]+)` because it is not a modeling function",
            r"Cannot deserialize `(?P<name>[^`\n]+)`, loading functions are not allowed",
        ),
        certainty=CERTAIN,
        cause=Cause.UNSAFE_LAMBDA_BLOCKED,
        subject="{name}",
        explanation=(
            "The config names `{name}`, which is no part of a model, and {keras} does not call "
            "such "
            "functions while it loads a file."
        ),
        remedies=(
            advice(
                "If you trust the source of the model, pass the function as custom_objects, or "
                "save "
                "the model again without it."
            ),
        ),
        source="keras/src/saving/serialization_lib.py (Keras 3.12 and newer)",
        examples=(
            Example(
                "ValueError: Cannot deserialize `keras.utils.get_file` because it is not a "
                "modeling "
                "function. Non-modeling APIs are disallowed during deserialization for security.",
                subject="keras.utils.get_file",
            ),
        ),
    ),
    Rule(
        name="lambda-refused",
        said=(
            r"deserialization of (?:a|an|the) `?\w+`? (?:layer |object )?(?:with|whose|containing)"
            r"[^\n]*lambda",
            r"deserialization of a (?:`lambda` object|Python lambda)",
            r"Python lambda\. Deserializing it is unsafe",
            r"(?i:safe_mode[^\n]*(?:disallow|unsafe|untrusted|not allowed))",
            r"enable_unsafe_deserialization",
            r"disallowed by default[^\n]*safe_mode",
            r"\.npy[^\n]*safe_mode",
        ),
        named=(r"layer ['\"](?P<layer>[\w/.-]+)['\"] \(type Lambda\)",),
        certainty=CERTAIN,
        cause=Cause.UNSAFE_LAMBDA_BLOCKED,
        explain=_lambda_refused,
        source="keras/src/layers/core/lambda_layer.py, keras/src/saving/serialization_lib.py",
        examples=(
            Example(
                "Requested the deserialization of a Lambda layer with a Python `lambda` inside it.",
                subject="Lambda",
            ),
            Example(
                "ValueError: Requested the deserialization of a Python lambda. This carries a "
                "potential risk of arbitrary code execution and thus it is disallowed by default.",
                subject="Lambda",
            ),
            Example(
                "ValueError: The `function` of this `Lambda` layer is a Python lambda. "
                "Deserializing "
                "it is unsafe.",
                subject="Lambda",
            ),
        ),
    ),
)
