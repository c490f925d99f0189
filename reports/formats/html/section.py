"""What a page shows of one model: its key in addresses, and what is derived for its template."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.formats.grid import loaders_of
from reports.formats.shared_reasons import SharedReason, shared_reasons
from reports.formats.table import words
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.releases.folding import (
    folded,
    range_name,
    ranges_in_words,
    values_in_words,
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Neighbouring releases with the same to say, and the places of their cells in the model.

    One release is a run too; `cells` have the oldest first.
    """

    name: str
    python: str
    keras: str
    cells: tuple[CellReport, ...]
    places: tuple[int, ...]

    @property
    def newest(self) -> CellReport:
        """Which cell the links of the whole run lead to."""
        return self.cells[-1]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A model and its `key`: the name that stands for it in addresses, unique in the report.

    What comes `later` stands in a `noscript` element: to a browser that runs the script it is one
    text, which becomes elements when a reader comes near it. Hundreds of tables at once would
    keep a browser busy for seconds.
    """

    key: str
    model: ModelReport
    later: bool = False

    @property
    def loaders(self) -> tuple[str, ...]:
        """The columns of its table."""
        return loaders_of(self.model)

    @functools.cached_property
    def by_cell(self) -> Mapping[str, CellReport]:
        """Its cells by name."""
        return {cell.id: cell for cell in self.model.cells}

    @property
    def runs(self) -> list[Run]:
        """The rows of its table: a row that stands for several can be unfolded."""
        names, cells = list(self.by_cell), self.by_cell
        loaders = self.loaders
        groups = folded(names, lambda name: _said(cells[name], loaders))
        return [_run([cells[name] for name in group], names) for group in groups]

    @property
    def reasons(self) -> tuple[SharedReason, ...]:
        """Why cells are not `runs`, each reason once."""
        return shared_reasons(self.model, ranges_in_words)

    @property
    def saved_by(self) -> str:
        """What wrote the file, where it says so."""
        facts = self.model.facts
        known = (("TensorFlow", facts.get("tensorflow")), ("Keras", facts.get("keras")))
        return " and ".join(f"{name} {version}" for name, version in known if version)

    @property
    def size(self) -> int | None:
        """Bytes."""
        size = self.model.facts.get("size_bytes")
        return size if isinstance(size, int) else None


def _said(cell: CellReport, loaders: Sequence[str]) -> tuple[object, ...]:
    """All that the row of a cell shows besides versions."""
    checks = [cell.best(loader) for loader in loaders]
    shown = [(check.verdict, check.expected, words(check)) if check else None for check in checks]
    return cell.plain, cell.verdict, cell.expected, *shown


def _run(cells: Sequence[CellReport], names: Sequence[str]) -> Run:
    return Run(
        name=range_name([cell.id for cell in cells], names),
        python=values_in_words([cell.python for cell in cells]),
        keras=values_in_words([cell.keras for cell in cells]),
        cells=tuple(cells),
        places=tuple(names.index(cell.id) for cell in cells),
    )
