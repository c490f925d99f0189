"""Files that were compiled: a call without `compile=False` asks more of another Keras.

Optimizers, losses and metrics are no rules: a loader is tried with and without them, and nobody has
asked each Keras which of them it takes. So it is only said what is open.
"""

from __future__ import annotations

from packaging.version import Version

from matrix.plan.prediction import PERHAPS_UNCOMPILED
from matrix.prediction.rule import Case
from matrix.prediction.rules.keras.edition import FILES, LOADERS, edition_of
from matrix.versions import version_of

_KERAS_3 = Version("3")


def compiled_aside(case: Case) -> str:
    """What to add where nothing speaks against a load; empty where the same Keras compiled it."""
    if case.loader.name not in LOADERS or case.model.format not in FILES:
        return ""
    if not case.model.optimizer:
        return ""
    written_by = version_of(case.model.keras)
    by_keras_3 = written_by is not None and written_by >= _KERAS_3
    if by_keras_3 == edition_of(case).is_3:
        return ""
    return f"; {PERHAPS_UNCOMPILED}: another generation of Keras compiled it"
