"""Which cell is right, and which of the others agree with it.

The reference is per loader: the cell closest to the saving release in which that loader ran. What
the caller expects comes before it, where the file of inputs says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from matrix import verdicts
from matrix.numerics import Numerics

if TYPE_CHECKING:
    from matrix.arrays import Array
    from matrix.compare import Side
    from matrix.results import CellResult, CheckResult

# What a verdict says of a difference to what the caller expects, in the place of a cell.
EXPECTATION = "the expected outputs"

_Graph = tuple[str, str | None]
# Gives an array that a check stored: of a cell, from a file of its folder, under a key.
ReadStored = Callable[[str, str, str], "Array | None"]


@dataclass(frozen=True, kw_only=True)
class References:
    """What the results of one model are held against.

    `read` gives what cells stored, `expected` are the arrays the caller expects, by output.
    """

    saved_by: Version | None
    numerics: Numerics
    read: ReadStored
    expected: Mapping[str, Array]

    def compared(self, cells: Sequence[CellResult]) -> Iterator[tuple[CheckResult, ...]]:
        """The checks of each cell, where `runs` stands only for outputs that agree."""
        graphs = {_graph(check) for cell in cells for check in cell.checks}
        references = {graph: self._reference(cells, graph) for graph in graphs}
        for cell in cells:
            yield tuple(
                self._check(cell, check, references[_graph(check)]) for check in cell.checks
            )

    def _reference(
        self, cells: Sequence[CellResult], graph: _Graph
    ) -> tuple[CellResult, CheckResult] | None:
        """The cell closest to the saving release in which a loader ran, or else the newest."""
        ran = [
            (place, cell, check)
            for place, cell in enumerate(cells)
            for check in cell.checks
            if _graph(check) == graph and isinstance(check.verdict, verdicts.Runs)
        ]
        if not ran:
            return None
        releases = [cell.cell.release.version for cell in cells]
        home = len(cells) - 1
        if self.saved_by is not None:
            home = sum(version < self.saved_by for version in releases)
        _, cell, check = min(ran, key=lambda one: (not one[1].cell.plain, abs(one[0] - home)))
        return cell, check

    def _check(
        self, cell: CellResult, check: CheckResult, reference: tuple[CellResult, CheckResult] | None
    ) -> CheckResult:
        if reference is None or not isinstance(check.verdict, verdicts.Runs):
            return check
        verdict = self._expected(check.verdict, self._side(cell, check))
        where, right = reference
        if where.cell.id != cell.cell.id and isinstance(verdict, verdicts.Runs):
            expected = f"{EXPECTATION} and " if verdict.compared_with else ""
            theirs, ours = self._side(where, right), self._side(cell, check)
            verdict = self._held(verdict, expected + where.cell.id, theirs, ours)
        return replace(check, verdict=verdict)

    def _expected(self, verdict: verdicts.Runs, side: Side) -> verdicts.Runs | verdicts.Differs:
        if not self.expected:
            return verdict
        from matrix.expected import expected_side

        return self._held(verdict, EXPECTATION, *expected_side(side, self.expected))

    def _held(
        self, verdict: verdicts.Runs, name: str, theirs: Side, ours: Side
    ) -> verdicts.Runs | verdicts.Differs:
        from matrix.compare import compare

        found = compare(theirs, ours, self.numerics)
        if found is None:
            return verdict
        if found.worst is not None:
            return verdicts.Differs(compared_with=name, **found.worst.__dict__)
        return verdicts.Runs(compared_with=name, largest=found.largest, relative=found.relative)

    def _side(self, cell: CellResult, check: CheckResult) -> Side:
        from matrix.compare import Side

        def read(key: str) -> Array | None:
            return self.read(cell.cell.id, check.stored, key) if check.stored else None

        return Side(calls=check.calls, read=read)


def _graph(check: CheckResult) -> _Graph:
    """What computes the same: a loader, and the tag set where the file has several graphs."""
    tagged = (check.variant or "").startswith("tags=")
    return check.loader, check.variant if tagged else None


def nothing_stored(_cell: str, _file: str, _key: str) -> Any:
    """For results whose cells stored nothing."""
    return None
