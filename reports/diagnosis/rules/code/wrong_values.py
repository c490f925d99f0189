"""Code that gives a loader, or calls, something else than what is meant to be there."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import IN_A_PACKAGE
from reports.diagnosis.rule import LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Alternative, Cause

_OF_A_MODEL = (
    r"predict|predict_on_batch|predict_classes|predict_proba|evaluate|summary|compile|fit|"
    r"get_layer|load_weights|save_weights|set_weights|get_weights|signatures|run|invoke|"
    r"allocate_tensors|get_input_details|get_output_details|get_signature_list"
)
_OUTSIDE_OF_PACKAGES = Fact(
    "no frame of an installed package shows that its code is what failed",
    lambda symptom: not IN_A_PACKAGE.holds(symptom),
    0,
)
_BESIDE_A_FILE = Fact(
    "the report says which file was to be read, and no loader failed",
    lambda symptom: bool(symptom.format) and symptom.stage != "load",
    0,
)

WRONG_VALUES = (
    Rule(
        name="json-before-python-3-6",
        said=(r"JSON object must be str, not '?(?P<got>bytes)",),
        certainty=LIKELY,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{got}",
        explanation="The Python that reads the file is older than 3.6: its json takes no bytes.",
        remedies=(advice("Run the code with a newer Python."),),
        source="json/__init__.py (Python 3.5)",
        examples=(Example("TypeError: the JSON object must be str, not 'bytes'", subject="bytes"),),
        counter_examples=(Example("TypeError: the JSON object must be str, not 'dict'."),),
    ),
    Rule(
        name="model-that-is-none",
        said=(rf"'NoneType' object has no attribute '(?P<name>{_OF_A_MODEL})'",),
        facts=(_OUTSIDE_OF_PACKAGES, _BESIDE_A_FILE),
        certainty=ONE_OF,
        cause=Cause.CALL_INPUT_MISMATCH,
        subject="None.{name}",
        explanation="`{name}` is called on None: the variable holds no model when it is called.",
        remedies=(
            advice("Look where the variable gets the model, and whether that ran before the call."),
        ),
        alternatives=(
            Alternative(
                cause=Cause.API_REMOVED,
                explanation="The function that loads the model returns nothing in this version.",
                decides="print(model) directly after it is loaded",
            ),
        ),
        source="public report",
        examples=(
            Example(
                Symptom(
                    message="AttributeError: 'NoneType' object has no attribute 'summary'",
                    format="h5",
                ),
                subject="None.summary",
            ),
        ),
        counter_examples=(
            Example("AttributeError: 'NoneType' object has no attribute 'predict'"),
            Example("AttributeError: 'NoneType' object has no attribute 'model_checkpoint_path'"),
        ),
    ),
    Rule(
        name="submodule-of-another-version",
        said=(
            r"(?s)\b(?P<module>(?!tf\b|tensorflow|keras|tf_keras|numpy|np\b|self\b)[a-z]\w{2,40})"
            r"\.(?P<name>\w{1,40})\.\w{1,60}.{0,300}"
            r"module '(?P=module)' has no attribute '(?P=name)'",
        ),
        certainty=ONE_OF,
        cause=Cause.ENV_IMPORT_FAILURE,
        subject="{module}.{name}",
        explanation="The installed `{module}` has no `{name}`: it is of another version than the "
        "code, or another file of this name is imported.",
        remedies=(
            advice(
                "See which file is imported, and install the version that the code was written for."
            ),
        ),
        alternatives=(
            Alternative(
                cause=Cause.API_REMOVED,
                explanation="The package no longer has this module, or it must be imported first.",
                decides="The release notes of the package.",
            ),
        ),
        source="public report",
        examples=(
            Example(
                "    model = kashgari.utils.load_model('domain.h5')\n"
                "AttributeError: module 'kashgari' has no attribute 'utils'",
                subject="kashgari.utils",
            ),
        ),
        counter_examples=(Example("AttributeError: module 'utils' has no attribute 'load'"),),
    ),
)
