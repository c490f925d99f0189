"""What is left to run of a plan, after its results were begun: what that takes on this machine."""

from __future__ import annotations

from matrix.costs.costs import Costs
from matrix.costs.estimate import Estimate
from matrix.costs.rates import Rates
from matrix.environments.environments import Environments
from matrix.machine import default_jobs
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.run.store import Store


def costs_of_run(plan: Plan, options: Options, store: Store | None = None) -> Costs:
    """What the cells in the run order of a plan take; models that `store` knows are left out."""
    environments = Environments.from_options(options)
    left = set(plan.run_order)
    to_run = [planned.cell for planned in plan.cells if planned.cell.id in left]
    built = {cell.id for cell in to_run if environments.finished(cell)}
    known = {}
    for cell in to_run if store else ():
        if store and (outcome := store.known(cell.id)):
            known[cell.id] = tuple(outcome.reused)
    return Costs.of(plan, Rates.read(options.envdir), built=built, known=known)


def estimate_of(costs: Costs, options: Options) -> Estimate:
    """What a run with these options takes on this machine."""
    at_once = (options.jobs or default_jobs()) if options.executor == "nox" else 1
    measured = Rates.read(options.envdir).cells
    return Estimate.of(costs, measured=measured, at_once=at_once, discard=options.discard)
