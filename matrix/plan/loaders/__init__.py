"""The loaders, one file each: every module in this folder has a record `LOADER`.

A new loader is a file here and one of the same name in `probe/loaders/`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from matrix.model.facts import Format
from matrix.plan.loader import Loader
from matrix.plan.variant import Variant


def _collected() -> Mapping[str, Loader]:
    """Every loader by its name, in the order of the columns of tables."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    loaders = [importlib.import_module(f"{__name__}.{name}").LOADER for name in names]
    return {loader.name: loader for loader in sorted(loaders, key=lambda loader: loader.column)}


LOADERS: Mapping[str, Loader] = _collected()
# Reports of other versions may name loaders that this one does not know.
_LAST = len(LOADERS)


def has_loader(kind: Format) -> bool:
    """Whether any loader reads a format, in whatever release."""
    return any(kind in loader.formats for loader in LOADERS.values())


def ease_of(name: str) -> int:
    """How much a loader asks of a reader; 0 is least."""
    return LOADERS[name].ease if name in LOADERS else _LAST


def call_of(name: str, kind: str) -> str:
    """What a loader calls to read a format, for a sentence."""
    if name not in LOADERS:
        return name
    loader = LOADERS[name]
    usual = loader.call or function_of(name)
    return next((call for read, call in loader.calls.items() if read.value == kind), usual)


def function_of(name: str) -> str:
    """The function that a loader calls, or its name where there are several."""
    return (name in LOADERS and LOADERS[name].function) or name


def builds_keras(name: str) -> bool:
    """Whether what a loader gives is a Keras model."""
    return name in LOADERS and LOADERS[name].builds_keras


def is_usual_call(name: str, kind: str) -> bool:
    """Whether a loader is one that publishers of a format name, and not only one more way."""
    return name in LOADERS and any(one.value == kind for one in LOADERS[name].usual_for)


def is_usual(name: str, variant: Variant) -> bool:
    """Whether a variant is what a reader expects of a loader, so that tables need not name it."""
    return name not in LOADERS or variant in LOADERS[name].usual
