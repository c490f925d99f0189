"""`checkpoint`: every tensor of a checkpoint is read; there is nothing to call."""

from __future__ import annotations

from matrix.model.facts import Format
from matrix.plan.loader import Loader
from matrix.plan.snippet import CallToShow

FORMATS = frozenset({Format.CHECKPOINT})


def _snippet(call: CallToShow) -> str:
    return f"model = tf.train.load_checkpoint({call.path})"


LOADER = Loader(
    name="checkpoint",
    column=70,
    ease=4,
    function="tf.train.load_checkpoint",
    formats=FORMATS,
    usual_for=FORMATS,
    snippet=_snippet,
    path_is_prefix=True,
)
