"""Do our verdicts agree with what raw TensorFlow calls did? Their record lies beside the project.

`facts/measured-loads.jsonl` says for real models, check by check, whether a raw call loaded them in
each of 23 releases. An ok there must be `runs`, `differs` or `loads` here (or a crash after the
load); a failure there `fails` or `crashed`, or what we refuse as no model or as not applicable.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue, host_platform
from matrix.environments.programs.interpreters import installed
from matrix.errors import NothingTestable
from matrix.model.facts import ModelFacts
from matrix.model.identify import identify, require_testable
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.result import CheckResult
from matrix.run.executor import PlannedRun, run_cells
from matrix.run.executors.registry import executor_named
from matrix.run.input_files import store_inputs
from matrix.run.store import Store
from reports.report.reasons import describe

TARGET = 0.99
# What a measured call without a variant is called here, where it has a name: the architecture with
# its weights, where it has some, and the graph that is served, where a file holds several.
_NAMED = {"keras": ("json+weights", "json"), "saved_model": ("tags=serve",)}
_Ours = Mapping[tuple[Path, str, str, str | None], CheckResult]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured raw call."""

    model: str
    path: Path
    loader: str
    variant: str | None
    release: str
    ok: bool
    error: str


def main(words: Sequence[str], folder: Path, shared: Path, noxfile: Path) -> int:
    """The agreement with what was measured, if that lies in `shared`; `words` are its options."""
    if not (shared / "facts" / "measured-loads.jsonl").exists():
        print("There is no measured-loads.jsonl beside the project, so nothing was compared.")
        return 0
    return agreement(shared, read_options([*words, str(shared)], folder), noxfile)


def agreement(shared: Path, options: Options, noxfile: Path) -> int:
    """Run every measured check and print how many agree; 0 at 99 % or more, else 1."""
    wanted = options.tensorflow or SpecifierSet(">=1.15")
    rows = [row for row in _rows(shared) if row.release in wanted]
    models = dict(_models(rows))
    plan = _plan(list(models.values()), options)
    store = Store(folder=options.output / "results")
    store.reset_for(plan_document(plan))
    store_inputs(plan, store)
    run = PlannedRun.of(plan, options, store, noxfile)
    run_cells(executor_named(options.executor), [run])
    ours = _ours(plan, store)
    right: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for row in rows:
        model = models.get(row.path)
        check = _of(row, ours)
        agrees = (not row.ok) if model is None else _agrees(row, check)
        count[row.loader] += 1
        right[row.loader] += agrees
        if not agrees:
            print(_disagreement(row, check))
    for loader in count:
        print(f"{loader}: {right[loader]} of {count[loader]} checks agree")
    share = right.total() / count.total()
    print(
        f"all: {right.total()} of {count.total()} checks agree ({share:.2%}, target {TARGET:.0%})"
    )
    return 0 if share >= TARGET else 1


def _rows(shared: Path) -> Iterator[Row]:
    with (shared / "facts" / "measured-loads.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield Row(
                model=row["model"],
                path=(shared / "models" / row["model"] / row["file"]).resolve(),
                loader=row["loader"],
                variant=row["variant"],
                release=row["tensorflow"],
                ok=row["ok"],
                error=f"{row.get('type')}: {str(row.get('message'))[:150]}",
            )


def _models(rows: Sequence[Row]) -> Iterator[tuple[Path, ModelFacts]]:
    for path in dict.fromkeys(row.path for row in rows):
        try:
            model = identify(path)
            require_testable(model)
        except NothingTestable as refusal:
            print(f"refused: {refusal}")
        else:
            yield path, model


def _plan(models: Sequence[ModelFacts], options: Options) -> Plan:
    wide = replace(
        options,
        tensorflow=options.tensorflow or SpecifierSet(">=1.15"),
        every_variant=True,
        remedies=False,
    )
    plan = make_plan(models, catalogue(), wide, installed(), host_platform())
    plain = tuple(planned for planned in plan.cells if planned.cell.plain)
    names = {planned.cell.id for planned in plain}
    return replace(
        plan, cells=plain, run_order=tuple(name for name in plan.run_order if name in names)
    )


def _of(row: Row, ours: _Ours) -> CheckResult | None:
    """What we said of a measured call."""
    names = [row.variant] if row.variant else [None, *_NAMED.get(row.loader, ())]
    found = [ours.get((row.path, row.release, row.loader, name)) for name in names]
    return next((check for check in found if check), None)


def _ours(plan: Plan, store: Store) -> _Ours:
    results = conclude(plan, {one.cell.id: store.read(one.cell.id) for one in plan.cells})
    found = {}
    for result in results:
        path = plan.models[result.number].path
        for cell in result.cells:
            for check in cell.checks:
                found[path, cell.cell.id, check.loader, check.variant.label] = check
                if not check.verdict.applies:
                    for variant in ("compile=True", "compile=False"):
                        found[path, cell.cell.id, check.loader, variant] = check
    return found


def _agrees(row: Row, check: CheckResult | None) -> bool:
    if check is None:
        return False
    died_later = check.stage == "run" and check.verdict.is_answer
    if row.ok:
        return check.verdict.is_load or died_later
    failing = verdicts.Fails | verdicts.Crashed | verdicts.NotApplicable
    return isinstance(check.verdict, failing) and not died_later


def _disagreement(row: Row, check: CheckResult | None) -> str:
    raw = "ok" if row.ok else row.error
    ours = describe(check.verdict) or check.verdict.word if check else "no such check"
    return f"{row.model} in {row.release} with {row.loader} {row.variant}: raw {raw} / ours {ours}"
