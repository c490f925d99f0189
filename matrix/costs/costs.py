"""What the cells of a plan will take: small values that add up over plans. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from matrix.costs.rates import Rates
from matrix.costs.spent import NOTHING, Spent
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.prediction import FAILS


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The environment of a cell: its size, and whether it is there; `build` is what that takes."""

    disk_mb: int
    is_built: bool
    build: Spent = NOTHING


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What some plans take: `units` are cells of a plan, in each of which TensorFlow is imported.

    `cells` are pairs of a model and a cell in which it is measured. `environments` are by the id
    of their cell: several plans share them. `known` are pairs that earlier runs have measured.
    """

    models: int = 0
    cells: int = 0
    known: int = 0
    units: int = 0
    spent: Spent = NOTHING
    environments: Mapping[str, Environment] = field(default_factory=dict)

    def __add__(self, other: Costs) -> Costs:
        return Costs(
            models=self.models + other.models,
            cells=self.cells + other.cells,
            known=self.known + other.known,
            units=self.units + other.units,
            spent=self.spent + other.spent,
            environments={**self.environments, **other.environments},
        )

    @classmethod
    def of(
        cls,
        plan: Plan,
        rates: Rates,
        *,
        built: Collection[str] = (),
        known: Mapping[str, Collection[int]] | None = None,
        asked: Mapping[str, Collection[int]] | None = None,
    ) -> Costs:
        """What the cells in the run order of a plan take.

        `built` are the cells whose environments are there. `known` are the numbers of the models,
        by the id of a cell, that need no measuring there. `asked` are those that the call wants
        measured, by the id of a cell, whether they are known or not; without it all in the run
        order.
        """
        known = known or {}
        if asked is None:
            asked = dict.fromkeys(plan.run_order, range(len(plan.models)))
        ready = [one for one in plan.cells if one.checks and one.unavailable is None]
        to_run = set(plan.run_order)
        every = measured = units = 0
        spent, environments = NOTHING, dict[str, Environment]()
        for planned in ready:
            models = {check.model for check in planned.checks}
            models &= set(asked.get(planned.cell.id, ()))
            every += len(models)
            models -= set(known.get(planned.cell.id, ()))
            if planned.cell.id in to_run and models:
                measured += len(models)
                units += 1
                spent += _spent(plan, planned, models, rates)
                environments[planned.cell.id] = Environment(
                    disk_mb=rates.disk_mb(planned.cell),
                    is_built=planned.cell.id in built,
                    build=rates.building(planned.cell),
                )
        return cls(
            models=len(plan.models),
            cells=measured,
            known=every - measured,
            units=units,
            spent=spent,
            environments=environments,
        )


def _spent(plan: Plan, planned: PlannedCell, models: Collection[int], rates: Rates) -> Spent:
    """What a cell takes in its environment: it starts once, whatever the number of models."""
    spent = rates.importing(planned.cell) + rates.around
    for check in planned.checks:
        if check.model in models and not _is_left_out(plan, planned, check):
            spent += rates.checking(check.loader, plan.models[check.model])
    return spent


def _is_left_out(plan: Plan, planned: PlannedCell, check: Check) -> bool:
    """Whether a check is tried only where another one fails, which nobody expects here."""
    if check.skip_if_loaded is None:
        return False
    expected = plan.prediction(check.model, planned.cell.id, check.workaround_for or check.loader)
    return expected is None or expected.verdict != FAILS
