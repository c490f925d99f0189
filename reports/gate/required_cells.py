"""The cells of a plan that a gate asks about, so that a fast run tests them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.plan.plan import Plan, PlannedCell
from reports.gate.known_failures import within
from reports.gate.requirements import Gate, Requirement


def required_cells(plan: Plan, gate: Gate) -> frozenset[str]:
    """The ids of the cells in which a model must load: no prediction meets a requirement."""
    return frozenset(
        planned.cell.id
        for requirement in gate.requirements
        for planned in _asked(plan.cells, requirement)
    )


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
