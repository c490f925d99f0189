"""The Python code that loads a model in a cell, for readers to copy.

Each leaves the loaded thing in `model`; a session keeps it in its graph as well.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from matrix.catalogue.registration import Handover
from matrix.plan.loader import Loader
from matrix.plan.loaders import LOADERS
from matrix.plan.snippet import CallToShow, ShownCell, ShownModel, quoted
from matrix.plan.variant import Variant

_ANY_CELL = ShownCell()


def snippet(loader: str, variant: Variant, model: ShownModel, cell: ShownCell = _ANY_CELL) -> str:
    """How one loader loads a model; empty where a loader is not known here."""
    if loader not in LOADERS:
        return ""
    record = LOADERS[loader]
    taken = record.takes(cell.handover, variant, model.format, model.custom_ops)
    call = CallToShow(model=model, cell=cell, variant=variant, handover=taken)
    lines = [*_variables(cell), *_imports(record, call)]
    return "\n".join(lines) + f"\n\n{_in_scopes(taken, record.snippet(call))}"


def _variables(cell: ShownCell) -> Iterator[str]:
    """What has to be set before TensorFlow is imported."""
    if cell.variables:
        yield "import os"
        yield ""
        for name, value in sorted(cell.variables.items()):
            yield f"os.environ[{quoted(name)}] = {quoted(value)}"
        yield ""


def _imports(loader: Loader, call: CallToShow) -> Iterator[str]:
    # What one loader imports in its call is of no use to the others.
    apart = {name for other in LOADERS.values() for name in other.imported_in_call}
    named = [name.rstrip("?") for name in call.cell.imports if name not in apart]
    yield "import tensorflow as tf"
    for name in (*named, *(name for name in loader.imports if name not in named)):
        yield f"import {name}"
    for name in call.handover.touches:
        yield from _touched(name)


def _touched(name: str) -> list[str]:
    """Imported by its whole name, for a package may take its submodules out of its own names."""
    module, attribute = name.rsplit(".", 1)
    package, last = module.rsplit(".", 1)
    return [f"from {package} import {last}", "", f"{last}.{attribute}  # makes it register its ops"]


def _in_scopes(taken: Handover, call: str) -> str:
    if not taken.scopes:
        return call
    scopes = ", \\\n        ".join(f"{name}()" for name in taken.scopes)
    return f"with {scopes}:\n{textwrap.indent(call, '    ')}"
