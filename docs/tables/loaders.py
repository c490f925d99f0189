"""The loaders, as their records describe them."""

from __future__ import annotations

from docs.tables.markdown import code, table
from matrix.plan.loader import Loader
from matrix.plan.loaders import LOADERS


def loaders() -> str:
    """A row for each: what it calls, and the formats that it reads."""
    rows = [(code(name), code(*_calls(one)), _formats(one)) for name, one in LOADERS.items()]
    return table(("loader", "call", "formats"), rows)


def usual_calls() -> str:
    """The loaders whose call is usual for each format."""
    formats = dict.fromkeys(kind for one in LOADERS.values() for kind in one.formats)
    rows = []
    for kind in sorted(formats, key=lambda kind: kind.value):
        usual = [one for one in LOADERS.values() if kind in one.usual_for]
        usual.sort(key=lambda one: one.ease)
        rows.append((code(kind.value), code(*(one.name for one in usual))))
    return table(("format", "loaders whose call is usual, the simplest first"), rows)


def _calls(loader: Loader) -> list[str]:
    first = loader.function or loader.call
    return list(dict.fromkeys([first, *loader.calls.values()]))


def _formats(loader: Loader) -> str:
    return code(*sorted(kind.value for kind in loader.formats))
