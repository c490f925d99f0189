"""The verdicts of checks that never began: no environment, an ended run, or left out by --fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome
from matrix.run.probe_process import Verification

_FOR_OTHERS = "this run was asked for other releases (--only)"


def verdicts_of_unstarted(
    checks: Sequence[Check], planned: PlannedCell, outcome: Outcome | None, plan: Plan
) -> Mapping[str, Verdict] | None:
    """The verdict of each check of a model, by its id, where none of them began in this cell.

    `None` where some began: their records say more.
    """
    if (plan.fast or planned.left_to_predictions) and _was_left_out(checks, planned, outcome):
        cell = planned.cell.id
        return {
            check.id: verdicts.Predicted(
                prediction=plan.prediction(check.model, cell, check.loader)
            )
            for check in checks
        }
    if outcome is None and _is_for_others(checks, planned, plan):
        return {check.id: verdicts.NotRun(reason=_FOR_OTHERS) for check in checks}
    whole = _verdict_of_all(planned, outcome, checks)
    return None if whole is None else {check.id: whole for check in checks}


def _was_left_out(checks: Sequence[Check], planned: PlannedCell, outcome: Outcome | None) -> bool:
    """Whether a fast run chose not to test a model here; others may have been tested."""
    if planned.unavailable:
        return False
    return outcome is None or not any(outcome.tested(check.model) for check in checks)


def _is_for_others(checks: Sequence[Check], planned: PlannedCell, plan: Plan) -> bool:
    """Whether a run was to leave a cell that it could run to other runs of the same plan."""
    runnable = checks and planned.unavailable is None
    return bool(runnable and plan.run_order) and planned.cell.id not in plan.run_order


def _verdict_of_all(
    planned: PlannedCell, outcome: Outcome | None, checks: Sequence[Check]
) -> Verdict | None:
    if planned.unavailable:
        return verdicts.Unavailable(reason=planned.unavailable)
    if outcome is None or not all(outcome.tested(check.model) for check in checks):
        return verdicts.NotRun()
    # What was measured before stands whatever came of the cell for other models.
    is_known = bool(checks) and all(check.model in outcome.reused for check in checks)
    seen = outcome.verification
    absent = [outcome.absent[check.model] for check in checks if check.model in outcome.absent]
    if absent and not is_known:
        return verdicts.NotRun(reason=absent[0])
    if seen is None or (outcome.unavailable and not is_known):
        return verdicts.Unavailable(reason=outcome.unavailable or "there is no record of it")
    if any(check.model in outcome.changed for check in checks):
        return verdicts.NotRun(reason="the model was changed or removed during the test")
    known = seen.probe.imported or is_known
    return None if known else verdicts.Broken(reason=_broken(seen))


def _broken(seen: Verification) -> str:
    if (error := seen.probe.error) and not error.type:
        return error.message
    if error:
        return f"import tensorflow raises {error.type}: {error.message}"
    if died := seen.probe.exit:
        return f"import tensorflow {died.kind.value} ({died.detail}): {died.log}"
    return "import tensorflow ended without a message"
