"""Code of TensorFlow 1 that runs in TensorFlow 2, and of Keras 2 that runs in Keras 3."""

from __future__ import annotations

from reports.diagnosis.advising.advice import advice
from reports.diagnosis.facts.fact import Fact
from reports.diagnosis.rule import CERTAIN, LIKELY, Example, Rule
from reports.report.cause import Cause

_API = Cause.API_REMOVED

GRAPH_MODE = (
    Rule(
        name="keras-tensor-in-a-function",
        said=(
            r"A KerasTensor (?:cannot be used as input|is symbolic)",
            r"Cannot convert a symbolic Keras input/output to a numpy array",
        ),
        facts=(Fact("no model is being loaded", lambda s: s.stage != "load"),),
        certainty=LIKELY,
        cause=_API,
        subject="KerasTensor",
        explanation=(
            "The code calls TensorFlow or NumPy functions on symbolic tensors, which Keras 3 does "
            "not allow."
        ),
        remedies=(advice("Use keras.ops, or Keras 2 (tf-keras)."),),
        source="keras/src/backend/common/keras_tensor.py (Keras 3)",
        examples=(
            Example(
                "A KerasTensor cannot be used as input to a TensorFlow function.",
                subject="KerasTensor",
            ),
        ),
    ),
    Rule(
        name="graph-mode-code",
        said=(
            r"(?P<name>tf\.[\w.]+|get_session)`?(?:\(\))? is not (?:compatible with eager|"
            r"available when using TensorFlow 2)",
            r"(?P<name>[\w.]+)(?:\(\))? is not supported (?:when|with) eager execution",
            r"The (?P<name>Session) graph is empty",
            r"Attempting to capture an (?P<name>EagerTensor) without building a function",
            r"(?P<name>[\w.]+) should be a function when eager execution is enabled",
            r"RuntimeError: [^\n]*only (?:works|supported) in (?P<name>graph mode|eager)",
            r"(?P<name>[\w.]+)(?: is)? not supported in TensorFlow 2",
            r"(?P<name>Tensor\.\w+) is (?:meaningless|undefined|not supported) when eager",
        ),
        certainty=CERTAIN,
        cause=_API,
        subject="{name}",
        explanation=(
            "The code was written for TensorFlow 1, which builds a graph first and runs it in a "
            "session. The model itself is not the problem."
        ),
        remedies=(
            advice(
                "Run it in the mode of TensorFlow 1.",
                "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()",
            ),
        ),
        source="tensorflow/python/ops/array_ops.py",
        examples=(
            Example(
                "RuntimeError: tf.placeholder() is not compatible with eager execution.",
                subject="tf.placeholder",
            ),
            Example(
                "RuntimeError: `get_session` is not available when using TensorFlow 2.0.",
                subject="get_session",
            ),
        ),
    ),
)
