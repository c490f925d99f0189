"""Names and shapes of weights and tensors in a file that do not fit the model."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.frames import LOADER_OR_KERAS_FILE
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.diagnosis.rules.keras.weights import LAYER, NOT_IN_A_CALL, SAME_MODEL
from reports.report.cause import Cause

_WEIGHTS = Cause.WEIGHTS_MISMATCH
# Python 2 on Windows writes `3L`.
_SHAPE = r"[\(\[](?:\d+L?|[, ?])*[\)\]]"
_TENSOR = r"['\"]?(?P<tensor>[^\s'\",;]+)['\"]?"

CHECKPOINTS_OF_A_MODEL = (
    Rule(
        name="name-not-in-checkpoint",
        said=(
            rf"(?:Tensor name|Key) {_TENSOR} not found in (?:the )?checkpoint",
            r"Unresolved object in checkpoint:? ?(?:\(root\)\.)?(?P<tensor>[^\s:]*\w)?",
            r"Nothing except the root object matched",
            r"following (?:Python )?objects have no matching checkpointed value",
            r"variable name or other graph key that is missing from the checkpoint",
            r"No (?:matching|such) (?:variable|tensor)s?[^\n]*checkpoint",
            rf"Variable {_TENSOR} (?:does not exist|not found)[^\n]*checkpoint",
            r"[Ss]ome Python objects were not bound to checkpointed values",
            r"Object not assigned a value from checkpoint: <?(?P<tensor>[^\s,>]+)",
            rf"Tensor {_TENSOR} is not found in [^\n]{{1,200}} checkpoint",
        ),
        named=(rf"(?:Tensor name|Key) {_TENSOR} not found in (?:the )?checkpoint",),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{tensor}",
        explanation=(
            "The checkpoint has no tensor with the name that the model looks for: different "
            "code or a different saver wrote it."
        ),
        remedies=(
            advice(
                "List the names in the checkpoint and compare them.",
                "tf.train.list_variables(path)",
            ),
        ),
        source="tensorflow/core/kernels/save_restore_v2_ops.cc, "
        "tensorflow/python/checkpoint/checkpoint.py",
        examples=(
            Example(
                "NotFoundError: Key dense/kernel not found in checkpoint", subject="dense/kernel"
            ),
            Example(
                'NotFoundError: Tensor name "d_bn1/moving_mean" not found in checkpoint files '
                "models/flowers.ckpt",
                subject="d_bn1/moving_mean",
            ),
            Example(
                "Unresolved object in checkpoint: (root).optimizer.iter", subject="optimizer.iter"
            ),
        ),
    ),
    Rule(
        name="graph-and-checkpoint",
        said=(r"mismatch between the current graph and the graph from the checkpoint",),
        unless=(r"No OpKernel", r"assign a device"),
        named=(r"tensor_name ?= ?(?P<tensor>[\w/.:-]+);",),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="checkpoint {tensor}",
        explanation=(
            "The checkpoint belongs to a different graph: tensors with the same name have "
            "different shapes or types."
        ),
        remedies=(SAME_MODEL,),
        source="tensorflow/python/training/saver.py",
        examples=(
            Example(
                "most likely due to a mismatch between the current graph and the graph "
                "from the checkpoint.",
                subject="checkpoint",
            ),
        ),
    ),
)

SHAPES = (
    Rule(
        name="shape-of-a-weight",
        said=(
            r"[Ss]hape mismatch in layer #\d+ \(named (?P<layer>[\w/.-]+)",
            r"Shape mismatch in (?:model )?(?:for )?(?P<layer>top-level weight \S+\w)",
            r"Shape mismatch in [^\n]{0,80}?for weight (?P<layer>[\w/.-]+)",
            r"\b(?P<layer>(?:CuDNN)?(?:LSTM|GRU)(?:\([\w=]*\))?) is not compatible with (?:CuDNN)?"
            r"(?:LSTM|GRU)",
            r"Invalid bias shape: (?P<shape>[^\n]{1,40})",
            rf"[Ll]ayer (?:#\d+ )?\(named {LAYER}\), weight [^\n]{{1,200}}? has shape",
            rf"[Ll]ayer #\d+ \(named {LAYER}\), weight <tf\.Variable",
            rf"Layer {LAYER} weight shape {_SHAPE} (?:is )?not compatible with provided",
            rf"(?P<layer>Layer|Optimizer) weight shape (?P<shape>{_SHAPE}) (?:is )?not compatible",
            rf"Layer shape (?P<shape>{_SHAPE}) (?:is )?not compatible with weight shape",
            r"Optimizer variable (?P<layer>\S+) has shape [^\n]{1,60} not compatible with provided",
            rf"Shapes? (?P<shapes>{_SHAPE} and {_SHAPE}) (?:are|is) (?:incompatible|not "
            rf"compatible)",
            r"Cannot assign value to variable ['\"]?\s?(?P<layer>[^'\":\s]+)(?::\d+)?['\"]?: Shape",
            r"Cannot assign to variable(?: (?P<layer>[\w/.-]+)(?::\d+)?)? due to variable shape",
            r"shape of the target variable and the shape of the target value[^\n]*?variable\.shape="
            rf"(?P<shape>{_SHAPE})",
            r"shape of the target variable and the shape of the target value",
            r"expected (?:weight )?shape[^\n]*(?:saved|loaded|provided) (?:weight )?shape",
        ),
        named=(
            r"Target variable: <[^\n]{0,200}path=(?P<layer>[\w/.-]+)",
            r"when (?:loading|restoring) (?:weights? (?:for|of) )?layer ['\"]?(?P<layer>[\w/.-]+)",
        ),
        unless=(r"Dimensions? must be equal", r"in the checkpoint"),
        facts=(NOT_IN_A_CALL,),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{layer} {shape}{shapes}",
        explanation="A weight in the file has a different shape than in the model.",
        remedies=(SAME_MODEL,),
        source="keras/saving/hdf5_format.py, keras/src/backend/common/variables.py",
        examples=(
            Example(
                "ValueError: Shapes (3, 3) and (4, 4) are incompatible", subject="(3, 3) and (4, 4)"
            ),
            Example(
                "ValueError: Layer #12 (named \"fc\"), weight <tf.Variable 'fc/kernel:0' "
                "shape=(8, 2)"
                " dtype=float32> has shape (8, 2), but the saved weight has shape (8, 10).",
                subject="fc",
            ),
            Example(
                "ValueError: The shape of the target variable and the shape of the target value in "
                "`variable.assign(value)` must match. variable.shape=(4, 2), Received: value.shape="
                "(4, 3). Target variable: <Variable path=dense_1/kernel, shape=(4, 2)>",
                subject="dense_1/kernel (4, 2)",
            ),
        ),
    ),
    Rule(
        name="array-of-another-shape",
        said=(
            r"(?P<size>axes) don't match array",
            r"cannot reshape array of size (?P<size>\d+ into shape \([\d, ]+\))",
            r"could not broadcast input array from shape (?P<size>\([\d, ]+\) into shape \([\d, "
            r"]+\))",
        ),
        facts=(NOT_IN_A_CALL, LOADER_OR_KERAS_FILE),
        certainty=LIKELY,
        cause=_WEIGHTS,
        subject="array {size}",
        explanation="A weight in the file has a different shape than in the model.",
        remedies=(SAME_MODEL,),
        source="numpy, called by keras/saving/hdf5_format.py",
        examples=(
            Example(
                "in load_weights_from_hdf5_group_by_name\n    weight_values = "
                "preprocess_weights_for_loading("
                "\nValueError: cannot reshape array of size 2048 into shape (8,2)",
                subject="array 2048 into shape (8,2)",
            ),
        ),
        counter_examples=(
            Example("ValueError: cannot reshape array of size 2048 into shape (8,2)"),
        ),
    ),
    Rule(
        name="shape-in-checkpoint",
        said=(
            r"tensor_name ?= ?(?P<tensor>[\w/.:-]+); (?:expected )?(?:shape|dtype)",
            r"Assign requires shapes of both tensors to match\.[^\n]*?lhs ?shape ?= ?"
            r"(?P<shapes>\[[\d,]*\] rhs ?shape ?= ?\[[\d,]*\])",
            r"Assign requires shapes of both tensors to match",
            r"Dimension \d+ in both shapes must be equal, but are (?P<shapes>\d+ and "
            r"\d+)[^\n]*(?:Assign|assign)",
            r"[Ii]ncompatible tensor with shape (?P<shapes>\([\d, ]*\))[^\n]*variable with shape",
            r"(?i:tensor'?s? shape (?P<shapes>\([\d, ]*\)) is not compatible with supplied shape)",
            r"(?i:tensor'?s? shape[^\n]*does not match)",
            r"(?i:shape (?:stored )?in (?:the )?checkpoint)",
            r"shape mismatch[^\n]*(?:checkpoint|variable)",
            r"in the checkpoint has (?:a )?(?:different )?shape",
            r"Trying to load an array of shape (?P<shapes>\([\d, ]*\)) into variable "
            r"'(?P<tensor>[^'\n]{1,200})' whose shape is",
        ),
        named=(
            r"(?:and name|for variable|[Vv]ariable) ['\"]?(?P<tensor>[\w.-]+/[\w/.-]+\w)",
            r"for '(?P<tensor>[\w/.-]+)' \(op: 'Assign",
            r"Assign\[[^\n]{0,200}_class=\[\"loc:@(?P<tensor>[\w/.-]+)\"",
            r"connected to node save/Assign\w*:\s+(?P<tensor>[\w/.-]+) \(defined at",
            r"\[\[\{\{node (?:save/)?(?P<tensor>[\w/.-]+)\}\}\]\]",
        ),
        facts=(NOT_IN_A_CALL,),
        certainty=CERTAIN,
        cause=_WEIGHTS,
        subject="{tensor} {shapes}",
        explanation="A tensor in the checkpoint has a different shape or type than in the model.",
        remedies=(SAME_MODEL,),
        source="tensorflow/core/util/tensor_bundle/tensor_bundle.cc, "
        "tensorflow/core/kernels/save_restore_tensor.cc",
        examples=(
            Example(
                "InvalidArgumentError: tensor_name = dense/kernel; shape in shape_and_slice spec "
                "[4,2] does not match the shape stored in checkpoint: [4,3]",
                subject="dense/kernel",
            ),
            Example(
                "InvalidArgumentError: Assign requires shapes of both tensors to match. lhs shape= "
                "[256,9] rhs shape= [256,5]",
                subject="[256,9] rhs shape= [256,5]",
            ),
            Example(
                "Assign requires shapes of both tensors to match. lhs shape= [13] rhs shape= [150]"
                '\n [[node save/Assign_3 = Assign[T=DT_FLOAT, _class=["loc:@out/biases"]]]',
                subject="out/biases [13] rhs shape= [150]",
            ),
            Example(
                "Assign requires shapes of both tensors to match. lhs shape= [13] rhs shape= [150]"
                "\nInput Source operations connected to node save/Assign_3:\n"
                " out/biases (defined at network.py:145)",
                subject="out/biases [13] rhs shape= [150]",
            ),
            Example(
                "ValueError: Trying to load an array of shape (80,) into variable 'head/b' whose "
                "shape is (34,)",
                subject="head/b (80,)",
            ),
            Example(
                "ValueError: Received incompatible tensor with shape (128, 10) when attempting to "
                "restore variable with shape (128, 5) and name head/kernel:0.",
                subject="head/kernel (128, 10)",
            ),
        ),
    ),
)
