"""Which way to load a model is told first, wherever a report names one. Pure."""

from __future__ import annotations

from matrix.plan.loaders import LOADERS, builds_keras, ease_of, is_usual_call


def demand(loader: str, kind: str, *, beside: bool) -> tuple[bool, bool, bool, bool, int]:
    """How much a way asks of a reader; the smallest is told first.

    The calls that publishers of the format name, with least installed beside TensorFlow; then
    others, and a session of TensorFlow 1 after all that need none. In cells that have Keras 2
    beside TensorFlow, a Keras model is what a reader is there for.
    """
    usual = is_usual_call(loader, kind)
    session = loader in LOADERS and LOADERS[loader].of_tensorflow_1
    other = beside and not builds_keras(loader)
    return not usual, session and not usual, beside, other, ease_of(loader)
