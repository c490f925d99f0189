"""What an overview knows of one model: small values that are kept for thousands of models."""

from __future__ import annotations

from dataclasses import dataclass

from matrix.catalogue.cell_id import CellId
from matrix.model.facts import format_in_words
from matrix.results.verdicts import Verdict, kind_of
from reports.overview.obstacles.obstacle import Obstacle, ObstacleKind
from reports.overview.obstacles.of_model import obstacles_of
from reports.overview.releases import by_other_call, tested_releases, with_companions, works_in
from reports.report.model_report import ModelReport
from reports.report.text import first_line

__all__ = ["Obstacle", "ObstacleKind", "OverviewRow", "row_of"]

_MOST_WHY = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class OverviewRow:
    """One model: its place in the whole list, where it works, what stands in the way.

    `works_in` is short: `runs in 2.4 - 2.15 (9 of 12); loads in all 12`, `nowhere`, `no answer`,
    `not tested`. `verdicts` has every cell with its verdict, oldest release first. `obstacles` are
    the worst first. `untested` says why the model was not tested; it then has no verdicts.
    `expected` has the cells that a fast run left to their predictions, each with what is predicted.
    `needs_calls` says that no single call works wherever the model works.
    """

    place: int
    name: str
    path: str
    format: str
    works_in: str
    verdicts: tuple[tuple[str, str], ...]
    obstacles: tuple[Obstacle, ...]
    untested: str
    sha256: str
    expected: tuple[tuple[str, str], ...] = ()
    needs_calls: bool = False

    @property
    def format_in_words(self) -> str:
        """What people call its format."""
        return format_in_words(self.format)

    @property
    def is_clear(self) -> bool:
        """Whether nothing stands in the way of what was measured of it."""
        return not self.untested and not self.obstacles and any(self._answers)

    @property
    def worst(self) -> int:
        """The rank of what stands in its way most; what is clear comes after all others."""
        if self.untested:
            return ObstacleKind.UNTESTED.rank
        return self.obstacles[0].kind.rank if self.obstacles else len(ObstacleKind)

    @property
    def _answers(self) -> list[type[Verdict]]:
        """The answers of cells with TensorFlow alone; of all cells where there are no others."""
        kinds = [(cell, kind_of(word)) for cell, word in self.verdicts]
        plain = [kind for cell, kind in kinds if CellId.parse(cell).is_plain]
        return [kind for kind in plain or (kind for _, kind in kinds) if kind.is_answer]


def row_of(model: ModelReport, place: int) -> OverviewRow:
    """The row of a model; `place` is its number in the whole list, from 0."""
    return OverviewRow(
        place=place,
        name=model.name,
        path=model.path,
        format=model.format,
        works_in=_works_in(model),
        verdicts=tuple((cell.id, cell.verdict) for cell in model.cells),
        obstacles=() if model.untested else tuple(obstacles_of(model)),
        untested=first_line(model.untested.replace(model.path, model.name), _MOST_WHY),
        sha256=model.sha256,
        expected=tuple((cell.id, cell.expected) for cell in model.cells if cell.is_predicted),
        needs_calls=_needs_calls(model),
    )


def _needs_calls(model: ModelReport) -> bool:
    """Whether it works in some release only by another call than the usual one."""
    good = [release for release in tested_releases(model) if release.loads]
    return not model.untested and bool(by_other_call(good, model.summary.usual))


def _works_in(model: ModelReport) -> str:
    """Where it runs and where it loads, of the tested releases; with companions where only then."""
    if model.untested:
        return "not tested"
    releases = tested_releases(model)
    if told := works_in(releases, model.summary.usual):
        return told
    if helped := [f"with {name}: {works_in(those)}" for name, those in with_companions(model)]:
        return "; ".join(helped)
    if all(release.is_predicted for release in releases):
        return "not measured"
    return "nowhere" if any(release.loads is False for release in releases) else "no answer"
