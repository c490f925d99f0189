"""Where a model works, as an overview says it: what counts, by which call, with which packages."""

from __future__ import annotations

from dataclasses import replace

from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.overview.model_state import ModelState, state_of
from reports.overview.obstacles.obstacle import Obstacle
from reports.overview.row import OverviewRow, row_of
from reports.report.cause import Cause, Diagnosis, Remedy
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_model_report,
    make_result,
)

_RUNS = verdicts.Runs()
_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="File format not supported"))
_ABSENT = verdicts.NotApplicable(reason="the .keras format exists since TensorFlow 2.12")


def _cell(version: str, **loaders: Verdict) -> CellResult:
    checks = (make_check_result(verdict, name) for name, verdict in loaders.items())
    return make_cell_result(make_cell(version), *checks)


def _row(usual: str, *cells: CellResult) -> OverviewRow:
    model = make_model_report(make_result(*cells))
    return row_of(replace(model, summary=replace(model.summary, usual=usual)), 0)


def test_releases_that_do_not_read_the_format_do_not_count() -> None:
    old = [_cell(version, keras=_ABSENT) for version in ("2.10.1", "2.11.1")]
    row = _row("keras", *old, _cell("2.12.1", keras=_FAILS), _cell("2.13.1", keras=_RUNS))
    assert row.works_in == "runs in 2.13 (1 of 2)"


def test_releases_that_only_another_call_loads_in_are_named() -> None:
    cells = [_cell(version, keras=_RUNS, session=_RUNS) for version in ("2.14.1", "2.15.1")]
    newer = [_cell(version, keras=_FAILS, session=_RUNS) for version in ("2.16.2", "2.17.1")]
    row = _row("keras", *cells, *newer)
    assert row.works_in == "runs in all 4 (from 2.16 on by another call)"
    mixed = _row("keras", newer[0], cells[1], _cell("2.13.1", keras=_FAILS, session=_RUNS))
    assert mixed.works_in == "runs in all 3 (in 2.13, 2.16 by another call)"


def test_model_that_its_usual_call_loads_everywhere_has_another_mark() -> None:
    before = _cell("2.12.1", keras=_RUNS, session=_RUNS)
    usual = _row("keras", before, _cell("2.13.1", keras=_RUNS, session=_FAILS))
    other = _row("keras", before, _cell("2.13.1", keras=_FAILS, session=_RUNS))
    assert (state_of(usual), state_of(other)) == (ModelState.ALL, ModelState.CALLS)
    assert state_of(usual).symbol != state_of(other).symbol


_OP = Diagnosis(cause=Cause.UNREGISTERED_OP, subject="Op", explanation="`Op` is not imported.")
_OLD = Diagnosis(
    cause=Cause.KERAS_CONFIG_INCOMPATIBLE,
    subject="Keras metadata",
    explanation="Older releases look elsewhere.",
    remedies=(
        Remedy(text="Load it with TensorFlow 2.13.", verified=True, cells=("2.13.1+tensorflow_x",)),
    ),
)


def _beside(*diagnoses: Diagnosis) -> Obstacle:
    """A model that fails in plain cells with these diagnoses, and loads beside a package."""
    versions = ("2.11.1", "2.12.1", "2.13.1")
    plain = [_cell(version, keras=_FAILS) for version in versions]
    with_package = make_cell("2.13.1", make_companion("tensorflow-x"))
    helped = make_cell_result(with_package, make_check_result(_RUNS, "keras"))
    model = make_model_report(make_result(*plain, helped))
    told = dict(zip(versions, diagnoses, strict=True))
    cells = tuple(
        replace(
            cell,
            checks=tuple(replace(one, diagnosis=told[cell.tensorflow]) for one in cell.checks),
        )
        if cell.plain
        else cell
        for cell in model.cells
    )
    return row_of(replace(model, cells=cells), 0).obstacles[0]


def test_reason_of_a_needed_package_is_that_of_most_releases() -> None:
    assert _beside(_OP, _OP, _OLD).reason == _OP.explanation
    assert _beside(_OLD, _OP, _OP).reason == _OP.explanation
    # A reason that an older release has as well is still that of the newest.
    assert _beside(_OP, _OLD, _OP).reason == _OP.explanation


def test_what_helps_a_model_that_needs_a_package_is_the_package() -> None:
    for order in ((_OP, _OP, _OLD), (_OLD, _OLD, _OP)):
        obstacle = _beside(*order)
        assert obstacle.remedy == (
            "Install tensorflow-x, import it before the model is loaded, "
            "and load it with tf.keras.models.load_model (in 2.13)."
        )
        assert obstacle.verified
