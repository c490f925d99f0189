"""Runs of generated models, stored as real runs store them: whole, in parts, as shards."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format, ModelFacts
from matrix.models_list.shard import Shard
from matrix.parts.index import IndexedPart, PartsIndex
from matrix.parts.part import PART_SIZE, part_folder
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document
from matrix.plan.untested import Untested
from matrix.run.keeping.run_facts import RunFacts
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from matrix.run.store import Store
from tests.builders import make_model, make_options, make_outcome, make_ran

STARTED = datetime(2026, 1, 2, tzinfo=UTC)
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
_KINDS: Sequence[tuple[Format, Mapping[str, Any]]] = (
    (Format.SAVED_MODEL, {"tensorflow": "2.15.0"}),
    (Format.SAVED_MODEL, {"ops": {"SentencepieceOp": 1}, "tensorflow": "2.15.0"}),
    (Format.KERAS_V3, {"keras": "3.3.3"}),
    (Format.KERAS_H5, {"keras": "2.15.0"}),
    (Format.TFLITE, {}),
)


def model(name: str, kind: int = 0, digest: str = "") -> ModelFacts:
    """A model that exists nowhere; its bytes are its name, unless `digest` says otherwise."""
    form, facts = _KINDS[kind % len(_KINDS)]
    sha256 = hashlib.sha256((digest or name).encode()).hexdigest()
    return make_model(form, path=Path("/models", name), sha256=sha256, **facts)


def models(count: int) -> list[ModelFacts]:
    """So many models of all kinds."""
    return [model(f"m{number:04}", number) for number in range(count)]


def planned(some: Sequence[ModelFacts], tensorflow: str = "==2.15.*", **options: Any) -> Plan:
    """The plan for models, as a run makes it."""
    chosen = make_options(tensorflow=SpecifierSet(tensorflow), **options)
    if not some:
        return Plan(models=(), cells=(), run_order=(), nearest=())
    plan = make_plan(some, catalogue(), chosen, PYTHONS, "linux-x86_64")
    nothing: tuple[tuple[Any, ...], ...] = ((),) * len(some)
    host = {"platform": "linux-x86_64"}
    return replace(plan, findings=nothing, risks=nothing, host=host)


def record(*about: object) -> CheckRecord:
    """What comes of a check: the same whoever runs it, and whatever number its model has."""
    chance = hashlib.sha256(repr(about).encode()).digest()[0]
    if chance < 100:
        return CheckRecord(error=ErrorRecord(type="ValueError", message=f"not here: {chance % 3}"))
    return make_ran(float(chance % 2))


def outcomes(plan: Plan) -> dict[str, Outcome]:
    """The outcome of every cell of a plan."""
    return {
        entry.cell.id: make_outcome(
            entry.cell,
            {
                check.id: record(
                    plan.models[check.model].shown,
                    entry.cell.id,
                    check.loader,
                    check.variant,
                    check.workaround_for,
                )
                for check in entry.checks
            },
        )
        for entry in plan.cells
        if entry.checks and entry.unavailable is None
    }


def store_plan(
    plan: Plan, results: Path, started: datetime = STARTED, *, complete: bool = True
) -> None:
    """Store a run of a plan with all its outcomes."""
    store = Store(folder=results)
    store.folder.mkdir(parents=True)
    store.reset_for(plan_document(plan), started)
    for outcome in outcomes(plan).values():
        store.write(outcome)
        (store.cell_folder(outcome.cell) / "log.txt").write_text("as it was")
    for number, facts in enumerate(plan.models):
        (store.inputs(number).emptied() / "1.npz").write_text(facts.sha256)
    store.note_end(1.0, complete=complete)


def store_run(  # noqa: PLR0913 - all that a run may be
    output: Path,
    every: Sequence[ModelFacts | Untested],
    tensorflow: str = "==2.15.*",
    *,
    shard: Shard | None = None,
    started: datetime = STARTED,
    size: int = PART_SIZE,
    names: Sequence[str] = (),
    **options: Any,
) -> Path:
    """Store the run of a list of models as a call would; gives the folder of its report."""
    results = output / "results"
    if shard is None and len(every) <= size:
        store_plan(_plan_of(every, tensorflow, **options), results, started)
        return output
    names = names or [_name(one) for one in every]
    mine = [place for place, name in enumerate(names) if shard is None or shard.has(name)]
    parts = []
    for number, start in enumerate(range(0, len(mine), size), start=1):
        places = tuple(mine[start : start + size])
        plan = _plan_of([every[place] for place in places], tensorflow, **options)
        store_plan(plan, part_folder(results, number), started)
        parts.append(IndexedPart(number=number, places=places))
    facts = replace(RunFacts.begun(started, "key"), seconds=1.0, complete=True)
    results.mkdir(parents=True, exist_ok=True)
    index = PartsIndex(names=tuple(names), shard=shard, parts=tuple(parts), facts=facts)
    index.write(results)
    return output


def _plan_of(every: Sequence[ModelFacts | Untested], tensorflow: str, **options: Any) -> Plan:
    plan = planned([one for one in every if isinstance(one, ModelFacts)], tensorflow, **options)
    untested = tuple(
        replace(one, place=place) for place, one in enumerate(every) if isinstance(one, Untested)
    )
    return replace(plan, untested=untested)


def _name(one: ModelFacts | Untested) -> str:
    path = one.path if isinstance(one, Untested) else one.shown
    return path.removeprefix("/models/")


def untested(name: str) -> Untested:
    """A model that could not be tested."""
    why = f"/models/{name} does not exist."
    return Untested(place=0, path=f"/models/{name}", why=why, code=4)
