"""Checkpoints whose tensors do not fit the model or the graph."""

from __future__ import annotations

from reports.diagnosis.advice import advice
from reports.diagnosis.rule import CERTAIN, Example, Rule
from reports.diagnosis.rules.keras.weights import SAME_MODEL
from reports.report.cause import Cause

_WEIGHTS = Cause.WEIGHTS_MISMATCH
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
