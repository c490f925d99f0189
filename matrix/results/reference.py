"""Which cell is right, and which of the others agree with it.

The reference is per loader: the cell closest to the writer of the file in which that loader ran;
for Keras it is the graph of the file, where that computes the same. What the caller expects comes
before it, where the file of inputs says so. Where nothing tells who wrote a file, cells that answer
alike are a group, and where there are several none of them is to blame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from matrix.plan.loaders import LOADERS
from matrix.plan.variant import ONLY
from matrix.results import verdicts
from matrix.results.agreeing_groups import Group, Grouping, grouped
from matrix.results.check_comparison import (
    EXPECTATION,
    GraphKey,
    Holding,
    Ran,
    ReadStored,
    graph_of,
    ran_with,
)
from matrix.results.output_difference import badness

if TYPE_CHECKING:
    from matrix.results.result import CellResult, CheckResult

__all__ = ["EXPECTATION", "Held", "ReadStored", "References", "nothing_stored", "unheld"]

_KERAS = tuple(one.name for one in LOADERS.values() if one.builds_keras)
# What computes the graph of the file as it stands, in the order of the table.
_GRAPHS = tuple((one.name, ONLY) for one in LOADERS.values() if one.runs_graph_as_saved)
# What the probe calls a Keras model by, and what Keras names the signature that does the same.
_CALL, _USUAL = "call", "serving_default"


@dataclass(frozen=True, kw_only=True)
class _Right:
    """What a loader is held against: one check, or the first of its own group.

    `for_keras` says that it is the graph of a file that Keras wrote. `groups` are those that
    disagree with others, in the order of their numbers; `apart` can be compared with no others.
    """

    reference: Ran | None = None
    for_keras: bool = False
    groups: tuple[Group[Ran], ...] = ()
    apart: tuple[Group[Ran], ...] = ()

    def of(self, check: CheckResult) -> tuple[Ran | None, int | None]:
        """What a check is held against, and the number of its group."""
        for number, group in enumerate((*self.groups, *self.apart), 1):
            if any(one.check is check for one in group.members):
                return group.first, number if number <= len(self.groups) else None
        return self.reference, None


@dataclass(frozen=True, kw_only=True)
class Held:
    """The checks of each cell as concluded, and the groups that answer differently."""

    checks: tuple[tuple[CheckResult, ...], ...]
    groups: tuple[Grouping, ...] = ()


@dataclass(frozen=True, kw_only=True)
class References:
    """What the results of one model are held against.

    `nearest` is the release that comes nearest to the writer, `keras` the Keras that wrote a file
    which names no TensorFlow; `None` where nothing says. `runs_from` is the oldest release that the
    file asks for.
    """

    holding: Holding
    nearest: Version | None = None
    keras: Version | None = None
    runs_from: Version | None = None

    def held(self, cells: Sequence[CellResult]) -> Held:
        """The checks of each cell, where `runs` stands only for outputs that agree."""
        graphs = dict.fromkeys(graph_of(check) for cell in cells for check in cell.checks)
        rights = {graph: self._right(cells, graph) for graph in graphs}
        saved = [rights[graph] for graph in _GRAPHS if graph in rights]
        sure = next((one.reference for one in saved if one.reference), None)
        if sure and (exact := self._by_the_graph(sure, cells)):
            by_it = _Right(reference=exact, for_keras=True)
            rights |= {graph: by_it for graph in graphs if graph[0] in _KERAS}
        checks = tuple(
            tuple(self._check(place, cell, check, rights) for check in cell.checks)
            for place, cell in enumerate(cells)
        )
        return Held(checks=checks, groups=tuple(self._groupings(rights)))

    def _right(self, cells: Sequence[CellResult], graph: GraphKey) -> _Right:
        ran = ran_with(cells, graph)
        expected = [one for one in ran if isinstance(self._expected(one), verdicts.Runs)]
        # Who does not give what the caller expects is no measure for those who do.
        ran = expected or ran
        if not ran:
            return _Right()
        if self.nearest is not None or self.keras is not None:
            return _Right(reference=self._closest(ran, cells))
        fit = [one for one in ran if self._is_fit(one)]
        groups = self._grouped(fit or ran)
        if len(groups) > 1 and len(fit) < len(ran):
            groups = self._grouped(ran)
        if len(groups) == 1:
            return _Right(reference=groups[0].first)
        firsts = [group.first for group in groups]
        against = [
            group
            for group in groups
            if any(self._agree(group.first, other) is False for other in firsts)
        ]
        apart = [group for group in groups if group not in against]
        against.sort(key=lambda group: min(one.place for one in group.members))
        return _Right(groups=tuple(against), apart=tuple(apart))

    def _is_fit(self, ran: Ran) -> bool:
        """Whether a release is not older than those that the file asks for."""
        return self.runs_from is None or ran.cell.cell.release.version >= self.runs_from

    def _grouped(self, ran: Sequence[Ran]) -> list[Group[Ran]]:
        """By what they answer, plain cells and new releases first."""
        order = sorted(ran, key=lambda one: (not one.cell.cell.plain, -one.place))
        known: dict[Any, bool | None] = {}

        def agree(one: Ran, other: Ran) -> bool | None:
            key = (one.answer, other.answer)
            if key not in known:
                known[key] = self._agree(one, other)
            return known[key]

        return grouped(order, lambda one: one.answer, agree)

    def _agree(self, one: Ran, other: Ran) -> bool | None:
        found = self.holding.compared(one, other)
        return None if found is None else found.worst is None

    def _groupings(self, rights: Mapping[GraphKey, _Right]) -> Iterator[Grouping]:
        for (loader, variant), right in rights.items():
            firsts = [group.first for group in right.groups]
            found = [
                (badness(compared.worst), (number, other), compared.worst)
                for number, one in enumerate(firsts, 1)
                for other, two in enumerate(firsts[number:], number + 1)
                if (compared := self.holding.compared(one, two)) and compared.worst
            ]
            if not found:
                continue
            _, between, worst = max(found, key=lambda one: one[0])
            cells = tuple(_ids(group) for group in right.groups)
            yield Grouping(
                loader=loader, variant=variant, cells=cells, between=between, difference=worst
            )

    def _by_the_graph(self, saved: Ran, cells: Sequence[CellResult]) -> Ran | None:
        """What the graph of the file computes, as a reference for Keras; `None` where it is not.

        A Keras that builds a model anew may leave weights out without a word, and in the saving
        release itself (2.4.4 does so to MultiHeadAttention). Its graph cannot. But a signature may
        compute something else than the model: so it counts where Keras agrees with it somewhere.
        """
        calls = [{**one, "signature": _CALL} for one in saved.check.calls if _usual(one)]
        exact = replace(saved, check=replace(saved.check, calls=tuple(calls)))
        keras = (one for loader in _KERAS for one in ran_with(cells, (loader, ONLY)))
        found = (self.holding.compared(exact, one) for one in keras)
        return exact if any(one and one.compared and one.worst is None for one in found) else None

    def _closest(self, ran: Sequence[Ran], cells: Sequence[CellResult]) -> Ran:
        """The one closest to the writer: with its Keras, plain, of the nearest release."""
        home = len(cells) - 1
        if self.nearest is not None:
            home = sum(cell.cell.release.version < self.nearest for cell in cells)
        return min(
            ran,
            key=lambda one: (
                *self._other_keras(one.cell, one.check.loader),
                not one.cell.cell.plain,
                abs(one.place - home),
            ),
        )

    def _other_keras(self, cell: CellResult, loader: str) -> tuple[bool, bool]:
        """Whether a loader has another Keras than the one that wrote the file; another minor."""
        here = cell.keras_of(loader)
        if self.keras is None or here is None:
            return True, True
        return here != self.keras, here.release[:2] != self.keras.release[:2]

    def _check(
        self,
        place: int,
        cell: CellResult,
        check: CheckResult,
        rights: Mapping[GraphKey, _Right],
    ) -> CheckResult:
        if not isinstance(check.verdict, verdicts.Runs):
            return check
        ours = Ran(place=place, cell=cell, check=check)
        right = rights[graph_of(check)]
        reference, number = right.of(check)
        verdict = self._expected(ours)
        here = reference is not None and reference.cell.cell.id == cell.cell.id
        if reference and (right.for_keras or not here) and isinstance(verdict, verdicts.Runs):
            beside = f" with {reference.check.loader}" if right.for_keras else ""
            name = f"{reference.cell.cell.id}{beside}"
            name = f"{EXPECTATION} and {name}" if verdict.compared_with else name
            verdict = self.holding.against(verdict, name, reference, ours)
        if number and isinstance(verdict, verdicts.Runs):
            verdict = replace(verdict, group=number)
        return replace(check, verdict=verdict)

    def _expected(self, ran: Ran) -> verdicts.Runs | verdicts.Differs:
        return self.holding.against_expected(ran)


def _ids(group: Group[Ran]) -> tuple[str, ...]:
    order = sorted(group.members, key=lambda one: one.place)
    return tuple(dict.fromkeys(one.cell.cell.id for one in order))


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


def nothing_stored(_cell: str, _file: str, _key: str) -> Any:
    """For results whose cells stored nothing."""
    return None
