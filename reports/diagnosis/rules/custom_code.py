"""Classes and methods of the model author that this Keras cannot build or call."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.frames import KERAS_FILE, LOADER_OR_KERAS_FILE
from reports.diagnosis.rule import CERTAIN, LIKELY, ONE_OF, Example, Rule
from reports.diagnosis.rules.keras.custom import (
    NOT_IN_CONFIG,
    OR_OF_KERAS,
    OR_YOUR_CODE,
    WITHOUT_ARGUMENTS,
    WRITE_CONFIG,
)
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

CUSTOM_CODE = (
    Rule(
        name="add-weight-of-keras-2",
        said=(
            r"\badd_weight\(\) got multiple values for argument '(?P<argument>\w+)'",
            r"\badd_weight\(\) got an unexpected keyword argument '(?P<argument>\w+)'",
        ),
        certainty=CERTAIN,
        cause=Cause.API_REMOVED,
        subject="{argument}",
        explanation="A custom layer calls add_weight with the arguments of another Keras: Keras 3 "
        "takes the shape first and the rest by name, Keras 2 takes the name first.",
        remedies=(advice("Give all arguments of add_weight by their names."),),
        source="keras/src/layers/layer.py (Keras 3)",
        examples=(
            Example(
                "TypeError: Layer.add_weight() got multiple values for argument 'shape'",
                subject="shape",
            ),
        ),
    ),
    Rule(
        name="constructor-without-arguments-beside-a-keras-file",
        said=(WITHOUT_ARGUMENTS,),
        unless=(r"'node_def'", r"missing_ok"),
        facts=(KERAS_FILE,),
        certainty=ONE_OF,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name|arguments} {arguments}",
        explanation=NOT_IN_CONFIG,
        remedies=(WRITE_CONFIG,),
        alternatives=(OR_OF_KERAS, OR_YOUR_CODE),
        source="keras/engine/base_layer.py from_config, public report",
        examples=(
            Example(
                Symptom(
                    message="TypeError: __init__() missing 1 required positional argument: 'units'",
                    format="h5",
                ),
                subject="arguments 'units'",
            ),
        ),
        counter_examples=(
            Example("TypeError: __init__() missing 1 required positional argument: 'units'"),
        ),
    ),
    Rule(
        name="class-without-config",
        said=(
            r"type object '(?P<name>\w+)' has no attribute 'from_config'",
            r"'(?P<name>(?!list|dict|str|int|tuple|NoneType)\w+)' object has no attribute "
            r"'(?:get_config|from_config)'",
            r"Can't get attribute '(?P<name>\w+)' on <module",
            r"\A\W*NotImplementedError\W*\Z",
        ),
        facts=(LOADER_OR_KERAS_FILE,),
        certainty=LIKELY,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name|get_config}",
        explanation="A custom class or function of the model author is not known here, or has no "
        "config from which it can be built.",
        remedies=(WRITE_CONFIG,),
        source="public report",
        examples=(
            Example(
                Symptom(
                    message="AttributeError: 'Net' object has no attribute 'get_config'",
                    format="h5",
                ),
                subject="Net",
            ),
            Example(Symptom(message="NotImplementedError", format="h5"), subject="get_config"),
        ),
        counter_examples=(Example("NotImplementedError"),),
    ),
    Rule(
        name="method-of-a-custom-class",
        said=(
            r"(?:\b(?P<name>[A-Z]\w{1,80})\.)?\b(?P<method>call|build|compute_output_shape|"
            r"compute_mask)\(\) (?:got an unexpected keyword argument|missing \d+ required "
            r"(?:positional|keyword-only) arguments?:) '(?P<argument>\w+)'",
            r"(?P<method><lambda>)\(\) (?:takes [^\n]{1,60} but \d+|missing \d+ required)",
        ),
        facts=(LOADER_OR_KERAS_FILE,),
        certainty=ONE_OF,
        cause=Cause.MISSING_CUSTOM_OBJECT,
        subject="{name} {method} {argument}",
        explanation="A method or a Lambda of the model author does not take what this Keras "
        "passes to it.",
        remedies=(
            advice(
                "Change the method so that it takes the arguments, and pass the class as "
                "custom_objects."
            ),
        ),
        alternatives=(OR_OF_KERAS,),
        source="public report",
        examples=(
            Example(
                Symptom(
                    message="TypeError: call() got an unexpected keyword argument 'training'",
                    format="h5",
                ),
                subject="call training",
            ),
        ),
        counter_examples=(
            Example("TypeError: call() got an unexpected keyword argument 'training'"),
        ),
    ),
)
