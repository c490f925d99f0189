"""The report of a run, built from its plan and its results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from matrix import schemas
from matrix.environments.host import host
from matrix.options.tolerances import SEED, TOLERANCES
from matrix.plan.plan import Plan
from matrix.plan.untested import Untested
from matrix.results.result import ModelResult
from reports.build.build_model import tested_model, untested_model
from reports.report.internal_errors import Guard, unguarded
from reports.report.model_report import ModelReport
from reports.report.report import CustomObjectsReport, NumericsReport, Report
from reports.report.tool import this_tool


@dataclass(frozen=True, kw_only=True)
class Run:
    """When a run began and how many seconds it took; `complete` is false after an interrupt."""

    started: datetime
    seconds: float
    complete: bool = True


def build_report(
    plan: Plan, results: Sequence[ModelResult], run: Run, guard: Guard = unguarded
) -> Report:
    """The report of every model; what `guard` cannot make is left out."""
    models = tuple(build_models(plan, results, guard))
    return replace(build_header(plan, run), models=models)


def build_models(
    plan: Plan, results: Iterable[ModelResult], guard: Guard = unguarded
) -> Iterator[ModelReport]:
    """The models in the order in which they were named, each built when it is asked for.

    `results` are those of the tested models, in the order of the plan.
    """
    order: list[Untested | None] = [None] * len(plan.models)
    for model in plan.untested:
        order.insert(model.place, model)
    tested = iter(results)
    for untested in order:
        if untested:
            yield untested_model(untested, plan)
        elif (result := next(tested, None)) is not None:
            yield tested_model(plan, result, guard)


def build_header(plan: Plan, run: Run) -> Report:
    """The report with no models."""
    return Report(
        schema=schemas.SCHEMA,
        tool=this_tool(),
        host=dict(plan.host) or host(),
        started=run.started.astimezone(UTC).isoformat(timespec="seconds"),
        seconds=round(run.seconds, 3),
        complete=run.complete,
        numerics=_numerics(plan),
        custom_objects=_custom_objects(plan),
        allow_lambda=plan.allow_lambda,
        models=(),
    )


def _numerics(plan: Plan) -> NumericsReport:
    """How outputs were compared; the settings of every cell are those of the host, `pinned`."""
    return NumericsReport(
        inputs=_inputs(plan),
        signature=plan.numerics.signature,
        rtol=plan.numerics.rtol,
        atol=plan.numerics.atol,
        seed=SEED,
        tolerances={dtype: plan.numerics.tolerance(dtype) or () for dtype in TOLERANCES},
    )


def _inputs(plan: Plan) -> str | None:
    """The caller's file of inputs."""
    path = plan.numerics.inputs
    if path is None:
        return None
    return str(path) if plan.paths else path.name


def _custom_objects(plan: Plan) -> CustomObjectsReport | None:
    """The caller's Python that the checks had at hand, without the place where it lies."""
    if plan.custom_objects is None:
        return None
    return CustomObjectsReport(name=plan.custom_objects.name, sha256=plan.custom_objects.sha256)
