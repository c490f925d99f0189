"""Joins a plan with its outcomes and concludes typed results.

Nothing planned vanishes: what has no outcome is `not-run`, or `predicted` after a fast run. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from matrix.plan.check import Check, is_redundant
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.selection.checks import not_applicable
from matrix.plan.selection.writers import writer_of
from matrix.plan.variant import ONLY
from matrix.results import verdicts
from matrix.results.check_comparison import Comparer, ReadStored
from matrix.results.check_verdict import verdict_on
from matrix.results.outputs.output_facts import OutputFacts
from matrix.results.reference import References, nothing_stored, uncompared
from matrix.results.result import Attempted, CellResult, CheckResult, ModelResult, Source
from matrix.results.unstarted import verdicts_of_unstarted
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome
from matrix.run.probe_output.records import NOTHING_KNOWN, IsolationRecord
from matrix.run.probe_process import Verification
from matrix.versions import version_of


def conclude(
    plan: Plan,
    outcomes: Mapping[str, Outcome | None],
    read: ReadStored = nothing_stored,
    expected: Mapping[int, Mapping[str, Any]] | None = None,
) -> tuple[ModelResult, ...]:
    """The results of every model in every planned cell.

    `read` gives the large outputs that cells stored, `expected` the arrays that the caller expects
    of each model.
    """
    return tuple(
        conclude_model(plan, number, outcomes, read, (expected or {}).get(number, {}))
        for number in range(len(plan.models))
    )


def conclude_model(
    plan: Plan,
    number: int,
    outcomes: Mapping[str, Outcome | None],
    read: ReadStored = nothing_stored,
    expected: Mapping[str, Any] | None = None,
) -> ModelResult:
    """The results of one model in every cell that concerns it, compared with each other."""
    cells = _cells(plan, number, outcomes)
    writer = writer_of(plan.models[number])
    about = OutputFacts.of(plan.models[number], made=plan.numerics.inputs is None)
    comparer = Comparer(numerics=plan.numerics, read=read, expected=expected or {}, about=about)
    references = References(
        comparer=comparer,
        nearest=plan.nearest[number],
        keras=None if writer.tensorflow else writer.keras,
        runs_from=version_of(plan.models[number].runs_from),
    )
    compared = references.compared(cells)
    concluded = tuple(
        replace(cell, checks=checks, verdict=_best(checks))
        for cell, checks in zip(cells, compared.checks, strict=True)
    )
    lost = tuple(uncompared(concluded)) if expected else ()
    return ModelResult(
        number=number,
        cells=concluded,
        uncompared=lost,
        groups=compared.groups,
        nearest=plan.nearest[number],
    )


def conclude_uncompared(
    plan: Plan, number: int, outcomes: Mapping[str, Outcome | None]
) -> ModelResult:
    """The same without a word on whether outputs agree."""
    return ModelResult(number=number, cells=tuple(_cells(plan, number, outcomes)))


def _cells(plan: Plan, number: int, outcomes: Mapping[str, Outcome | None]) -> Sequence[CellResult]:
    return [
        _cell(planned, number, plan, outcomes.get(planned.cell.id))
        for planned in plan.cells
        if planned.concerns(number)
    ]


def _cell(planned: PlannedCell, number: int, plan: Plan, outcome: Outcome | None) -> CellResult:
    mine = [check for check in planned.checks if check.model == number]
    counting = [check for check in mine if not check.workaround_for]
    checks = list(_checks(counting, planned, outcome, plan))
    source = _source(number, outcome, checks)
    tried = {check.loader for check in mine}
    for loader, reason in not_applicable(plan.models[number], planned.cell).items():
        if loader not in tried and not plan.loaders:
            absent = verdicts.NotApplicable(reason=reason)
            checks.append(CheckResult(loader=loader, variant=ONLY, verdict=absent))
    seen = outcome.verification if outcome else None
    return CellResult(
        cell=planned.cell,
        verdict=_best(checks),
        checks=tuple(checks),
        environment=seen.probe.environment if seen else NOTHING_KNOWN,
        import_cpu_seconds=seen.probe.cpu_seconds if seen else 0.0,
        needs=tuple(need for need in planned.needs if need.model == number),
        attempts=tuple(_attempted(mine, seen)),
        isolation=_isolation(mine, seen),
        source=source,
        measured_at=outcome.reused[number] if outcome and source is Source.REUSED else None,
    )


def _source(number: int, outcome: Outcome | None, checks: Sequence[CheckResult]) -> Source:
    """Where the verdicts of a model in a cell come from."""
    if any(isinstance(check.verdict, verdicts.Predicted) for check in checks):
        return Source.PREDICTED
    return Source.REUSED if outcome and number in outcome.reused else Source.MEASURED


def _isolation(checks: Sequence[Check], seen: Verification | None) -> IsolationRecord | None:
    """The walls around a model, where any check of it was started."""
    started = seen is not None and any(check.id in seen.checks for check in checks)
    return seen.probe.isolation if seen is not None and started else None


def _attempted(checks: Sequence[Check], seen: Verification | None) -> Iterator[Attempted]:
    records = seen.checks if seen else {}
    for check in checks:
        if check.workaround_for and (record := records.get(check.id)):
            yield Attempted(
                loader=check.workaround_for,
                name=str(check.variant),
                script=check.options["script"],
                loaded=record.believed_loaded and record.exit is None,
            )


def _best(checks: Sequence[CheckResult]) -> Verdict:
    """The verdict of a cell. A loader that cannot exist there has no say in it."""
    all_verdicts = [check.verdict for check in checks]
    able = [verdict for verdict in all_verdicts if verdict.applies]
    nothing = verdicts.NotApplicable(reason="no loader reads this format")
    return min(able or all_verdicts, key=lambda verdict: verdict.rank, default=nothing)


def _checks(
    checks: Sequence[Check], planned: PlannedCell, outcome: Outcome | None, plan: Plan
) -> Iterator[CheckResult]:
    unstarted = verdicts_of_unstarted(checks, planned, outcome, plan)
    records = outcome.verification.checks if outcome and outcome.verification else {}
    by_id = {check.id: check for check in checks}
    loaded = {name for name, record in records.items() if record.believed_loaded}
    for check in checks:
        record = records.get(check.id)
        named = partial(
            CheckResult,
            loader=check.loader,
            variant=check.variant,
            prediction=plan.prediction(check.model, planned.cell.id, check.loader),
        )
        if unstarted is not None:
            yield named(verdict=unstarted[check.id])
        elif record is not None:
            yield named(
                verdict=verdict_on(record, planned.cell),
                stage=record.stage,
                seconds=record.seconds,
                peak_mb=record.peak_mb,
                calls=record.calls or (),
                repeated=record.repeated,
                without_objects=record.without_objects,
                stored=record.stored,
            )
        elif not is_redundant(check, by_id, loaded):
            yield named(verdict=verdicts.NotRun(reason="the probe ended before this check"))
