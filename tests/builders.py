"""Small values to test with: each builder takes what matters and fills in the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from sys import implementation
from types import MappingProxyType
from typing import Any

from packaging.version import Version

from matrix.catalogue.cell import Cell, Companion
from matrix.catalogue.cell_id import CellId
from matrix.catalogue.companions import tf_keras_beside
from matrix.catalogue.releases import Release
from matrix.environments.stamp import write_stamp
from matrix.model.facts import Format, ModelFacts
from matrix.options.options import Options
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.prediction import Prediction
from matrix.plan.selection.checks import checks_for
from matrix.plan.variant import Variant
from matrix.results import verdicts
from matrix.results.evidence import Difference
from matrix.results.result import CellResult, CheckResult, ModelResult, Source
from matrix.results.verdicts import Verdict
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import CallRecord, EnvironmentRecord, ErrorRecord, TensorRecord
from matrix.run.probe_process import Verification
from reports.build.build_report import Run, build_report
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.tool import Tool


def make_prediction(
    verdict: str = "loads", why: str = "every op exists there", **more: str
) -> Prediction:
    """What was predicted of a loader in a cell."""
    fields = {"tensorflow": "2.15.1", "cell": "2.15.1", "loader": "saved_model", "rule": "ops"}
    return Prediction(**{**fields, "verdict": verdict, "why": why, **more})


# One of each verdict, as a run might make it.
EXAMPLES: Mapping[type[Verdict], Verdict] = {
    type(one): one
    for one in (
        verdicts.Runs(compared_with="2.15.1"),
        verdicts.Differs(
            compared_with="2.15.1",
            difference=Difference(output="out", max_abs_diff=0.5, explanation="off by up to 0.5"),
        ),
        verdicts.Loads(error=ErrorRecord(type="NothingToCall", message="nothing is callable")),
        verdicts.Fails(error=ErrorRecord(type="ValueError", message="Unknown layer: Odd")),
        verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV", log="noise\nFatal Python error")),
        verdicts.TimedOut(
            exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=120, log="still loading")
        ),
        verdicts.OutOfMemory(
            exit=ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=4096, log="allocating")
        ),
        verdicts.Blocked(reason="wanted to write a file"),
        verdicts.Unproven(reason="it said `loaded` twice"),
        verdicts.Broken(reason="import tensorflow raises ImportError"),
        verdicts.Unavailable(reason="no wheels"),
        verdicts.NotApplicable(reason="the format is younger"),
        verdicts.Predicted(prediction=make_prediction()),
        verdicts.NotRun(),
    )
}
MEMBERS: tuple[type[Verdict], ...] = verdicts.kinds()


def finish(place: Path) -> None:
    """Stamp an environment that a test has put together, as a build would at its end."""
    write_stamp(place, cell="made by a test", tag=implementation.cache_tag or "")


def make_release(version: str = "2.15.1", **changes: Any) -> Release:
    """A release with one Python and wheels for Linux only."""
    fields: dict[str, Any] = {
        "patches": (),
        "pythons": ("3.10", "3.11"),
        "distributions": MappingProxyType({"linux-x86_64": "tensorflow-cpu"}),
        "keras": "2.15.0",
        "tf_keras": None,
        "pins": (),
        "graphdef": 1645,
        "installed_mb": 1024,
    }
    return Release(version=Version(version), **{**fields, **changes})


def make_cell(
    version: str = "2.15.1",
    *companions: Companion,
    tf_keras: bool = False,
    python: str = "3.11",
) -> Cell:
    """A cell that nobody runs."""
    release = make_release(version)
    beside = (tf_keras_beside(release),) if tf_keras else companions
    return Cell(release=release, python=python, companions=beside)


def make_companion(name: str = "tensorflow-text", version: str = "2.15.0") -> Companion:
    """A package beside TensorFlow that is imported before anything is loaded."""
    module = name.replace("-", "_")
    return Companion(
        name=name, label=module, requirement=f"{name}=={version}", module=module, imported=True
    )


def make_model(kind: Format = Format.SAVED_MODEL, **changes: Any) -> ModelFacts:
    """The facts of a model that exists nowhere."""
    fields: dict[str, Any] = {"path": Path("/models/m"), "sha256": "ab" * 32, "size_bytes": 7}
    fields = {**fields, **changes}
    return ModelFacts(format=kind, **{"load_path": fields["path"], **fields})


def make_options(**changes: Any) -> Options:
    """Options of a run whose folders are never made."""
    fields: dict[str, Any] = {
        "models": (Path("/models/m"),),
        "output": Path("/nowhere/out"),
        "envdir": Path("/nowhere/envs"),
    }
    return Options(**{**fields, **changes})


def make_plan(
    cells: Sequence[Cell],
    model: ModelFacts | None = None,
    *,
    nearest: str | None = None,
    unavailable: str | None = None,
) -> Plan:
    """A plan for one model with every check the loaders want."""
    model = model or make_model()
    planned = tuple(
        PlannedCell(cell=cell, checks=tuple(checks_for(0, model, cell)), unavailable=unavailable)
        for cell in cells
    )
    return Plan(
        models=(model,),
        cells=planned,
        run_order=tuple(cell.id for cell in cells),
        nearest=(Version(nearest) if nearest else None,),
    )


def make_outcome(
    cell: Cell | str, checks: Mapping[str, CheckRecord] | None = None, **probe: Any
) -> Outcome:
    """A cell that imported TensorFlow and came to its end, unless `probe` says otherwise."""
    name = cell if isinstance(cell, str) else cell.id
    seen_there = EnvironmentRecord(**probe.pop("environment", {}))
    record = ProbeRecord(**{"imported": True, "ended": True, "environment": seen_there, **probe})
    seen = Verification(probe=record, checks=dict(checks or {}))
    return Outcome(cell=name, seconds=1.0, verification=seen)


def make_tensor(
    *values: Any, name: str = "out", dtype: str = "float32", **more: Any
) -> TensorRecord:
    """A tensor as the probe records it; equal values have equal digests."""
    fields = {"shape": (len(values),), "digest": repr(values), "values": values, **more}
    return TensorRecord(name=name, dtype=dtype, **fields)


def make_call(
    *outputs: TensorRecord,
    signature: str = "serve",
    inputs: Sequence[TensorRecord] = (),
    **more: Any,
) -> CallRecord:
    """One signature called."""
    return CallRecord(signature=signature, inputs=tuple(inputs), outputs=outputs, **more)


def make_ran(*values: Any, **more: Any) -> CheckRecord:
    """A check that ran and gave one float32 output."""
    calls = (make_call(make_tensor(*values)),)
    return CheckRecord(**{"stage": "run", "loaded": True, "calls": calls, **more})


def make_check_result(
    verdict: Verdict, loader: str = "saved_model", variant: str | None = None, stage: str = "load"
) -> CheckResult:
    """A concluded check."""
    said = verdict.prediction if isinstance(verdict, verdicts.Predicted) else None
    way = Variant.parse(variant)
    return CheckResult(loader=loader, variant=way, verdict=verdict, stage=stage, prediction=said)


def make_cell_result(cell: Cell, *checks: CheckResult | Verdict, **environment: Any) -> CellResult:
    """A cell with the best of its checks as its verdict."""
    concluded = tuple(
        one if isinstance(one, CheckResult) else make_check_result(one) for one in checks
    )
    best = min((check.verdict for check in concluded), key=lambda verdict: verdict.rank)
    seen = EnvironmentRecord(**environment)
    source = Source.PREDICTED if isinstance(best, verdicts.Predicted) else Source.MEASURED
    return CellResult(cell=cell, verdict=best, checks=concluded, environment=seen, source=source)


def make_result(*cells: CellResult) -> ModelResult:
    """The results of the only model."""
    return ModelResult(number=0, cells=tuple(cells))


def make_report(*results: ModelResult, complete: bool = True, **model: Any) -> Report:
    """A report as the formats get it: each result is that of a model of its own."""
    cells = {cell.cell.id: cell.cell for result in results for cell in result.cells}
    plan = make_plan(list(cells.values()), make_model(**model))
    plan = replace(plan, models=plan.models * max(1, len(results)))
    run = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=61.0, complete=complete)
    numbered = [replace(result, number=number) for number, result in enumerate(results)]
    report = build_report(plan, numbered, run)
    tool = Tool(name="loadmatrix", version="0.1.0")
    return replace(report, tool=tool, host={"platform": "linux-x86_64"})


def report_of(cells: Mapping[str, Verdict | Mapping[str, Verdict]]) -> Report:
    """A report of cells by their id, each with the verdict of one loader, or of each by name."""
    results = []
    for name, found in cells.items():
        identity = CellId.parse(name)
        by_loader = found if isinstance(found, Mapping) else {"saved_model": found}
        checks = [make_check_result(one, loader) for loader, one in by_loader.items()]
        results.append(
            make_cell_result(make_cell(identity.version, tf_keras=not identity.is_plain), *checks)
        )
    return make_report(make_result(*results))


def make_sample() -> ModelResult:
    """A model with every kind of ending somewhere, as the golden reports show it."""
    unknown = verdicts.Fails(
        error=ErrorRecord(type="ValueError", message="Unknown layer: 'Odd'. Ensure\nyou pass it")
    )
    died = verdicts.Crashed(
        exit=ProcessExit(signal="SIGSEGV", log="noise\nFatal Python error: Segmentation fault")
    )
    off = verdicts.Differs(
        compared_with="2.15.1",
        difference=Difference(
            output="serve: out", max_abs_diff=0.5, explanation="off by up to 0.5"
        ),
    )
    uncallable = verdicts.Loads(
        error=ErrorRecord(type="NothingToCall", message="nothing is callable")
    )
    agrees = verdicts.Runs(compared_with="2.15.1")

    def row(version: str, saved: Verdict, keras: Verdict, variant: str = "compile=True") -> Any:
        checks = (
            make_check_result(saved, "saved_model"),
            make_check_result(keras, "keras", variant),
        )
        return make_cell_result(make_cell(version), *checks)

    absent = verdicts.Unavailable(reason="No wheel for this platform.")
    return make_result(
        row("2.10.1", absent, absent),
        row("2.11.1", died, unknown),
        row("2.12.1", unknown, unknown),
        row("2.13.1", off, unknown),
        row("2.14.1", agrees, uncallable),
        row("2.15.1", verdicts.Runs(), agrees, "compile=False"),
        make_cell_result(
            make_cell("2.16.2", tf_keras=True), make_check_result(verdicts.NotRun(), "tf_keras")
        ),
    )


def with_summary(model: ModelReport, **changes: Any) -> ModelReport:
    """The same model with another summary."""
    return replace(model, summary=replace(model.summary, **changes))


def make_model_report(result: ModelResult, **model: Any) -> ModelReport:
    """The report on one model."""
    return make_report(result, **model).models[0]


# What a hostile model might put wherever it may write: colours, markup, a new line, a link.
HOSTILE = "\x1b[31m|<b>*x*</b>\r\n# head\n`code` ![i](http://x) [a](b) ~~s~~ \x9b2J\u202e\u2028end"


def make_hostile() -> ModelResult:
    """Results in which everything a model has a say in is hostile."""
    error = ErrorRecord(type=HOSTILE, message=HOSTILE, traceback=HOSTILE)
    found: tuple[Verdict, ...] = (
        verdicts.Differs(
            compared_with="2.15.1",
            difference=Difference(output=HOSTILE, max_abs_diff=None, explanation=HOSTILE),
        ),
        verdicts.Loads(error=error),
        verdicts.Fails(error=error),
        verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV", log=HOSTILE)),
        verdicts.Blocked(reason=HOSTILE),
        verdicts.Unproven(reason=HOSTILE),
        verdicts.Broken(reason=HOSTILE),
        verdicts.Unavailable(reason=HOSTILE),
        verdicts.NotApplicable(reason=HOSTILE),
        verdicts.Predicted(prediction=make_prediction("fails", HOSTILE)),
        verdicts.NotRun(reason=HOSTILE),
        verdicts.Runs(),
    )
    return make_result(
        *(
            make_cell_result(
                make_cell(f"2.{minor}.1"),
                make_check_result(verdict, variant=f"tags={HOSTILE}"),
                python=HOSTILE,
                packages={"keras": HOSTILE},
            )
            for minor, verdict in enumerate(found, 6)
        )
    )
