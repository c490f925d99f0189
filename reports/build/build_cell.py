"""One cell in the report, and its checks: each verdict with what explains it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import UNSET, UnsetType

from matrix.catalogue.runtime import PYTHON
from matrix.plan.loaders import LOADERS
from matrix.plan.prediction import Prediction
from matrix.plan.required_packages import MissingPackage
from matrix.results.evidence import Evidence
from matrix.results.result import CellResult, CheckResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import (
    WALLS,
    CallRecord,
    ErrorRecord,
    IsolationRecord,
    TensorRecord,
)
from reports.build.headline import cell_loads
from reports.report.cause import Diagnosis
from reports.report.cell_report import AttemptReport, CellReport, NeedReport
from reports.report.check_report import (
    AgreementReport,
    CallReport,
    CheckReport,
    DifferenceReport,
    EndingReport,
    ErrorLink,
    ErrorReport,
    PredictionReport,
    TensorReport,
)
from reports.report.isolation_report import KNOWN_MEANS, IsolationReport
from reports.report.reasons import describe

_T = TypeVar("_T")
Diagnose = Callable[[CellResult, CheckResult], Diagnosis | None]


def build_cell(
    cell: CellResult, diagnose: Diagnose, own_word: str = "", readable: Sequence[str] = ()
) -> CellReport:
    """A cell with all its checks, each diagnosed where something went wrong.

    `own_word` marks those that ran Python of the model, `readable` is what the caller let it read.
    """
    return CellReport(
        id=cell.cell.id,
        tensorflow=str(cell.cell.release.version),
        python=cell.environment.python or cell.cell.python,
        keras=cell.keras,
        plain=cell.cell.plain,
        companions={companion.name: companion.requirement for companion in cell.cell.companions},
        requirements=tuple(cell.cell.requirements),
        imports=tuple(cell.cell.imports),
        handover=cell.cell.handover or None,
        variables=dict(cell.cell.variables) or UNSET,
        runtime=UNSET if cell.cell.runtime == PYTHON else cell.cell.runtime.name,
        needs=tuple(map(_need, cell.needs)),
        verdict=cell.verdict.word,
        loads=cell_loads(cell),
        reason=_reason(cell.verdict),
        source=cell.source.value,
        measured_at=UNSET if cell.measured_at is None else _in_iso(cell.measured_at),
        import_cpu_seconds=round(cell.import_cpu_seconds, 3),
        environment=cell.environment.to_dict(),
        isolation=None if cell.isolation is None else _isolation(cell.isolation, readable),
        checks=tuple(_check(check, diagnose(cell, check), own_word) for check in cell.checks),
        attempts=tuple(
            AttemptReport(
                loader=attempt.loader,
                name=attempt.name,
                script=attempt.script,
                loaded=attempt.loaded,
            )
            for attempt in cell.attempts
        ),
    )


def _in_iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds")


def _need(need: MissingPackage) -> NeedReport:
    return NeedReport(
        package=need.package,
        module=need.module,
        because=need.because,
        requirement=need.requirement,
        cell=need.cell,
        reason=need.reason,
    )


def _isolation(record: IsolationRecord, readable: Sequence[str]) -> IsolationReport:
    """The words that are known: a probe wrote them."""
    return IsolationReport(
        means=tuple(word for word in record.means if word in KNOWN_MEANS),
        observed=tuple(wall for wall in WALLS if wall in record.observed),
        missing=tuple(wall for wall in WALLS if wall in record.missing),
        readable=tuple(readable),
    )


def _check(check: CheckResult, diagnosis: Diagnosis | None, own_word: str) -> CheckReport:
    evidence = check.verdict.evidence
    died = evidence.exit
    return CheckReport(
        loader=check.loader,
        variant=check.variant.label,
        verdict=check.verdict.word,
        loads=check.verdict.loads,
        stage=check.stage,
        reason=_reason(check.verdict),
        seconds=round(check.seconds, 3),
        peak_mb=check.peak_mb,
        repeated=check.repeated,
        without_objects=check.without_objects,
        error=None if evidence.error is None else _error(evidence.error),
        diagnosis=diagnosis,
        ending=EndingReport(detail=died.detail, log=died.log) if died else None,
        difference=_difference(evidence),
        agreement=_agreement(evidence),
        group=evidence.group,
        own_word=own_word if check.verdict.loads and LOADERS[check.loader].runs_python else "",
        calls=tuple(map(_call, check.calls)),
        prediction=_prediction(check.prediction),
    )


def _prediction(prediction: Prediction | None) -> PredictionReport | UnsetType:
    if prediction is None:
        return UNSET
    return PredictionReport(verdict=prediction.verdict, why=prediction.why)


def _reason(verdict: Verdict) -> str:
    """Why a verdict is what it is: in full where nothing else in the report says it."""
    whole = verdict.evidence.reason if verdict.reason_in_full else None
    return describe(verdict) if whole is None else whole


def _error(error: ErrorRecord) -> ErrorReport:
    return ErrorReport(
        type=error.type,
        message=error.message,
        traceback=error.traceback,
        chain=tuple(ErrorLink(type=link.type, message=link.message) for link in error.chain),
    )


def _difference(evidence: Evidence) -> DifferenceReport | None:
    if (difference := evidence.difference) is None:
        return None
    return DifferenceReport(
        output=difference.output,
        compared_with=evidence.compared_with or "",
        largest=finite(difference.max_abs_diff),
        relative=finite(difference.max_rel_diff),
        explanation=difference.explanation,
    )


def _agreement(evidence: Evidence) -> AgreementReport | None:
    if (agreement := evidence.agreement) is None:
        return None
    return AgreementReport(
        compared_with=evidence.compared_with or "",
        largest=finite(agreement.max_abs_diff),
        relative=finite(agreement.max_rel_diff),
    )


def _call(call: CallRecord) -> CallReport:
    if call.outputs is None:
        return CallReport(
            signature=call.signature,
            error=UNSET if call.error is None else _error(call.error),
            made=UNSET if call.error is None else call.made,
        )
    return CallReport(
        signature=call.signature,
        inputs=tuple(map(_tensor, call.inputs)),
        outputs=tuple(map(_tensor, call.outputs)),
        repeatable=_or_unset(call.repeatable),
        fed=_or_unset(call.fed),
    )


def _tensor(tensor: TensorRecord) -> TensorReport:
    return TensorReport(
        name=tensor.name,
        dtype=tensor.dtype,
        digest=tensor.digest,
        shape=tensor.shape,
        values=_or_unset(tensor.values),
        sample=_or_unset(tensor.sample),
        stored=_or_unset(tensor.stored),
        statistics=_or_unset(tensor.statistics),
        place=_or_unset(tensor.place),
    )


def _or_unset(value: _T | None) -> _T | UnsetType:
    """A field that is left out of the document where there is nothing to say."""
    return UNSET if value is None else value


def finite(value: float | None) -> float | None:
    """The number where JSON has one for it, else `None`."""
    return value if value is not None and math.isfinite(value) else None
