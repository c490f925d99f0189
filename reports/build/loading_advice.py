"""How to load it: per range of releases the way that loaded there. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from reports.build.snippets import Place, Subject, snippet
from reports.report.report import CellReport, CheckReport, ModelReport
from reports.report.spans import spans


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to load, and the cells in which this run loaded the model that way.

    `releases` are those cells in few words; `install` is what has to stand beside TensorFlow.
    """

    releases: str
    cells: tuple[str, ...]
    snippet: str
    install: str = ""


_Choice = tuple[CellReport, CheckReport]


def ways(model: ModelReport) -> tuple[Way, ...]:
    """A way for every release that loads the model, neighbours with the same way drawn together."""
    order = [cell.id for cell in model.cells]
    found = []
    chosen = list(_chosen(model))
    for (text, install), group in itertools.groupby(chosen, key=lambda one: _way(model, one)):
        cells = tuple(cell.id for cell, _ in group)
        way = Way(releases=spans(cells, order), cells=cells, snippet=text, install=install)
        found.append(way)
    return tuple(found)


# What asks least of a reader first: the usual call, before what needs a session or a package more.
_COMFORT = ("keras", "saved_model", "tfsm_layer", "tflite", "checkpoint", "graph", "session")


def _chosen(model: ModelReport) -> Iterator[_Choice]:
    """The best check of each release: of its plain cell, or of one with something beside it."""
    for _, group in itertools.groupby(model.cells, key=lambda cell: cell.tensorflow):
        loading = [
            (cell, check)
            for cell in group
            for check in cell.checks
            if check.loads and not check.ending
        ]
        if loading:
            yield min(loading, key=_preference)


def comfort(loader: str) -> int:
    """How much a loader asks of a reader; 0 is least."""
    return _COMFORT.index(loader) if loader in _COMFORT else len(_COMFORT)


def _preference(choice: _Choice) -> tuple[float, ...]:
    cell, check = choice
    return not cell.plain, check.rank, comfort(check.loader)


def _way(model: ModelReport, choice: _Choice) -> tuple[str, str]:
    cell, check = choice
    document = {"path": model.path, "format": model.format, "facts": model.facts}
    text = snippet(
        check.loader,
        check.variant,
        Subject.of(document),
        Place(tensorflow=cell.tensorflow, imports=cell.imports, handover=cell.handover),
    )
    return text, "" if cell.plain else _beside(cell)


def _beside(cell: CellReport) -> str:
    """What a cell that is not plain has beside TensorFlow, e.g. `tf-keras==2.16.*`."""
    return " ".join(cell.requirements or cell.companions.values())
