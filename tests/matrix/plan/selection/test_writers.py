"""Who wrote a model is told as its bytes say it; what stands in for that only chooses a cell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.cell import Cell, Companion
from matrix.catalogue.releases import catalogue
from matrix.errors import NothingTestable
from matrix.model.facts import Format, ModelFacts
from matrix.model.identify import identify
from matrix.plan.make_plan import make_plan as plan_of
from matrix.plan.selection.writers import nearest_release, producing_release
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from reports.build.build_report import Run, build_report
from reports.card import section
from reports.formats import terminal
from reports.formats.plans.plan_text import render_plan
from reports.formats.registry import FORMATS
from reports.report.report_json import to_document
from tests.builders import (
    make_cell,
    make_model,
    make_options,
    make_outcome,
    make_plan,
    make_ran,
)
from tests.matrix.model.test_real_models import MODELS, _entries

RELEASES = catalogue()
ALL_PYTHONS = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
# Failures whose explanations say who wrote the model.
FAILURES = (
    ("ValueError", "Unknown layer: Odd. Please ensure this object is passed"),
    ("ValueError", "NodeDef mentions attr 'metadata' not in Op<name=VarHandleOp; signature=->"),
    ("FileNotFoundError", "Op type not registered 'DisableCopyOnRead' in binary running on host"),
    ("AttributeError", "'_UserObject' object has no attribute 'add_slot'"),
    ("TypeError", "Error when deserializing class 'Dense': Unrecognized keyword arguments: ['x']"),
    ("ValueError", "Didn't find op for builtin opcode 'FULLY_CONNECTED' version '12'"),
)
_TOLD = re.compile(r"(?:saved|written|made) (?:by|with|in) ((?:TensorFlow|Keras) [\w.+-]+)")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param({"tensorflow": "2.8.0"}, "2.8.4", id="another-patch"),
        pytest.param({"tensorflow": "2.4.0-rc1"}, "2.4.4", id="release-candidate"),
        pytest.param({"tensorflow": "v1.15.2"}, "1.15.5", id="letter-in-front"),
        pytest.param({"tensorflow": "1.4.0"}, "1.15.5", id="older-than-all"),
        pytest.param({"tensorflow": "2.99.0"}, "2.21.0", id="newer-than-all"),
        pytest.param({"tensorflow": "2.8.0", "keras": "2.4.0"}, "2.8.4", id="tensorflow-counts"),
        pytest.param({"keras": "2.9.0"}, "2.9.3", id="keras-of-the-same-minor"),
        pytest.param({"keras": "2.2.4-tf"}, "1.15.5", id="keras-inside-tensorflow"),
        pytest.param({"keras": "2.4.0"}, "2.3.4", id="keras-of-two-releases"),
        pytest.param({"keras": "2.0.8"}, "1.15.5", id="keras-older-than-all"),
        pytest.param({"keras": "2.17.0"}, "2.15.1", id="tf-keras-after-keras-3"),
        pytest.param({"keras": "3.3.3"}, "2.21.0", id="keras-3"),
        pytest.param({"tensorflow": "b'unknown'", "keras": "2.9.0"}, "2.9.3", id="no-version"),
        pytest.param({"tensorflow": "unknown"}, None, id="nothing-known"),
        pytest.param({}, None, id="nothing-written"),
    ],
)
def test_nearest_release(written: dict[str, Any], expected: str | None) -> None:
    found = nearest_release(make_model(**written), RELEASES)
    assert (found and str(found.version)) == expected


@pytest.mark.parametrize(
    ("producer", "expected"),
    [(21, "1.15.5"), (1645, "2.15.1"), (1646, "2.15.1"), (99_999, "2.21.0"), (0, None)],
)
def test_graph_points_at_the_release_whose_version_it_carries(
    producer: int, expected: str | None
) -> None:
    model = make_model(Format.GRAPH_DEF, producer=producer)
    found = producing_release(model, RELEASES)
    assert (found and str(found.version)) == expected


def _keras(version: str) -> Companion:
    return Companion(name="keras", label=f"keras{version}", requirement=f"keras=={version}")


def _reference(model: ModelFacts, loader: str, *cells: tuple[Cell, str]) -> str:
    """The cell that the others are held against, where each has this Keras and all agree."""
    plan = make_plan([cell for cell, _ in cells], model, nearest="2.21.0")
    check = f"0:{loader}:compile=True"
    package = "tf-keras" if loader == "tf_keras" else "keras"
    outcomes = {
        cell.id: make_outcome(
            cell,
            {check: make_ran(1.0)},
            environment={"packages": {"keras": "3.15.1", package: keras}},
        )
        for cell, keras in cells
    }
    (result,) = conclude(plan, outcomes)
    best = [cell.best(loader) for cell in result.cells]
    (found,) = {
        check.verdict.compared_with
        for check in best
        if check and isinstance(check.verdict, verdicts.Runs)
    } - {None}
    assert found is not None
    return found


def test_reference_has_the_keras_that_wrote_the_file() -> None:
    model = make_model(Format.KERAS_V3, keras="3.3.3")
    old, new = (make_cell("2.17.1"), "3.15.1"), (make_cell("2.21.0"), "3.15.1")
    with_it = (make_cell("2.17.1", _keras("3.3.3")), "3.3.3")
    assert _reference(model, "keras", old, with_it, new) == "2.17.1+keras3.3.3"
    plain = (make_cell("2.16.2"), "3.3.3")
    assert _reference(model, "keras", plain, old, with_it, new) == "2.16.2"


def test_reference_has_the_next_keras_where_none_has_that_one() -> None:
    model = make_model(Format.KERAS_V3, keras="3.3.0")
    near = (make_cell("2.17.1", _keras("3.3.3")), "3.3.3")
    assert _reference(model, "keras", near, (make_cell("2.21.0"), "3.15.1")) == "2.17.1+keras3.3.3"


def test_keras_of_tf_keras_is_its_own() -> None:
    model = make_model(Format.KERAS_H5, keras="2.17.0")
    cells = [(make_cell(f"2.{n}.1", tf_keras=True), f"2.{n}.0") for n in (16, 17, 18)]
    assert _reference(model, "tf_keras", *cells) == "2.17.1+tf_keras"


def test_release_that_a_file_names_counts_more_than_its_keras() -> None:
    model = make_model(Format.KERAS_H5, tensorflow="2.21.0", keras="3.3.3")
    cells = (make_cell("2.17.1", _keras("3.3.3")), "3.3.3"), (make_cell("2.21.0"), "3.15.1")
    assert _reference(model, "keras", *cells) == "2.21.0"


def _told(model: ModelFacts) -> Iterator[str]:
    """All that is said of a model that fails everywhere, in every release and in every format."""
    options = make_options(models=(model.path,))
    plan = plan_of([model], RELEASES, options, ALL_PYTHONS, "linux-x86_64")
    plan = replace(plan, findings=((),), risks=((),))
    outcomes = {}
    for turn, planned in enumerate(plan.cells):
        kind, message = FAILURES[turn % len(FAILURES)]
        failed = CheckRecord(stage="load", error=ErrorRecord(type=kind, message=message))
        outcomes[planned.cell.id] = make_outcome(
            planned.cell, {check.id: failed for check in planned.checks}
        )
    run = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)
    report = build_report(plan, conclude(plan, outcomes), run)
    yield json.dumps(to_document(report))
    yield render_plan(plan, [])
    yield from (terminal.render(one, width=10_000) for one in report.models)
    yield section.render(report)
    yield from (render(report) for render in FORMATS.values())


@pytest.mark.parametrize("entry", _entries())
def test_no_output_names_a_writer_that_the_file_does_not_name(entry: Any, tmp_path: Path) -> None:
    try:
        model = identify(MODELS.parent / entry["path"], tmp_path)
    except NothingTestable:
        pytest.skip("not a model that can be tested")
    names = {"TensorFlow": model.tensorflow, "Keras": model.keras}
    known = {f"{name} {version}" for name, version in names.items() if version}
    told = {found.rstrip(".") for text in _told(model) for found in _TOLD.findall(text)}
    assert told <= known
    assert f"TensorFlow {model.tensorflow}" in told or not model.tensorflow
    # What the catalogue found in the bytes, by other means.
    kind, _, version = entry["saved_by"].partition(" ")
    for name in {"TF": ["TensorFlow"], "Keras": ["Keras"]}.get(kind, []):
        assert f"{name} {version.partition(' ')[0]}" in known
