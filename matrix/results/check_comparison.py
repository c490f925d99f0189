"""Compares a check with another, or with expected outputs. Pure, except `read`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from matrix.options.tolerances import Numerics
from matrix.plan.variant import ONLY, Variant
from matrix.results import verdicts
from matrix.results.outputs.output_facts import OutputFacts
from matrix.results.result import CellResult, CheckResult

if TYPE_CHECKING:
    from matrix.npz import Array
    from matrix.results.compare import Comparison, Side

# What a verdict says of a difference to what the caller expects, in the place of a cell.
EXPECTATION = "the expected outputs"

# What computes the same: a loader, and the tag set where the file has several graphs.
GraphKey = tuple[str, Variant]
# Gives an array that a check stored: of a cell, from a file of its folder, under a key.
ReadStored = Callable[[str, str, str], "Array | None"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ran:
    """A check that ran; `place` is that of its cell, the oldest first."""

    place: int
    cell: CellResult
    check: CheckResult

    @property
    def answer(self) -> Hashable:
        """What it was asked and what it said, to the last bit."""
        return tuple(
            (
                call.signature,
                call.repeatable,
                *((tensor.name, tensor.digest) for tensor in call.inputs),
                *((tensor.name, tensor.digest) for tensor in call.outputs),
            )
            for call in self.check.calls
            if call.outputs is not None
        )


def graph_of(check: CheckResult) -> GraphKey:
    """What computes in a check."""
    return check.loader, check.variant if check.variant.picks_a_graph else ONLY


def ran_with(cells: Sequence[CellResult], graph: GraphKey) -> list[Ran]:
    """The checks that ran a graph, oldest cell first."""
    return [
        Ran(place=place, cell=cell, check=check)
        for place, cell in enumerate(cells)
        for check in cell.checks
        if graph_of(check) == graph and isinstance(check.verdict, verdicts.Runs)
    ]


@dataclass(frozen=True, kw_only=True)
class Comparer:
    """How checks are compared: `read` gives what cells stored, `expected` what the caller expects.

    `about` are the outputs that are picked by comparing.
    """

    numerics: Numerics
    read: ReadStored
    expected: Mapping[str, Array]
    about: OutputFacts = field(default_factory=OutputFacts)

    def compare(self, theirs: Ran, ours: Ran) -> Comparison | None:
        """How far two checks are apart; `None` where they cannot be compared."""
        from matrix.results.compare import compare

        return compare(self._side(theirs), self._side(ours), self.numerics, self.about)

    def verdict_against(
        self, verdict: verdicts.Runs, name: str, theirs: Ran, ours: Ran
    ) -> verdicts.Runs | verdicts.Differs:
        """The verdict on a check that ran, compared with another, which is called `name`."""
        return _concluded(verdict, name, self.compare(theirs, ours))

    def verdict_against_expected(self, ours: Ran) -> verdicts.Runs | verdicts.Differs:
        """The verdict on a check that ran, compared with what the caller expects, if anything."""
        if not self.expected:
            return verdicts.Runs()
        from matrix.results.compare import compare
        from matrix.results.outputs.expected_outputs import expected_side

        right, mine = expected_side(self._side(ours), self.expected)
        comparison = compare(right, mine, self.numerics)
        verdict = _concluded(verdicts.Runs(), EXPECTATION, comparison)
        return replace(verdict, expected=verdict.compared_with is not None)

    def _side(self, ran: Ran) -> Side:
        from matrix.results.compare import Side

        def read(key: str) -> Array | None:
            stored = ran.check.stored
            return self.read(ran.cell.cell.id, stored, key) if stored else None

        return Side(calls=ran.check.calls, read=read)


def _concluded(
    verdict: verdicts.Runs, name: str, comparison: Comparison | None
) -> verdicts.Runs | verdicts.Differs:
    if comparison is None:
        return verdict
    if comparison.worst is not None:
        return verdicts.Differs(
            compared_with=name, difference=comparison.worst, expected=verdict.expected
        )
    return replace(
        verdict,
        compared_with=name if comparison.compared else verdict.compared_with,
        max_abs_diff=comparison.max_abs_diff,
        max_rel_diff=comparison.max_rel_diff,
        note=comparison.note,
    )
