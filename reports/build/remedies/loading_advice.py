"""How to load the model, per range of releases: the way that loaded it there. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from matrix.catalogue.registration import NO_HANDOVER
from matrix.plan.loaders import call_of, ease_of
from matrix.plan.snippet import ShownCell, ShownModel
from matrix.plan.variant import Variant
from reports.build.remedies.snippets import snippet
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.ranges import cell_spans
from reports.report.summary_report import LoadingAdvice

_Choice = tuple[CellReport, CheckReport]


@dataclass(frozen=True, kw_only=True)
class ChosenWay:
    """One way to load, for some releases: what a report says of it, and what it calls."""

    advice: LoadingAdvice
    call: str
    releases: frozenset[str]


def choose_ways(model: ModelReport, subject: ShownModel) -> tuple[ChosenWay, ...]:
    """A way for every release that loads the model, neighbours with the same way drawn together."""
    order = [cell.id for cell in model.cells]
    ways = []
    choices = list(_choices(model))
    for (text, install), group in itertools.groupby(
        choices, key=lambda choice: _way(subject, choice)
    ):
        chosen = list(group)
        cells = tuple(cell.id for cell, _ in chosen)
        advice = LoadingAdvice(
            releases=cell_spans(cells, order), cells=cells, snippet=text, install=install
        )
        loader = chosen[0][1].loader
        ways.append(
            ChosenWay(
                advice=advice,
                call=call_of(loader, model.format),
                releases=frozenset(cell.tensorflow for cell, _ in chosen),
            )
        )
    return tuple(ways)


def _choices(model: ModelReport) -> Iterator[_Choice]:
    """The best check of each release: of its plain cell, or of one with something beside it."""
    for _, group in itertools.groupby(model.cells, key=lambda cell: cell.tensorflow):
        loading = [
            (cell, check)
            for cell in group
            for check in cell.checks
            # What another runtime loads says nothing of this release.
            if check.loads and not check.ending and not cell.runtime
        ]
        if loading:
            yield min(loading, key=_preference)


def _preference(choice: _Choice) -> tuple[float, ...]:
    cell, check = choice
    return not cell.plain, check.rank, ease_of(check.loader)


def _way(subject: ShownModel, choice: _Choice) -> tuple[str, str]:
    cell, check = choice
    shown = ShownCell(
        tensorflow=cell.tensorflow,
        imports=cell.imports,
        handover=cell.handover or NO_HANDOVER,
        variables=cell.variables or {},
    )
    text = snippet(check.loader, Variant.parse(check.variant), subject, shown)
    return text, "" if cell.plain else _beside(cell)


def _beside(cell: CellReport) -> str:
    """What a cell that is not plain has beside TensorFlow, e.g. `tf-keras==2.16.*`."""
    return " ".join(cell.requirements or cell.companions.values())
