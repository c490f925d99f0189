"""One model in the report: its facts, its cells, its summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from matrix.model.risks.brought_python import is_python
from matrix.model.risks.op_placement import OpPlacement
from matrix.options.custom_objects import CustomObjects
from matrix.plan.plan import Plan
from matrix.plan.snippet import ShownModel
from matrix.plan.untested import Untested
from matrix.results.result import CellResult, CheckResult, ModelResult
from matrix.results.verdicts import NotRun
from matrix.run.probe_output.records import NOTHING_KNOWN
from reports.build.boundaries import boundaries, python_matters
from reports.build.build_cell import Diagnose, build_cell
from reports.build.diagnose_check import Diagnoser, make_diagnoser
from reports.build.grouping import build_groups
from reports.build.guide import guide
from reports.build.remedies.loading_advice import ChosenWay, choose_ways
from reports.build.shown_paths import without_paths
from reports.build.summary import Summary, summarize
from reports.report.cause import Diagnosis
from reports.report.cell_report import CellReport
from reports.report.check_report import OWN_WORD, TRUSTED
from reports.report.internal_errors import Guard
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import Ranges
from reports.report.summary_report import RangesReport, SummaryReport
from reports.report.text import first_line

_NO_WAYS: tuple[ChosenWay, ...] = ()
_NO_TEXTS: tuple[str, ...] = ()


def tested_model(plan: Plan, result: ModelResult, guard: Guard) -> ModelReport:
    """One model in all its cells; what `guard` cannot make is left out."""
    number = result.number
    facts = plan.models[number]
    described = facts.to_dict()
    diagnose = _diagnose(plan, result, guard)
    model = ModelReport(
        path=described["path"],
        called=facts.called,
        format=described["format"],
        sha256=described["sha256"],
        facts=described["facts"],
        findings=tuple(plan.findings_of(number)),
        risks=tuple(plan.risks_of(number)),
        brings_python=plan.brings_python(number),
        trusted=plan.trust,
        summary=_summary(plan, result, guard),
        inputs=f"inputs/{number}",
        cells=tuple(
            build_cell(cell, diagnose, _own_word(plan, number), plan.readable)
            for cell in result.cells
        ),
    )
    whole = _with_advice(model, ShownModel.of(described), plan.custom_objects, guard)
    return whole if plan.paths else without_paths(whole, facts.given, plan.custom_objects)


def _own_word(plan: Plan, number: int) -> str:
    """How verdicts are marked that rest on a process in which Python of the model ran."""
    if not any(is_python(r) and r.where is OpPlacement.LOAD for r in plan.risks_of(number)):
        return ""
    return TRUSTED if plan.trust else OWN_WORD


def untested_model(model: Untested, plan: Plan) -> ModelReport:
    """A model that was named and could not be tested: nothing of it is known but why.

    Where it only was not run, it has the plain cells in which the others were tested.
    """
    report = ModelReport(
        path=model.path,
        called=model.called,
        format=model.format,
        sha256=model.sha256,
        facts={},
        summary=SummaryReport(specifier="", text=f"Not tested: {model.why}"),
        cells=tuple(_not_run(plan, model.why)) if model.not_run else (),
        untested=model.why,
    )
    return report if plan.paths else without_paths(report, model.given)


def _not_run(plan: Plan, why: str) -> Iterator[CellReport]:
    """The plain cells of a plan, of which nothing is known, and why."""
    verdict = NotRun(reason=first_line(why).removesuffix("."))
    for planned in plan.cells:
        if planned.cell.plain and planned.models is None:
            empty = CellResult(
                cell=planned.cell, verdict=verdict, checks=(), environment=NOTHING_KNOWN
            )
            yield build_cell(empty, lambda _cell, _check: None)


def _diagnose(plan: Plan, result: ModelResult, guard: Guard) -> Diagnose:
    """What diagnoses a check of this model."""
    name = plan.models[result.number].name
    prepared = guard(f"the diagnoses of {name}", partial(_diagnoser, plan, result), None)

    def diagnose(cell: CellResult, check: CheckResult) -> Diagnosis | None:
        if prepared is None:
            return None
        what = f"the diagnosis of {check.loader} for {name} in {cell.cell.id}"
        return guard(what, partial(prepared.diagnose_check, cell, check), None)

    return diagnose


def _diagnoser(plan: Plan, result: ModelResult) -> Diagnoser:
    number = result.number
    findings = plan.findings_of(number)
    return make_diagnoser(
        plan.models[number], findings, plan.place_of(number), result, plan.custom_objects
    )


def _summary(plan: Plan, result: ModelResult, guard: Guard) -> SummaryReport:
    """The summary, without what follows from the cells as they are reported."""
    summary = guard(
        f"the summary of {plan.models[result.number].name}",
        partial(summarize, result, plan.models[result.number].format),
        Summary(text="The summary could not be created. See the table."),
    )
    return SummaryReport(
        specifier=summary.loads.specifier,
        text=summary.text + _only_tried(plan),
        usual=summary.usual,
        runs=summary.runs.specifier,
        loaders=_specifiers(summary.loaders),
        companions=_specifiers(summary.companions),
        ranges=RangesReport(
            loads=summary.loads.parts,
            runs=summary.runs.parts,
            untested=summary.loads.untested,
            loaders=_parts(summary.loaders),
            companions=_parts(summary.companions),
        ),
        keras=dict(summary.keras),
        unheld=result.uncompared,
        groups=build_groups(result),
    )


def _only_tried(plan: Plan) -> str:
    """That the caller asked for some loaders, so that nobody takes this for the whole answer."""
    return f" Loaders tried: only {' and '.join(plan.loaders)} (--loader)." if plan.loaders else ""


def _specifiers(ranges: Mapping[str, Ranges]) -> dict[str, str]:
    return {name: span.specifier for name, span in ranges.items()}


def _parts(ranges: Mapping[str, Ranges]) -> dict[str, tuple[str, ...]]:
    return {name: span.parts for name, span in ranges.items()}


def _with_advice(
    model: ModelReport, subject: ShownModel, given: CustomObjects | None, guard: Guard
) -> ModelReport:
    """The model with what follows from its cells: where loading stops, and how to load it."""
    ways = guard(
        f"the loading advice for {model.name}",
        partial(choose_ways, model, subject, given),
        _NO_WAYS,
    )
    told = guard(f"the headline of {model.name}", partial(guide, model, ways), "")
    sentences = guard(
        f"the load boundaries of {model.name}",
        # Where the usual call works, and why not elsewhere, the headline says.
        partial(_boundaries, model, model.summary.usual if told else ""),
        _NO_TEXTS,
    )
    summary = replace(
        model.summary,
        text=" ".join(filter(None, [told, model.summary.text])),
        guide=told,
        ways=tuple(way.advice for way in ways),
        boundaries=sentences,
    )
    return replace(model, summary=summary)


def _boundaries(model: ModelReport, told: str) -> tuple[str, ...]:
    """Where loaders start and stop to load a model, besides the one of which that is `told`.

    That releases between were not measured is told of that one as well.
    """
    found = (one for one in boundaries(model) if one.loaders != (told,) or one.since)
    texts = (boundary.text for boundary in found)
    return (*texts, *python_matters(model))
