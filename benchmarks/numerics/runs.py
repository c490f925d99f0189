"""Runs the models of the sweep in cells, as `matrix` does, and shows what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tabulate import tabulate

from benchmarks.numerics.models import WRITERS
from matrix.catalogue.cell_id import CellId
from matrix.options.options import Options
from matrix.plan import planning
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.plan_json import plan_document
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.result import CheckResult
from matrix.run import input_files
from matrix.run.executor import PlannedRun, run_cells
from matrix.run.executors.registry import executor_named
from matrix.run.store import Store
from reports.report.reasons import describe
from reports.report.text import first_line

# Where every model is read: a Keras that forgets, the last Keras 2, the newest, and both in one.
READERS = ("2.7.4", "2.15.1", "2.21.0", "2.21.0+tf_keras")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One check of one model in one cell."""

    number: int
    path: Path
    cell: str
    check: CheckResult

    @property
    def model(self) -> str:
        """Its release and name."""
        return f"{self.writer}/{self.path.name}"

    @property
    def writer(self) -> str:
        """The release that saved the model."""
        return self.path.parent.name

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by: tf-keras beside a release changes nothing of what others do."""
        return self.model, CellId.parse(self.cell).version, self.check.loader


@dataclass(frozen=True, kw_only=True)
class Run:
    """All checks of all models, and where their results are stored."""

    plan: Plan
    store: Store
    found: Sequence[Found]


def ran_in_cells(
    models: Sequence[Path], options: Options, noxfile: Path, *, everywhere: bool = False
) -> Run:
    """All checks of all models, in the cells where they tell most or in all that were asked for."""
    plan = planning.planned(replace(options, models=tuple(models)))
    plan = plan if everywhere else _few(plan)
    store = Store(folder=options.output / "results")
    with store.exclusive():
        store.reset_for(plan_document(plan))
        input_files.store_inputs(plan, store)
        run = PlannedRun.of(plan, options, store, noxfile)
        if not run_cells(executor_named(options.executor), [run]):
            raise KeyboardInterrupt
    return concluded(plan, store)


def concluded(plan: Plan, store: Store) -> Run:
    """What is stored of a plan."""
    outcomes = {one.cell.id: store.read(one.cell.id) for one in plan.cells}
    results = conclude(plan, outcomes, store.stored, input_files.expected_outputs(plan, store))
    found = [
        Found(
            number=result.number,
            path=plan.models[result.number].path,
            cell=cell.cell.id,
            check=check,
        )
        for result in results
        for cell in result.cells
        for check in cell.checks
    ]
    return Run(plan=plan, store=store, found=found)


def _few(plan: Plan) -> Plan:
    """Each model in the release that saved it, its neighbours, and a few that only read."""
    planned = tuple(_with(one, _read_in(one.cell.id, plan)) for one in plan.cells)
    planned = tuple(one for one in planned if one.models)
    cells = {one.cell.id for one in planned}
    return replace(
        plan, cells=planned, run_order=tuple(one for one in plan.run_order if one in cells)
    )


def _with(planned: PlannedCell, models: tuple[int, ...]) -> PlannedCell:
    checks = tuple(check for check in planned.checks if check.model in models)
    return replace(planned, models=models, checks=checks)


def _read_in(cell: str, plan: Plan) -> tuple[int, ...]:
    """The models that are read in a cell, by their numbers."""
    writers = list(WRITERS)
    near = {
        writer: {*writers[max(0, place - 1) : place + 2], *READERS}
        for place, writer in enumerate(writers)
    }
    return tuple(
        number for number, model in enumerate(plan.models) if cell in near[model.path.parent.name]
    )


def table(found: Sequence[Found]) -> str:
    """What became of the loaders of each model in each cell; and how far apart, where it shows."""
    cells = list(dict.fromkeys(one.cell for one in found))
    rows = []
    for model in dict.fromkeys(one.model for one in found):
        mine = [one for one in found if one.model == model]
        rows.append([model, *(_in_short([m.check for m in mine if m.cell == c]) for c in cells)])
    return tabulate(rows, headers=["model", *cells])


def counts(found: Sequence[Found]) -> str:
    """How many checks of the models of each release say what, by cell."""
    cells = list(dict.fromkeys(one.cell for one in found))
    rows = []
    for writer in dict.fromkeys(one.writer for one in found):
        mine = [one for one in found if one.writer == writer]
        rows.append([writer, *(_counted([m.check for m in mine if m.cell == c]) for c in cells)])
    return tabulate(rows, headers=["saved in", *cells])


def _counted(checks: Sequence[CheckResult]) -> str:
    words = Counter(one.verdict.word for one in checks)
    return ", ".join(f"{words[word]} {word}" for word in sorted(words) if word != "not-applicable")


def _in_short(checks: Sequence[CheckResult]) -> str:
    told = [one.verdict for one in checks if one.verdict.applies]
    words = Counter(verdict.word for verdict in told)
    text = ", ".join(f"{count} {word}" for word, count in words.items())
    relative = max((one.max_rel_diff for one in told if isinstance(one, verdicts.Runs)), default=0)
    return f"{text} ({relative:.0e})" if relative > 1e-6 else text


def label(one: Found) -> str:
    """A check in words."""
    return f"{one.model} in {one.cell} with {one.check.loader}"


def why(check: CheckResult) -> str:
    """Why it says what it says, in short."""
    evidence = check.verdict.evidence
    if evidence.difference:
        return describe(check.verdict)
    error = evidence.error
    return f"{error.type}: {first_line(error.message)[:200]}" if error else ""
