"""The cells of a plan that a gate asks about, and what no cell of it can meet. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from packaging.version import Version

from matrix.catalogue.releases import catalogue
from matrix.plan.plan import Plan, PlannedCell
from reports.gate.known_failures import within
from reports.gate.requirements import Gate, Requirement
from reports.report.releases.folding import ranges_in_words


def required_cells(plan: Plan, gate: Gate) -> frozenset[str]:
    """The ids of the cells in which a model must load: no prediction meets a requirement."""
    return frozenset(
        planned.cell.id
        for requirement in gate.requirements
        for planned in _asked(plan.cells, requirement)
    )


def versions_of(plan: Plan) -> frozenset[Version]:
    """The releases of which a plan can have answers."""
    there = (planned.cell.release.version for planned in plan.cells if not planned.unavailable)
    return frozenset(there)


def not_to_be_met(gate: Gate, versions: Collection[Version]) -> Iterator[str]:
    """Requirements that a run of these releases cannot meet, said before anything is built.

    What was not tested is not met, whatever else the run finds.
    """
    names = [str(release.version) for release in catalogue()]
    for requirement in gate.requirements:
        wanted = {
            str(release.version): inside[-1]
            for release in catalogue()
            if (inside := release.matching(requirement.tensorflow))
        }
        left = [
            name
            for name, asked in wanted.items()
            if not any(_stands_for(v, asked) for v in versions)
        ]
        if left:
            verb = "is" if len(left) == 1 else "are"
            yield (
                f"{requirement.text} is required and cannot be met: {ranges_in_words(left, names)} "
                f"{verb} not tested by this call. Test more releases with --tensorflow, or require "
                "fewer."
            )


def _stands_for(tested: Version, asked: Version) -> bool:
    return tested.release[:2] == asked.release[:2] and tested >= asked


def _asked(cells: Sequence[PlannedCell], requirement: Requirement) -> Iterator[PlannedCell]:
    """Those whose answers count: the plain ones, unless it says otherwise (`requirements.py`)."""
    loader, beside = requirement.loader, requirement.beside
    having = [
        planned
        for planned in cells
        if within(str(planned.cell.release.version), requirement.tensorflow)
        and (loader is None or loader in _loaders(planned))
    ]
    plain = {planned.cell.release.version for planned in having if planned.cell.plain}
    for planned in having:
        cell = planned.cell
        only_there = loader is not None and cell.release.version not in plain
        if beside in cell.identity.labels if beside else cell.plain or only_there:
            yield planned


def _loaders(planned: PlannedCell) -> set[str]:
    return {check.loader for check in planned.checks if not check.workaround_for}
