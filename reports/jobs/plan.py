"""From options to the plan of a run, and what is said of it: all that `--plan` needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from matrix.costs.of_run import cells_at_once, costs_of_run, estimate_of
from matrix.environments import disk_usage
from matrix.environments.environments import Environments
from matrix.environments.programs import interpreters
from matrix.log import logger
from matrix.options.options import Options
from matrix.options.requirements import GateOptions
from matrix.plan.plan import Plan
from matrix.plan.planning import planned
from matrix.prediction.predict import with_predictions
from matrix.prediction.run_order import most_informative_first
from matrix.run.store import Store
from matrix.shown import on_one_line
from reports.formats.plans.costs import cost_lines
from reports.formats.plans.estimated import estimate_sentence
from reports.formats.plans.plan_text import render_plan
from reports.output import echo

_LOG = logger(__name__)


def show_plan(options: Options, now: datetime) -> int:
    """Print what a run would do; a requirement that is no requirement is told here too."""
    if options.gate == GateOptions():
        plan = inspected(options)
        echo(_plan_text(plan, options))
        return 0
    # Here, because gates know all types of a report.
    from reports.gate.judgement import read_gate
    from reports.gate.required_cells import not_to_be_met, required_cells, versions_of

    gate = read_gate(options.gate, now.date())
    plan = inspected(options)
    echo(_plan_text(plan, options, required_cells(plan, gate)))
    for sentence in not_to_be_met(gate, versions_of(plan)):
        echo(sentence)
    return 0


def inspected(options: Options) -> Plan:
    """The plan for the models of a call, with what is predicted, the most telling cells first.

    Raises:
        LoadmatrixError: none of them can be tested, or the selection leaves nothing to test.
    """
    names = ", ".join(on_one_line(model.name) for model in options.models)
    _LOG.info("Inspecting %s.", names)
    return most_informative_first(with_predictions(planned(options)))


@dataclass(frozen=True, kw_only=True)
class AtHand:
    """What this machine has for a plan: environments, known answers, Pythons; and the costs."""

    finished: Sequence[str]
    known: Collection[str]
    pythons: Mapping[str, Path]
    costs: Sequence[str]


def at_hand(plan: Plan, options: Options, required: Collection[str] = ()) -> AtHand:
    """What is there for a plan; `required` cells are run in any case."""
    environments = Environments.from_options(options)
    finished = [entry.cell.id for entry in plan.cells if environments.finished(entry.cell)]
    known: Collection[str] = ()
    hint = None
    if set(plan.run_order) - set(finished):
        # Here, because it matters only where something would be built.
        from matrix.known.reuse import known_cells

        known = known_cells(plan, options)
        hint = disk_usage.hardlinks_impossible(options.envdir)
    at_once = cells_at_once(options) or 1
    there = {*finished, *known}
    costs = list(cost_lines(plan, there, required, discard=options.discard, at_once=at_once))
    return AtHand(
        finished=finished,
        known=known,
        pythons={minor: python.path for minor, python in interpreters.installed().items()},
        costs=[*costs, *([hint] if hint else [])],
    )


def estimated(
    plan: Plan,
    left: Collection[str],
    options: Options,
    store: Store | None = None,
    required: Collection[str] = (),
) -> str:
    """What a plan takes on this machine, of which the cells in `left` are not known as a whole.

    What `store` knows takes nothing; `required` are cells that a fast run runs in any case.
    """
    costs = costs_of_run(plan, left, options, store, required)
    return estimate_sentence(estimate_of(costs, options), costs_told=True)


def _plan_text(plan: Plan, options: Options, required: Collection[str] = ()) -> str:
    there = at_hand(plan, options, required)
    # Here, because an ordinary run tells it when it has taken in what is known.
    from matrix.known.reuse import known_cells

    known = there.known or known_cells(plan, options)
    left = [cell for cell in plan.run_order if cell not in known]
    cost = estimated(plan, left, options, required=required)
    return render_plan(plan, there.finished, [*there.costs, cost], there.pythons, there.known)
