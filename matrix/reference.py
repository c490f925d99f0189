"""Which cell is right, and which of the others agree with it.

The reference is per loader: the cell closest to the writer of the file in which that loader ran;
for Keras it is the graph of the file, where that computes the same. What the caller expects comes
before it, where the file of inputs says so.
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
_KERAS = ("keras", "tf_keras")
# What the probe calls a Keras model by, and what Keras names the signature that does the same.
_CALL, _USUAL = "call", "serving_default"
# Gives an array that a check stored: of a cell, from a file of its folder, under a key.
ReadStored = Callable[[str, str, str], "Array | None"]


@dataclass(frozen=True, kw_only=True)
class _Reference:
    """A check that is right; `for_keras` where it is the graph of a file that Keras wrote."""

    cell: CellResult
    check: CheckResult
    for_keras: bool = False

    @property
    def name(self) -> str:
        beside = f" with {self.check.loader}" if self.for_keras else ""
        return f"{self.cell.cell.id}{beside}"


@dataclass(frozen=True, kw_only=True)
class References:
    """What the results of one model are held against.

    `nearest` is the release that comes nearest to the writer, `keras` the Keras that wrote a file
    which names no TensorFlow; `None` where nothing says. `read` gives what cells stored, `expected`
    are the arrays the caller expects, by output.
    """

    nearest: Version | None
    keras: Version | None
    numerics: Numerics
    read: ReadStored
    expected: Mapping[str, Array]

    def compared(self, cells: Sequence[CellResult]) -> Iterator[tuple[CheckResult, ...]]:
        """The checks of each cell, where `runs` stands only for outputs that agree."""
        graphs = {_graph(check) for cell in cells for check in cell.checks}
        references = {graph: self._reference(cells, graph) for graph in graphs}
        saved = references.get(("saved_model", None)) or references.get(("session", None))
        if saved and (exact := self._by_the_graph(saved, cells)):
            references |= {graph: exact for graph in graphs if graph[0] in _KERAS}
        for cell in cells:
            yield tuple(
                self._check(cell, check, references[_graph(check)]) for check in cell.checks
            )

    def _by_the_graph(self, saved: _Reference, cells: Sequence[CellResult]) -> _Reference | None:
        """What the graph of the file computes, as a reference for Keras; `None` where it is not.

        A Keras that builds a model anew may leave weights out without a word, and in the saving
        release itself (2.4.4 does so to MultiHeadAttention). Its graph cannot. But a signature may
        compute something else than the model: so it counts where Keras agrees with it somewhere.
        """
        calls = [{**one, "signature": _CALL} for one in saved.check.calls if _usual(one)]
        exact = replace(saved, check=replace(saved.check, calls=tuple(calls)), for_keras=True)
        keras = (
            (cell, check)
            for cell in cells
            for check in cell.checks
            if check.loader in _KERAS and isinstance(check.verdict, verdicts.Runs)
        )
        return exact if any(self._agree(exact, *one) for one in keras) else None

    def _agree(self, exact: _Reference, cell: CellResult, check: CheckResult) -> bool:
        theirs, ours = self._side(exact.cell, exact.check), self._side(cell, check)
        held = self._held(verdicts.Runs(), exact.name, theirs, ours)
        return isinstance(held, verdicts.Runs) and held.compared_with is not None

    def _reference(self, cells: Sequence[CellResult], graph: _Graph) -> _Reference | None:
        """The cell closest to the writer in which a loader ran, or else the newest."""
        ran = [
            (place, cell, check)
            for place, cell in enumerate(cells)
            for check in cell.checks
            if _graph(check) == graph and isinstance(check.verdict, verdicts.Runs)
        ]
        if not ran:
            return None
        home = len(cells) - 1
        if self.nearest is not None:
            home = sum(cell.cell.release.version < self.nearest for cell in cells)
        _, cell, check = min(
            ran,
            key=lambda one: (
                *self._other_keras(one[1], one[2].loader),
                not one[1].cell.plain,
                abs(one[0] - home),
            ),
        )
        return _Reference(cell=cell, check=check)

    def _other_keras(self, cell: CellResult, loader: str) -> tuple[bool, bool]:
        """Whether a loader has another Keras than the one that wrote the file; another minor."""
        here = cell.keras_of(loader)
        if self.keras is None or here is None:
            return True, True
        return here != self.keras, here.release[:2] != self.keras.release[:2]

    def _check(
        self, cell: CellResult, check: CheckResult, reference: _Reference | None
    ) -> CheckResult:
        if reference is None or not isinstance(check.verdict, verdicts.Runs):
            return check
        verdict = self._expected(check.verdict, self._side(cell, check))
        itself = reference.cell.cell.id == cell.cell.id and not reference.for_keras
        if not itself and isinstance(verdict, verdicts.Runs):
            expected = f"{EXPECTATION} and " if verdict.compared_with else ""
            theirs, ours = self._side(reference.cell, reference.check), self._side(cell, check)
            verdict = self._held(verdict, expected + reference.name, theirs, ours)
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


def unheld(cells: Sequence[CellResult]) -> Iterator[str]:
    """The cells where models ran, and nothing of it could be held against what is expected."""
    for cell in cells:
        ran = [
            check.verdict.compared_with or ""
            for check in cell.checks
            if isinstance(check.verdict, verdicts.Runs | verdicts.Differs)
        ]
        if ran and not any(name.startswith(EXPECTATION) for name in ran):
            yield cell.cell.id


def _usual(call: Mapping[str, Any]) -> bool:
    return call.get("signature") == _USUAL


def _graph(check: CheckResult) -> _Graph:
    """What computes the same: a loader, and the tag set where the file has several graphs."""
    tagged = (check.variant or "").startswith("tags=")
    return check.loader, check.variant if tagged else None


def nothing_stored(_cell: str, _file: str, _key: str) -> Any:
    """For results whose cells stored nothing."""
    return None
