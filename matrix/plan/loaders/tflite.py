"""`tflite`: a TensorFlow Lite model, by the interpreter of TensorFlow or of LiteRT."""

from __future__ import annotations

from collections.abc import Iterator

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import LITERT
from matrix.catalogue.registration import Handover
from matrix.model.facts import Format, ModelFacts
from matrix.plan.loader import Loader
from matrix.plan.snippet import CallToShow
from matrix.plan.variant import ONLY, Variant

FORMATS = frozenset({Format.TFLITE})
_LITERT = "ai_edge_litert"


def _variants(_model: ModelFacts, cell: Cell, _trusted: bool) -> Iterator[Variant]:
    yield ONLY.given(package=_LITERT) if cell.has(LITERT) else ONLY


def _takes(offered: Handover, _variant: Variant, _format: str, custom_ops: bool) -> Handover:
    """The ops of companions, for a model with ops that are neither its own nor TensorFlow's."""
    registerers = offered.registerers if custom_ops else ()
    return Handover(registerers=registerers, touches=offered.touches)


def _snippet(call: CallToShow) -> str:
    if call.handover.registerers:
        return (
            "from tensorflow.lite.python.interpreter import InterpreterWithCustomOps\n\n"
            "model = InterpreterWithCustomOps(\n"
            f"    model_path={call.path},\n"
            f"    custom_op_registerers={' + '.join(call.handover.registerers)},\n)\n"
            "model.allocate_tensors()"
        )
    if _LITERT in call.cell.imports:
        return (
            f"from {_LITERT}.interpreter import Interpreter\n\n"
            f"model = Interpreter({call.path})\nmodel.allocate_tensors()"
        )
    return f"model = tf.lite.Interpreter({call.path})\nmodel.allocate_tensors()"


LOADER = Loader(
    name="tflite",
    column=80,
    ease=3,
    # The interpreter of TensorFlow or of LiteRT.
    function="tf.lite.Interpreter",
    call="the TensorFlow Lite interpreter",
    formats=FORMATS,
    usual_for=FORMATS,
    variants=_variants,
    takes=_takes,
    snippet=_snippet,
    imported_in_call=frozenset({_LITERT}),
)
