"""Chooses the reference cell, and compares the other cells with it.

The reference is per loader: the cell closest to the writer of the file in which that loader ran;
for Keras it is the graph of the file, where that computes the same. What the caller expects comes
before it, where the file of inputs says so. Where nothing tells who wrote a file, cells that answer
alike are a group, and where there are several none of them is to blame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.version import Version

from matrix.plan.loaders import LOADERS
from matrix.plan.variant import ONLY
from matrix.results import verdicts
from matrix.results.agreeing_groups import Group, Grouping, grouped
from matrix.results.check_comparison import (
    EXPECTATION,
    Comparer,
    GraphKey,
    Ran,
    graph_of,
    ran_with,
)
from matrix.results.outputs.output_difference import badness
from matrix.results.result import CellResult, CheckResult

_KERAS = tuple(loader.name for loader in LOADERS.values() if loader.builds_keras)
# What computes the graph of the file as it stands, in the order of the table.
_GRAPHS = tuple((loader.name, ONLY) for loader in LOADERS.values() if loader.runs_graph_as_saved)
# What the probe calls a Keras model by, and what Keras names the signature that does the same.
_CALL, _USUAL = "call", "serving_default"


@dataclass(frozen=True, kw_only=True)
class _Standard:
    """What a loader is compared with: one check, or the first of its own group.

    `for_keras` says that it is the graph of a file that Keras wrote. `groups` are those that
    disagree with others, in the order of their numbers; `apart` can be compared with no others.
    """

    reference: Ran | None = None
    for_keras: bool = False
    groups: tuple[Group[Ran], ...] = ()
    apart: tuple[Group[Ran], ...] = ()

    def of(self, check: CheckResult) -> tuple[Ran | None, int | None]:
        """What a check is compared with, and the number of its group."""
        for number, group in enumerate((*self.groups, *self.apart), 1):
            if any(member.check is check for member in group.members):
                return group.first, number if number <= len(self.groups) else None
        return self.reference, None


@dataclass(frozen=True, kw_only=True)
class ComparedChecks:
    """The checks of each cell as concluded, and the groups that answer differently."""

    checks: tuple[tuple[CheckResult, ...], ...]
    groups: tuple[Grouping, ...] = ()


@dataclass(frozen=True, kw_only=True)
class References:
    """What the results of one model are compared with.

    `nearest` is the release that comes nearest to the writer, `keras` the Keras that wrote a file
    which names no TensorFlow; `None` where nothing says. `runs_from` is the oldest release that the
    file asks for.
    """

    comparer: Comparer
    nearest: Version | None = None
    keras: Version | None = None
    runs_from: Version | None = None

    def compared(self, cells: Sequence[CellResult]) -> ComparedChecks:
        """The checks of each cell, where `runs` stands only for outputs that agree."""
        graphs = dict.fromkeys(graph_of(check) for cell in cells for check in cell.checks)
        standards = {graph: self._standard(cells, graph) for graph in graphs}
        saved = [standards[graph] for graph in _GRAPHS if graph in standards]
        graph_check = next((standard.reference for standard in saved if standard.reference), None)
        if graph_check and (exact := self._by_the_graph(graph_check, cells)):
            by_graph = _Standard(reference=exact, for_keras=True)
            standards |= {graph: by_graph for graph in graphs if graph[0] in _KERAS}
        checks = tuple(
            tuple(self._check(place, cell, check, standards) for check in cell.checks)
            for place, cell in enumerate(cells)
        )
        return ComparedChecks(checks=checks, groups=tuple(self._groupings(standards)))

    def _standard(self, cells: Sequence[CellResult], graph: GraphKey) -> _Standard:
        ran = ran_with(cells, graph)
        expected = [check for check in ran if isinstance(self._expected(check), verdicts.Runs)]
        # A check that does not give what the caller expects is no measure for those that do.
        ran = expected or ran
        if not ran:
            return _Standard()
        if self.nearest is not None or self.keras is not None:
            return _Standard(reference=self._closest(ran, cells))
        fit = [check for check in ran if self._is_fit(check)]
        groups = self._grouped(fit or ran)
        if len(groups) > 1 and len(fit) < len(ran):
            groups = self._grouped(ran)
        if len(groups) == 1:
            return _Standard(reference=groups[0].first)
        firsts = [group.first for group in groups]
        against = [
            group
            for group in groups
            if any(self._agree(group.first, other) is False for other in firsts)
        ]
        apart = [group for group in groups if group not in against]
        against.sort(key=lambda group: min(check.place for check in group.members))
        return _Standard(groups=tuple(against), apart=tuple(apart))

    def _is_fit(self, ran: Ran) -> bool:
        """Whether a release is not older than those that the file asks for."""
        return self.runs_from is None or ran.cell.cell.release.version >= self.runs_from

    def _grouped(self, ran: Sequence[Ran]) -> list[Group[Ran]]:
        """By what they answer, plain cells and new releases first."""
        order = sorted(ran, key=lambda check: (not check.cell.cell.plain, -check.place))
        answers: dict[Any, bool | None] = {}

        def agree(ran: Ran, other: Ran) -> bool | None:
            key = (ran.answer, other.answer)
            if key not in answers:
                answers[key] = self._agree(ran, other)
            return answers[key]

        return grouped(order, lambda check: check.answer, agree)

    def _agree(self, ran: Ran, other: Ran) -> bool | None:
        comparison = self.comparer.compare(ran, other)
        return None if comparison is None else comparison.worst is None

    def _groupings(self, standards: Mapping[GraphKey, _Standard]) -> Iterator[Grouping]:
        for (loader, variant), standard in standards.items():
            firsts = [group.first for group in standard.groups]
            differences = [
                (badness(comparison.worst), (number, other), comparison.worst)
                for number, first in enumerate(firsts, 1)
                for other, second in enumerate(firsts[number:], number + 1)
                if (comparison := self.comparer.compare(first, second)) and comparison.worst
            ]
            if not differences:
                continue
            _, between, worst = max(differences, key=lambda difference: difference[0])
            cells = tuple(_ids(group) for group in standard.groups)
            yield Grouping(
                loader=loader, variant=variant, cells=cells, between=between, difference=worst
            )

    def _by_the_graph(self, saved: Ran, cells: Sequence[CellResult]) -> Ran | None:
        """What the graph of the file computes, as a reference for Keras; `None` where it is not.

        A Keras that rebuilds a model may lose weights without an error, and in the saving
        release itself (2.4.4 does so to MultiHeadAttention). Its graph cannot. But a signature may
        compute something else than the model: so it counts where Keras agrees with it somewhere.
        """
        calls = [
            replace(call, signature=_CALL) for call in saved.check.calls if call.signature == _USUAL
        ]
        exact = replace(saved, check=replace(saved.check, calls=tuple(calls)))
        keras = (check for loader in _KERAS for check in ran_with(cells, (loader, ONLY)))
        comparisons = (self.comparer.compare(exact, check) for check in keras)
        agreeing = (each for each in comparisons if each and each.compared and each.worst is None)
        return exact if any(agreeing) else None

    def _closest(self, ran: Sequence[Ran], cells: Sequence[CellResult]) -> Ran:
        """The one closest to the writer: with its Keras, plain, of the nearest release."""
        home = len(cells) - 1
        if self.nearest is not None:
            home = sum(cell.cell.release.version < self.nearest for cell in cells)
        return min(
            ran,
            key=lambda check: (
                *self._other_keras(check.cell, check.check.loader),
                not check.cell.cell.plain,
                abs(check.place - home),
            ),
        )

    def _other_keras(self, cell: CellResult, loader: str) -> tuple[bool, bool]:
        """Whether a loader has another Keras than the one that wrote the file; another minor."""
        version = cell.keras_of(loader)
        if self.keras is None or version is None:
            return True, True
        return version != self.keras, version.release[:2] != self.keras.release[:2]

    def _check(
        self,
        place: int,
        cell: CellResult,
        check: CheckResult,
        standards: Mapping[GraphKey, _Standard],
    ) -> CheckResult:
        if not isinstance(check.verdict, verdicts.Runs):
            return check
        ours = Ran(place=place, cell=cell, check=check)
        standard = standards[graph_of(check)]
        reference, number = standard.of(check)
        verdict = self._expected(ours)
        itself = reference is not None and reference.cell.cell.id == cell.cell.id
        if reference and (standard.for_keras or not itself) and isinstance(verdict, verdicts.Runs):
            with_loader = f" with {reference.check.loader}" if standard.for_keras else ""
            name = f"{reference.cell.cell.id}{with_loader}"
            name = f"{EXPECTATION} and {name}" if verdict.compared_with else name
            verdict = self.comparer.verdict_against(verdict, name, reference, ours)
        if number and isinstance(verdict, verdicts.Runs):
            verdict = replace(verdict, group=number)
        return replace(check, verdict=verdict)

    def _expected(self, ran: Ran) -> verdicts.Runs | verdicts.Differs:
        return self.comparer.verdict_against_expected(ran)


def _ids(group: Group[Ran]) -> tuple[str, ...]:
    order = sorted(group.members, key=lambda check: check.place)
    return tuple(dict.fromkeys(check.cell.cell.id for check in order))


def uncompared(cells: Sequence[CellResult]) -> Iterator[str]:
    """The cells where the model ran, and no output of it was compared with what is expected."""
    for cell in cells:
        ran = [
            check.verdict.expected
            for check in cell.checks
            if isinstance(check.verdict, verdicts.Runs | verdicts.Differs)
        ]
        if ran and not any(ran):
            yield cell.cell.id


def nothing_stored(_cell: str, _file: str, _key: str) -> Any:
    """For results whose cells stored nothing."""
    return None
