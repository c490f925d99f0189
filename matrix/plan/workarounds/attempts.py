"""Workarounds: scripts that the probe tries in a cell if a loader fails there.

Each is what a reader would copy. The other loaders of a cell are remedies for each other already,
and so are the cells beside it: they need no attempt.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.model.facts import ModelFacts, shown_path
from matrix.plan.check import Check
from matrix.plan.loaders import LOADERS
from matrix.plan.variant import Variant

# What a probe runs scripts with: no way to load a model of its own.
SCRIPT = "script"


def attempts_for(model: ModelFacts, cell: Cell, checks: Sequence[Check]) -> Iterator[Check]:
    """The attempts for one model in a cell, each tried only where what is before it did not load.

    `checks` are those of that model in that cell.
    """
    shown = shown_path(str(model.path), str(model.load_path))
    for name, group in itertools.groupby(checks, key=lambda check: check.loader):
        loader, last = LOADERS[name], list(group)[-1]
        before = last.id
        for workaround in loader.workarounds(model, Path(shown), cell):
            attempt = Check(
                model=last.model,
                path=last.path,
                loader=SCRIPT,
                variant=Variant(workaround.name).given(
                    script=workaround.script, name=shown, keras=loader.builds_keras
                ),
                skip_if_loaded=before,
                workaround_for=name,
                imports=last.imports,
            )
            yield attempt
            before = attempt.id
