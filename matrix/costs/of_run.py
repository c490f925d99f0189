"""What is left to run of a plan, after its results were begun: what that takes on this machine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from matrix.costs.costs import Costs
from matrix.costs.estimate import Estimate
from matrix.costs.rates import Rates
from matrix.environments.environments import Environments
from matrix.machine import default_jobs
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.prediction.fast import next_models
from matrix.run.store import Store


def costs_of_run(
    plan: Plan,
    left: Collection[str],
    options: Options,
    store: Store | None = None,
    required: Collection[str] = (),
) -> Costs:
    """What a run of a plan takes, of which the cells in `left` are not known as a whole.

    Models that `store` knows are left out. A fast run counts with what it begins with; `required`
    are cells that it runs in any case.
    """
    asked: Mapping[str, Collection[int]] = dict.fromkeys(plan.run_order, range(len(plan.models)))
    if plan.fast and plan.predictions:
        asked = next_models(plan, {}, required)
    run = set(left).intersection(plan.run_order, asked)
    plan = replace(plan, run_order=tuple(cell for cell in plan.run_order if cell in run))
    environments = Environments.from_options(options)
    to_run = [planned.cell for planned in plan.cells if planned.cell.id in run]
    built = {cell.id for cell in to_run if environments.finished(cell)}
    known = {}
    for cell in to_run if store else ():
        if store and (outcome := store.known(cell.id)):
            known[cell.id] = tuple(outcome.reused)
    return Costs.of(plan, Rates.read(options.envdir), built=built, known=known, asked=asked)


def estimate_of(costs: Costs, options: Options) -> Estimate:
    """What a run with these options takes on this machine."""
    measured = Rates.read(options.envdir).cells
    return Estimate.of(
        costs, measured=measured, at_once=cells_at_once(options), discard=options.discard
    )


def cells_at_once(options: Options) -> int | None:
    """How many cells a run has at work at a time; `None` where that is for others to decide."""
    kind, _, place = options.executor.partition(":")
    if place:
        return None
    return 1 if kind == "in-process" else options.jobs or default_jobs()
