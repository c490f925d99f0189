"""Layers that cannot be connected as the config says, and Lambda layers."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.advising.direction import same_keras
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.facts.frames import BY_LOADER, KERAS_FORMATS, LOADER_OR_KERAS_FILE
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause

_CONFIG = Cause.KERAS_CONFIG_INCOMPATIBLE
_NESTED = advice(
    "Load it with the Keras version that saved it, or build the model in code and load the weights."
)
_LAYER = r"(?P<layer>[\w/.-]{1,120}?)"
_A_KERAS_FILE = Fact(
    "a Keras file was read, and the model was not yet being called",
    lambda s: s.stage != "run" and (s.format in KERAS_FORMATS or BY_LOADER.holds(s)),
)

WIRING = (
    Rule(
        name="inputs-of-a-layer-as-symbols",
        said=(
            rf"Layer ['\"]?{_LAYER}['\"]? expects (?P<wanted>\d+) input\(?s?\)?, but it received "
            r"(?P<got>\d+) input tensors\. Inputs received: \[<KerasTensor",
        ),
        facts=(_A_KERAS_FILE,),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="layer {layer}",
        explanation=(
            "While the model was rebuilt, layer `{layer}` got {got} inputs instead of {wanted}. "
            "Some versions of Keras connect nested models incorrectly."
        ),
        remedies=(_NESTED,),
        source="keras/src/layers/input_spec.py (Keras 3)",
        examples=(
            Example(
                Symptom(
                    message='ValueError: Layer "dense" expects 1 input(s), but it received 2 input '
                    "tensors. Inputs received: [<KerasTensor shape=(None, 4)>, <KerasTensor>]",
                    format="keras_v3",
                ),
                subject="layer dense",
            ),
        ),
        counter_examples=(
            Example(
                'ValueError: Layer "dense" expects 1 input(s), but it received 2 input tensors. '
                "Inputs received: [<tf.Tensor: shape=(1, 4)>, <tf.Tensor>]"
            ),
        ),
    ),
    Rule(
        name="trainable-of-another-keras",
        said=(
            r"Expected [`'\"]?(?P<argument>\w+)[`'\"]? argument to be (?:a )?(?:boolean|integer|"
            r"string|list|float)\w*, but got: (?P<value>[^\n]{1,60})",
        ),
        facts=(LOADER_OR_KERAS_FILE,),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="argument {argument}",
        explanation=(
            "The config of a layer has `{argument}` in a form that {keras} does not accept: a "
            "different version of Keras wrote it."
        ),
        remedies=(same_keras,),
        source="keras/engine/base_layer.py (Keras 2.7 and newer)",
        examples=(
            Example(
                Symptom(
                    message="TypeError: Expected `trainable` argument to be a boolean, but got: "
                    "None",
                    format="h5",
                ),
                subject="argument trainable",
            ),
        ),
        counter_examples=(
            Example("TypeError: Expected `trainable` argument to be a boolean, but got: None"),
        ),
    ),
    Rule(
        name="inputs-of-a-layer",
        said=(
            rf"Layer ['\"]?{_LAYER}['\"]? expect(?:ed|s) (?P<wanted>\d+) input\(?s?\)?\.? "
            r"?Received (?P<got>\d+) instead",
        ),
        facts=(Fact("the model was not yet being called", lambda s: s.stage != "run"),),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="layer {layer}",
        explanation=(
            "While the model was rebuilt, layer `{layer}` got {got} inputs instead of {wanted}. "
            "Some versions of Keras connect nested models incorrectly."
        ),
        remedies=(_NESTED,),
        source="keras/src/layers/input_spec.py (Keras 3.0 to 3.3)",
        examples=(
            Example(
                "Layer 'dense' expected 1 input(s). Received 2 instead.", subject="layer dense"
            ),
        ),
    ),
    Rule(
        name="inputs-of-a-layer-while-loading",
        said=(
            rf"Layer ['\"]?{_LAYER}['\"]? expects (?P<wanted>\d+) input\(?s?\)?, but it received "
            r"(?P<got>\d+) input",
        ),
        facts=(BY_LOADER,),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="layer {layer}",
        explanation=(
            "While the model was rebuilt, layer `{layer}` got {got} inputs instead of {wanted}. "
            "Some versions of Keras connect nested models incorrectly."
        ),
        remedies=(_NESTED,),
        source="keras/engine/input_spec.py (Keras 2), keras/src/layers/input_spec.py (Keras 3)",
        examples=(
            Example(
                Symptom(
                    kind="ValueError",
                    message='Layer "dense_1" expects 1 input(s), but it received 2 input tensors.',
                    stage="load",
                ),
                subject="layer dense_1",
            ),
        ),
        counter_examples=(
            Example('Layer "dense_1" expects 1 input(s), but it received 2 input tensors.'),
        ),
    ),
    Rule(
        name="wiring-of-a-model",
        said=(
            r"inbound_layer ?= ?<\w+ name=(?P<layer>[\w/.-]+)",
            r"Layer node index out of bounds",
            r"Graph disconnected: cannot (?:obtain value for|find parent for)[^\n]*? at (?:layer|"
            r"operation) ['\"<]?(?P<layer>[\w/.-]+)",
            r"Graph disconnected",
            r"Missing layer: (?P<layer>[\w/.-]+)",
            r"InputLayer should be passed either",
            r"Kernel shape must have the same length as input",
            r"first layer in a Sequential model must get an",
            r"Error converting shape to a TensorShape",
            r"Dimension value must be integer",
            r"[Tt]he name ['\"]?(?P<layer>[\w/.-]+)['\"]? is used \d+ times in the model",
            r"should have unique names\. Name ['\"]?(?P<layer>[\w/.-]+)",
            r"names should be unique",
            r"(?P<layer>\w+)['\"`]? (?:layer )?should be called on a list of"
            r"(?: at least)?(?: \d+)? input",
            r"layer ['\"]?(?P<layer>[\w/.-]+?)['\"]?\. This layer has no information about its "
            r"expected input shape",
            r"`?inputs`? (?:argument )?(?:should|must) be (?:the output|a list)[^\n]*Input",
            r"(?P<layer>[\w/.-]+) cannot contain character `?/",
            r"(?P<layer>[^\s'\"]+)['\"]? is not a valid (?:root )?scope name",
            r"[Ii]nbound_nodes",
            r"Cannot (?:clone|reconstruct) ",
            r"Duplicate weight name: (?P<layer>[\w/.:-]+)",
            rf"layer ['\"]?{_LAYER}['\"]? has never been called and thus has no defined",
            r"(?:has never been called|not connected)[^\n]*(?:no defined (?:input|output)|inbound)",
            r"'NoneType' object has no attribute '_keras_shape'",
            r"Layer (?P<layer>\w+) (?:was|is) not connected",
            r"Layers could not be added due to missing dependencies",
            r"Tensor [^\n]{1,120}? from (?:layer|operation) ['\"]?(?P<layer>[\w/.-]+)[^\n]{0,4} is "
            r"part of a cycle",
            r"Invalid Functional model configuration",
            r"Output with path `(?P<layer>[^`\n]{1,80})` is not connected to `inputs`",
            r"Asked to get \w+ at node \d+, but the (?:layer|operation) has only \d+ inbound",
            r"Could not compute output (?:Tensor|KerasTensor)",
            r"[Ii]nput tensors to a \w+(?: model)? must come from `tf\.keras\.Input`",
            r"list of inputs passed to the model (?:is redundant|contains the same input)",
            r"Layer (?P<layer>[\w/.-]+) has no inbound nodes",
            r"You cannot pass both `(?:shape|batch_size)` and `batch_shape`",
            r"You must pass a `shape` argument",
            r"Cannot convert '[^\n]{1,200}?' to a shape",
        ),
        facts=(Fact("the model was not yet being called", lambda s: s.stage != "run"),),
        certainty=LIKELY,
        cause=_CONFIG,
        subject="layers {layer}",
        explanation=(
            "{keras} cannot connect the layers as the config describes: another version of "
            "Keras wrote it, or this version has a bug."
        ),
        remedies=(same_keras,),
        source="keras/engine/functional.py, keras/src/models/functional.py, "
        "keras/src/ops/function.py",
        examples=(
            Example(
                "ValueError: Layer node index out of bounds. inbound_layer = <InputLayer "
                "name=keras_tensorCLONE, built=True>",
                subject="layers keras_tensorCLONE",
            ),
            Example("AssertionError: Missing layer: dense_1", subject="layers dense_1"),
            Example(
                "ValueError: 'Concatenate' layer should be called on a list of inputs",
                subject="layers Concatenate",
            ),
            Example(
                'ValueError: The name "block" is used 2 times in the model. All layer names '
                "should be unique.",
                subject="layers block",
            ),
        ),
    ),
)

LAMBDAS = (
    Rule(
        name="lambda-without-shape",
        said=(r"infer the (?:output )?shape of the Lambda",),
        named=(r"layer ['\"](?P<layer>[\w/.-]+)['\"] \(type Lambda\)",),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="Lambda {layer}",
        explanation=(
            "{keras} needs the output shape of a Lambda layer, but this file of an older Keras "
            "does not contain it."
        ),
        remedies=(lambda s, _: same_keras(s, keras_3=False),),
        source="keras/src/layers/core/lambda_layer.py",
        examples=(
            Example(
                "We could not automatically infer the shape of the Lambda's output.",
                subject="Lambda",
            ),
        ),
    ),
    Rule(
        name="lambda-of-keras-2",
        said=(
            r"(?s)(?:layer ['\"](?P<layer>[\w/.-]{1,80})['\"] \()?(?:type Lambda|Lambda\.call|"
            r"lambda_layer\.py).{0,800}A KerasTensor (?:cannot|is symbolic)",
        ),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="Lambda {layer}",
        explanation=(
            "A Lambda layer calls TensorFlow functions on symbolic tensors, which {keras} does "
            "not allow."
        ),
        remedies=(lambda s, _: same_keras(s, keras_3=False),),
        source="keras/src/backend/common/keras_tensor.py (Keras 3)",
        examples=(
            Example(
                "Exception encountered when calling layer 'l' (type Lambda).\n\nA "
                "KerasTensor cannot be used as input to a TensorFlow function.",
                subject="Lambda l",
            ),
        ),
    ),
    Rule(
        name="symbol-of-an-op-layer",
        said=(r"(?:TensorFlow|TF) symbol `(?P<name>[\w.]+)` could not be found",),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{name}",
        explanation="A layer of the model calls `tf.{name}`, which this TensorFlow does not have.",
        remedies=(same_keras,),
        source="keras/layers/core/tf_op_layer.py (Keras 2)",
        examples=(
            Example("ValueError: TF symbol `math.foo` could not be found.", subject="math.foo"),
        ),
    ),
    Rule(
        name="backend-function-gone",
        said=(
            r"module '(?:tensorflow\.python\.)?keras[\w.]*backend' has no attribute "
            r"'(?P<name>\w+)'",
        ),
        facts=(BY_LOADER,),
        certainty=CERTAIN,
        cause=_CONFIG,
        subject="{name}",
        explanation="Code inside the model calls `{name}`, which {keras} does not have.",
        remedies=(same_keras,),
        source="public report",
        examples=(
            Example(
                Symptom(
                    kind="AttributeError",
                    message="module 'tensorflow.python.keras.backend' has no attribute 'slice'",
                    stage="load",
                ),
                subject="slice",
            ),
        ),
    ),
)
