"""Models side by side: a row a model, a column for each range of releases they are alike in. Pure.

It shows the cells with TensorFlow alone; of a model that has none, those with what it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.plan.prediction import EXPECTED
from matrix.results.verdicts import Predicted
from matrix.versions import version_of
from reports.formats.grid import place_of
from reports.overview.names import labels
from reports.overview.row import OverviewRow
from reports.report.releases.folding import folded, range_name

# More models are a page, not a table.
MOST_BESIDE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """Names of ranges, and of each model a phrase for each: `runs`, `predicted to load`.

    A phrase is empty where the model was not planned.
    """

    ranges: tuple[str, ...]
    models: tuple[tuple[str, tuple[str, ...]], ...]


def beside(rows: Sequence[OverviewRow]) -> Beside | None:
    """The models that were tested; nothing where these are fewer than two, or too many."""
    tested = [row for row in rows if row.verdicts]
    if not 1 < len(tested) <= MOST_BESIDE:
        return None
    named = labels(rows)
    said = [_said(row) for row in tested]
    releases = sorted({name for one in said for name in one}, key=_age)
    groups = folded(releases, lambda name: [one.get(name, "") for one in said])
    return Beside(
        ranges=tuple(range_name(group, releases) for group in groups),
        models=tuple(
            (named[row.place], tuple(one.get(group[0], "") for group in groups))
            for row, one in zip(tested, said, strict=True)
        ),
    )


def _said(row: OverviewRow) -> Mapping[str, str]:
    """The best verdict of each release, whichever Pythons it was tested with."""
    cells = [(CellId.parse(name), name, word) for name, word in row.verdicts]
    plain = [one for one in cells if one[0].is_plain]
    expected = dict(row.expected)
    best: dict[str, tuple[int, str]] = {}
    for cell, name, word in plain or cells:
        told = EXPECTED[expected[name]] if word == Predicted.word and name in expected else word
        beside_it = "" if plain else f" ({', '.join(cell.labels)})"
        found = (place_of(word), f"{told}{beside_it}")
        best[cell.version] = min(found, best.get(cell.version, found))
    return {version: phrase for version, (_, phrase) in best.items()}


def _age(version: str) -> Version:
    return version_of(version) or Version("0")
