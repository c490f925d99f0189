"""What a model does in each tested release, whatever Python and loader. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from matrix.plan.loaders import ease_of
from reports.build.boundaries import are_neighbours, minor_of
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import any_of, release_spans


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """One release with its cells: one a Python, none with companions."""

    tensorflow: str
    cells: tuple[CellReport, ...]

    @property
    def checks(self) -> list[CheckReport]:
        """Every check, those of the loaders that ask least of a reader first."""
        found = [check for cell in self.cells for check in cell.checks]
        return sorted(found, key=lambda check: ease_of(check.loader))

    @property
    def minor(self) -> str:
        """`2.16`."""
        return minor_of(self.cells[0])

    @property
    def loads(self) -> bool | None:
        """Whether any loader loads it; `None` where none did and one has no answer."""
        return any_of(check.loads for check in self.checks) if self.checks else None

    @property
    def runs(self) -> bool | None:
        """Whether any loader gives a model that runs as in the reference."""
        return any_of(check.runs for check in self.checks) if self.checks else None

    def loads_with(self, loader: str) -> bool:
        """Whether a loader loads it here."""
        return any(check.loads for check in self.checks if check.loader == loader)

    def runs_with(self, loader: str) -> bool:
        """Whether a loader gives a model that runs as in the reference."""
        return any(check.runs for check in self.checks if check.loader == loader)

    @property
    def is_predicted(self) -> bool:
        """Whether a fast run left the whole release to its prediction."""
        return all(cell.is_predicted for cell in self.cells)

    @property
    def tried(self) -> bool:
        """Whether a loader could exist here at all."""
        return any(check.kind.applies for check in self.checks)

    @property
    def loading(self) -> list[CheckReport]:
        """The checks that load it."""
        return [check for check in self.checks if check.loads]

    @property
    def best(self) -> CheckReport | None:
        """The best check; of several the one whose loader asks least of a reader."""
        return min(self.checks, key=lambda check: check.rank, default=None)

    @property
    def silence(self) -> CheckReport | None:
        """The first check that gave no answer."""
        return next((check for check in self.checks if check.loads is None), None)

    def failure(self, near: Sequence[CheckReport] = ()) -> CheckReport | None:
        """The check that says why it does not load: of a loader that does so in a release `near`.

        A check that was made says more than one that was not, because its loader cannot exist.
        """
        loaders: Collection[str] = {check.loader for check in near}
        failed = [check for check in self.checks if check.loads is False]
        return min(
            failed,
            key=lambda check: (not check.kind.applies, check.loader not in loaders),
            default=None,
        )


def tested_releases(model: ModelReport) -> list[Tested]:
    """The releases of the plain cells, oldest first; of all cells where none is plain."""
    cells = [cell for cell in model.cells if cell.plain] or list(model.cells)
    return _by_release(cells)


def _by_release(cells: Sequence[CellReport]) -> list[Tested]:
    found: dict[str, list[CellReport]] = {}
    for cell in cells:
        found.setdefault(cell.tensorflow, []).append(cell)
    return [Tested(tensorflow=name, cells=tuple(those)) for name, those in found.items()]


def with_companions(model: ModelReport) -> list[tuple[str, list[Tested]]]:
    """The packages with which it loads somewhere, and the releases with each, oldest first."""
    found: dict[str, list[CellReport]] = {}
    for cell in model.cells:
        if cell.companions and not cell.plain:
            found.setdefault(", ".join(cell.companions), []).append(cell)
    releases = {name: _by_release(cells) for name, cells in found.items()}
    return [(name, those) for name, those in releases.items() if any(r.loads for r in those)]


def works_in(releases: Sequence[Tested], usual: str = "") -> str:
    """Where it runs and loads: `runs in 2.4 - 2.15 (9 of 12); loads in all 12`; empty if not.

    Releases that do not read its format do not count. Where the `usual` loader does less than
    another, that is said: a reader who calls it as usual would not find it so.
    """
    loads = [release for release in releases if release.loads]
    runs = [release for release in loads if release.runs]
    parts = [f"runs in {_share(runs, releases, by_other_call(runs, usual))}"] if runs else []
    if len(loads) > len(runs):
        others = by_other_call([release for release in loads if not release.runs], usual)
        parts.append(f"loads in {_share(loads, releases, others)}")
    return "; ".join(parts)


def by_other_call(good: Sequence[Tested], usual: str) -> list[Tested]:
    """The releases in which another loader does more than the usual one."""
    if not usual:
        return []
    return [
        one for one in good if not (one.runs_with(usual) if one.runs else one.loads_with(usual))
    ]


def _share(good: Sequence[Tested], releases: Sequence[Tested], others: Sequence[Tested]) -> str:
    """`all 12`, or the releases and how many of those that gave an answer they are."""
    able = [release for release in releases if release.tried]
    measured = " measured" if any(release.is_predicted for release in able) else ""
    whole = f"all {len(good)}" if len(good) > 1 else good[0].minor
    where, aside = whole, list[str]()
    if len(good) < len(releases):
        where = where_of(good, releases)
        answered = sum(release.loads is not None for release in able)
        aside = [f"{len(good)} of {answered}{measured}"]
    if others:
        aside.append(f"{_those(others, good)} by another call")
    return f"{where} ({'; '.join(aside)})" if aside else where


def _those(releases: Sequence[Tested], among: Sequence[Tested]) -> str:
    """Some of the releases in which it works: all, those from one on, or their names."""
    if len(releases) == len(among):
        return "all" if len(among) > 1 else "there"
    newest = among[-len(releases) :]
    if len(releases) > 1 and list(newest) == list(releases):
        return f"from {releases[0].minor} on"
    return f"in {where_of(releases, among)}"


def between(before: Tested, after: Tested) -> str:
    """Where something changes: `at 2.16`, or `between 2.13 and 2.16` if none in between said so."""
    if are_neighbours(before.cells[0], after.cells[0]):
        return f"at {after.minor}"
    return f"between {before.minor} and {after.minor}"


def since(before: Tested, after: Tested) -> str:
    """From where on something is so: `from 2.12 on`, or what is known if none between said so."""
    if are_neighbours(before.cells[0], after.cells[0]):
        return f"from {after.minor} on"
    return f"from {after.minor} on; between {before.minor} and {after.minor} is not known"


def where_of(releases: Sequence[Tested], order: Sequence[Tested]) -> str:
    """Releases in few words: `2.9, 2.12 - 2.14`, with none in a range that is not in `order`."""
    names, tested = ([release.tensorflow for release in those] for those in (releases, order))
    return release_spans(names, tested)
