"""Models side by side on a page: a column for each range of releases they are alike in. Pure.

A square is what TensorFlow alone gives; a mark says that a package beside it gives something
better. Of a model that has no cell with TensorFlow alone, it is what its packages give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.plan.prediction import EXPECTED
from matrix.versions import version_of
from reports.formats.grid import place_of
from reports.formats.html.section import Section
from reports.report.cell_report import CellReport
from reports.report.releases.folding import folded, range_name

# Of more columns each shows its symbol alone.
_MOST_IN_WORDS = 8


@dataclass(frozen=True, kw_only=True)
class Square:
    """What a model does in a release, and what it does there with packages, if that is better.

    `cell` is the one that it leads to, which is not what makes two alike.
    """

    verdict: str
    expected: str
    word: str
    better: str
    cell: str = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class BesideRow:
    """A model and its squares; `None` where nothing was planned."""

    section: Section
    squares: tuple[Square | None, ...]


@dataclass(frozen=True, kw_only=True)
class BesideTable:
    """Names of ranges of releases, oldest first, and a row for each model that was tested."""

    columns: tuple[str, ...]
    rows: tuple[BesideRow, ...]

    @property
    def in_words(self) -> bool:
        """Whether there is room for words."""
        return len(self.columns) <= _MOST_IN_WORDS

    @property
    def has_better(self) -> bool:
        """Whether a square has the mark, which must then be explained."""
        return any(square and square.better for row in self.rows for square in row.squares)


def beside(sections: Sequence[Section]) -> BesideTable:
    """The models that were tested, side by side."""
    tested = [section for section in sections if section.model.cells]
    squares = [_squares(section.model.cells) for section in tested]
    releases = sorted({release for one in squares for release in one}, key=_age)
    groups = folded(releases, lambda release: [one.get(release) for one in squares])
    return BesideTable(
        columns=tuple(range_name(group, releases) for group in groups),
        rows=tuple(
            BesideRow(section=section, squares=tuple(one.get(group[-1]) for group in groups))
            for section, one in zip(tested, squares, strict=True)
        ),
    )


def _squares(cells: Sequence[CellReport]) -> Mapping[str, Square]:
    """The square of each release, whichever Pythons it was tested with."""
    plain = [cell for cell in cells if cell.plain]
    best = _best(plain or cells)
    helped = _best(cell for cell in cells if not cell.plain)
    return {release: _square(cell, helped.get(release)) for release, cell in best.items()}


def _best(cells: Iterable[CellReport]) -> Mapping[str, CellReport]:
    found: dict[str, CellReport] = {}
    for cell in cells:
        release = CellId.parse(cell.id).version
        found[release] = min(found.get(release, cell), cell, key=_rank)
    return found


def _square(cell: CellReport, helped: CellReport | None) -> Square:
    better = helped is not None and _rank(helped) < _rank(cell)
    return Square(
        verdict=cell.verdict,
        expected=cell.expected,
        word=_word(cell) if cell.plain else _with_labels(cell),
        better=_with_labels(helped) if helped and better else "",
        cell=cell.id,
    )


def _with_labels(cell: CellReport) -> str:
    return f"{_word(cell)} with {', '.join(CellId.parse(cell.id).labels)}"


def _word(cell: CellReport) -> str:
    return EXPECTED[cell.expected] if cell.is_predicted else cell.verdict


def _rank(cell: CellReport) -> int:
    return place_of(cell.verdict)


def _age(release: str) -> Version:
    return version_of(release) or Version("0")
