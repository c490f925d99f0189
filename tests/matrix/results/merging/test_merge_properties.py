"""Runs of parts of a plan, drawn together, are what one run of the whole plan would have been."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format, ModelFacts
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from matrix.results.conclude import conclude
from matrix.results.merging.merge import merge
from matrix.results.merging.stored_run import StoredRun
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from reports.build.build_report import Run, build_report
from reports.report.report_json import to_document
from tests.builders import make_model, make_options, make_outcome, make_ran

STARTED = datetime(2026, 1, 2, tzinfo=UTC)
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def _model(name: str, digest: str, kind: Format, **facts: Any) -> ModelFacts:
    return make_model(kind, path=Path("/models", name), sha256=digest * 64, **facts)


# Plain ones, one that asks for a package, one for its Keras, and files with the same bytes.
MODELS = (
    _model("plain", "a", Format.SAVED_MODEL, tensorflow="2.15.0"),
    _model("text", "b", Format.SAVED_MODEL, ops={"SentencepieceOp": 1}, tensorflow="2.15.0"),
    _model("new.keras", "c", Format.KERAS_V3, keras="3.3.3"),
    _model("one.h5", "d", Format.KERAS_H5, keras="2.15.0"),
    _model("two.keras", "d", Format.KERAS_H5, keras="2.15.0"),
    _model("lite.tflite", "e", Format.TFLITE),
    _model("copy/lite.tflite", "e", Format.TFLITE),
)


def _name(model: ModelFacts) -> str:
    return model.shown


def _planned(models: Sequence[ModelFacts], options: Mapping[str, Any]) -> Plan:
    chosen = make_options(**options)
    plan = make_plan(models, catalogue(), chosen, PYTHONS, "linux-x86_64")
    nothing: tuple[tuple[Any, ...], ...] = ((),) * len(models)
    return replace(plan, findings=nothing, risks=nothing)


def _record(*about: object) -> CheckRecord:
    """What comes of a check: the same whoever runs it, and whatever number its model has."""
    chance = hashlib.sha256(repr(about).encode()).digest()[0]
    if chance < 100:
        return CheckRecord(error=ErrorRecord(type="ValueError", message=f"not here: {chance % 3}"))
    return make_ran(float(chance % 2))


def _outcomes(plan: Plan) -> dict[str, Outcome | None]:
    found: dict[str, Outcome | None] = {}
    for planned in plan.cells:
        records = {
            check.id: _record(
                plan.models[check.model].shown,
                planned.cell.id,
                check.loader,
                check.variant,
                check.workaround_for,
            )
            for check in planned.checks
        }
        found[planned.cell.id] = make_outcome(planned.cell, records) if records else None
    return found


def _run(name: str, plan: Plan, outcomes: Mapping[str, Outcome | None]) -> StoredRun:
    return StoredRun(
        name=name,
        plan=plan_from(plan_document(plan), catalogue()),
        outcomes=outcomes,
        folders={one.cell.id: Path(name, one.cell.id) for one in plan.cells},
        inputs=[[Path(name, str(number), "1.npz")] for number in range(len(plan.models))],
        started=STARTED,
        seconds=1.0,
        complete=True,
        finished=[cell for cell, outcome in outcomes.items() if outcome],
    )


def _said(plan: Plan, outcomes: Mapping[str, Outcome | None]) -> dict[str, Any]:
    return to_document(
        build_report(plan, conclude(plan, outcomes), Run(started=STARTED, seconds=1.0))
    )


OPTIONS = st.fixed_dictionaries(
    {
        "tensorflow": st.sampled_from([">=2.14,<2.18", ">=2.15,!=2.16.*,<2.20", "==2.15.*"]).map(
            SpecifierSet
        ),
        "pythons": st.sampled_from([(), (), ("3.10", "3.11")]),
        "companions": st.sampled_from([(), (), ("qkeras",)]),
    }
)


@settings(max_examples=30, deadline=None)
@given(data=st.data(), options=OPTIONS)
def test_runs_drawn_together_are_what_one_run_would_have_been(
    data: st.DataObject, options: dict[str, Any]
) -> None:
    models = data.draw(st.lists(st.sampled_from(MODELS), min_size=1, max_size=5, unique_by=_name))
    whole = _planned(models, options)
    cells = [one.cell.id for one in whole.cells]
    count = data.draw(st.integers(1, 3))
    shares = [data.draw(st.sets(st.sampled_from(cells))) for _ in range(count)]
    # What no run has is in the first; some cells are in several.
    shares[0] |= set(cells).difference(*shares)
    runs = []
    for number, share in enumerate(shares):
        order = models if number == 0 else data.draw(st.permutations(models))
        plan = _planned(order, options)
        mine = tuple(one for one in plan.cells if one.cell.id in share)
        part = replace(
            plan, cells=mine, run_order=tuple(one for one in plan.run_order if one in share)
        )
        runs.append(_run(str(number), part, _outcomes(part)))
    (one,) = merge(runs).runs
    merged = one.run
    assert merged.complete
    assert merged.plan.cells == whole.cells
    assert set(merged.plan.run_order) == set(whole.run_order)
    assert _said(merged.plan, merged.outcomes) == _said(whole, _outcomes(whole))


@given(data=st.data(), options=OPTIONS)
@settings(max_examples=30, deadline=None)
def test_plan_has_the_same_cells_in_the_same_order_however_models_are_named(
    data: st.DataObject, options: dict[str, Any]
) -> None:
    models = data.draw(st.lists(st.sampled_from(MODELS), min_size=2, max_size=5, unique_by=_name))
    plans = [_planned(models, options), _planned(data.draw(st.permutations(models)), options)]
    first, second = ([one.cell for one in plan.cells] for plan in plans)
    assert first == second
