"""What the overview knows of one model."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.overview.model_state import ModelState, state_of
from reports.overview.row import Obstacle, ObstacleKind, OverviewRow, row_of
from reports.report.cause import Cause, Diagnosis, Remedy
from tests.builders import (
    EXAMPLES,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_hostile,
    make_model_report,
    make_result,
)

_PATH = Path("/models")
_RUNS = verdicts.Runs()
_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="File format not supported"))
_CALLED = verdicts.Loads(error=ErrorRecord(type="ValueError", message="Unknown signature"))
_IDLE = verdicts.Loads(error=ErrorRecord(type=verdicts.NOTHING_TO_CALL, message=""))
_NONE = verdicts.Unavailable(reason="no interpreter")


def _cell(version: str, **loaders: Verdict) -> CellResult:
    checks = (make_check_result(verdict, name) for name, verdict in loaders.items())
    return make_cell_result(make_cell(version), *checks)


def _row(*cells: CellResult) -> OverviewRow:
    return row_of(make_model_report(make_result(*cells)), 7)


def _of(*verdicts_of_releases: Verdict) -> OverviewRow:
    """A model that is tried with one loader from 2.11 on."""
    versions = ("2.11.1", "2.12.1", "2.13.1", "2.14.1", "2.15.1")
    pairs = zip(versions, verdicts_of_releases, strict=False)
    return _row(*(_cell(version, saved_model=verdict) for version, verdict in pairs))


def _kinds(row: OverviewRow) -> list[tuple[ObstacleKind, str]]:
    return [(obstacle.kind, obstacle.where) for obstacle in row.obstacles]


def test_model_that_runs_in_all_releases_has_no_obstacle() -> None:
    row = _of(_RUNS, _RUNS)
    assert row.obstacles == ()
    assert state_of(row) is ModelState.ALL
    assert row.works_in == "runs in all 2"
    assert row.verdicts == (("2.11.1", "runs"), ("2.12.1", "runs"))


def test_release_where_a_model_stops_is_its_obstacle() -> None:
    row = _of(_RUNS, _FAILS, _FAILS)
    assert _kinds(row) == [(ObstacleKind.STOPS, "at 2.12")]
    assert row.works_in == "runs in 2.11 (1 of 3)"
    assert state_of(row) is not ModelState.ALL


def test_range_has_no_untested_release_in_it() -> None:
    cells = [_cell(name, keras=_RUNS) for name in ("2.5.3", "2.8.4", "2.9.3")]
    row = _row(*cells, _cell("2.11.1", keras=_FAILS))
    assert row.works_in == "runs in 2.5, 2.8 - 2.9 (3 of 4)"


def test_stop_between_tested_releases_names_both() -> None:
    row = _row(_cell("2.11.1", keras=_RUNS), _cell("2.15.1", keras=_FAILS))
    assert _kinds(row) == [(ObstacleKind.STOPS, "between 2.11 and 2.15")]


def test_release_from_which_a_model_loads_is_not_guessed() -> None:
    row = _row(_cell("2.11.1", keras=_FAILS), _cell("2.15.1", keras=_RUNS))
    assert row.obstacles[0].head == "loads only from 2.15 on; between 2.11 and 2.15 is not known"


def test_non_monotonic_model_has_every_boundary() -> None:
    row = _of(_FAILS, _RUNS, _FAILS, _RUNS, _FAILS)
    assert _kinds(row) == [
        (ObstacleKind.STOPS, "at 2.15"),
        (ObstacleKind.HOLE, "2.13"),
        (ObstacleKind.BEGINS, "from 2.12 on"),
    ]


def test_model_that_loads_nowhere_has_one_obstacle() -> None:
    row = _of(_FAILS, _FAILS)
    assert _kinds(row) == [(ObstacleKind.NOWHERE, "")]
    assert row.works_in == "nowhere"


def test_model_that_loads_with_a_package_needs_it() -> None:
    beside = make_cell("2.11.1", make_companion("tensorflow-text"))
    row = _row(
        _cell("2.11.1", saved_model=_FAILS),
        make_cell_result(beside, make_check_result(_RUNS, "saved_model")),
    )
    assert _kinds(row) == [(ObstacleKind.NEEDS, "tensorflow-text")]
    assert row.works_in == "with tensorflow-text: runs in 2.11"


def test_release_without_environment_is_a_gap_and_no_boundary() -> None:
    row = _of(_RUNS, _RUNS, _NONE)
    assert _kinds(row) == [(ObstacleKind.NO_ANSWER, "2.13")]
    assert row.obstacles[0].reason == "no interpreter"
    assert row.obstacles[0].cause == "unavailable"


def test_model_without_any_answer_is_not_said_to_load_nowhere() -> None:
    row = _of(_NONE, _NONE)
    assert _kinds(row) == [(ObstacleKind.NO_ANSWER, "2.11 - 2.12")]
    assert row.works_in == "no answer"


def test_model_whose_calls_fail_only_loads() -> None:
    row = _of(_RUNS, _CALLED)
    assert _kinds(row) == [(ObstacleKind.CANNOT_RUN, "2.12")]


def test_call_that_was_stopped_is_no_failure_of_the_model() -> None:
    ending = ProcessExit(kind=ExitKind.TIMED_OUT, seconds=60)
    row = _of(_RUNS, verdicts.TimedOut(exit=ending, loaded=True))
    assert _kinds(row) == [(ObstacleKind.NO_ANSWER, "2.12")]
    assert row.works_in == "runs in 2.11 (1 of 2); loads in all 2"


def test_predictions_are_neither_gaps_nor_answers() -> None:
    row = _of(_RUNS, EXAMPLES[verdicts.Predicted], _RUNS)
    assert row.obstacles == ()
    assert row.works_in == "runs in 2.11, 2.13 (2 of 2 measured)"


def test_releases_without_an_answer_are_not_spanned() -> None:
    assert _of(_RUNS, _RUNS, _RUNS, _NONE).works_in == "runs in 2.11 - 2.13 (3 of 3)"
    assert _of(_RUNS, _RUNS, _NONE, _RUNS).works_in == "runs in 2.11 - 2.12, 2.14 (3 of 3)"


def test_nothing_to_call_stands_in_no_way() -> None:
    row = _of(_IDLE, _IDLE)
    assert row.obstacles == ()
    assert row.is_clear


def test_loader_that_stops_while_another_goes_on_is_no_stop_of_the_model() -> None:
    row = _row(
        _cell("2.15.1", keras=_RUNS, saved_model=_RUNS),
        _cell("2.16.2", keras=_FAILS, saved_model=_RUNS),
    )
    assert _kinds(row) == [(ObstacleKind.LOADER_STOPS, "at 2.16")]
    assert row.obstacles[0].brief.startswith("tf.keras.models.load_model stops at 2.16: ")
    assert not row.obstacles[0].kind.of_model
    assert row.obstacles[0].remedy == "Load it with tf.saved_model.load, which loads it in 2.16."
    assert row.obstacles[0].verified


def test_what_helps_where_the_usual_call_stops_is_what_the_headline_names() -> None:
    plain = _cell("2.16.2", keras=_FAILS, session=_RUNS)
    cell = make_cell("2.16.2", make_companion("tf_keras"))
    beside = make_cell_result(cell, make_check_result(_RUNS, "tf_keras"))
    row = _row(_cell("2.15.1", keras=_RUNS, session=_RUNS), plain, beside)
    assert row.obstacles[0].remedy.startswith("Install ")
    assert "tf_keras.models.load_model" in row.obstacles[0].remedy
    assert "session" not in row.obstacles[0].remedy


def test_one_obstacle_of_two_models_has_one_key() -> None:
    def obstacle(name: str) -> Obstacle:
        error = ErrorRecord(type="OSError", message=f"Unable to open file {name}: no such op")
        fails = verdicts.Fails(error=error)
        cells = [_cell("2.11.1", keras=_RUNS), _cell("2.12.1", keras=fails)]
        model = make_model_report(make_result(*cells), path=_PATH / name)
        return row_of(model, 0).obstacles[0]

    first, second = obstacle("first.h5"), obstacle("second.h5")
    assert first.key == second.key
    assert first.key != _of(_RUNS, _FAILS).obstacles[0].key


_LAMBDA = Diagnosis(
    cause=Cause.PYTHON_VERSION, subject="", explanation="It has bytecode of Python 3.7."
)
_CLASS = Diagnosis(
    cause=Cause.KERAS_CONFIG_INCOMPATIBLE, subject="Model", explanation="Keras 3 lacks `Model`."
)


def _diagnosed(*releases: Verdict | Diagnosis) -> Obstacle:
    """The worst obstacle of a model of 2.11.1 and later, whose failures have these diagnoses."""
    versions = ("2.11.1", "2.12.1", "2.13.1", "2.14.1", "2.15.1")
    cells = [
        _cell(version, saved_model=_FAILS if isinstance(found, Diagnosis) else found)
        for version, found in zip(versions, releases, strict=False)
    ]
    model = make_model_report(make_result(*cells))
    told = tuple(
        replace(
            cell,
            checks=tuple(
                replace(check, diagnosis=found if isinstance(found, Diagnosis) else None)
                for check in cell.checks
            ),
        )
        for cell, found in zip(model.cells, releases, strict=True)
    )
    return row_of(replace(model, cells=told), 0).obstacles[0]


def test_model_that_loads_nowhere_tells_the_reasons_of_all_releases() -> None:
    several = _diagnosed(_LAMBDA, _LAMBDA, _CLASS)
    assert several.reason == (
        "in 2.11 - 2.12: It has bytecode of Python 3.7. In 2.13: Keras 3 lacks `Model`."
    )
    # It shares its newest reason with this one, and no more.
    one = _diagnosed(_CLASS, _CLASS, _CLASS)
    assert one.reason == "Keras 3 lacks `Model`."
    assert one.key != several.key


def test_releases_between_that_fail_for_other_reasons_are_obstacles_of_their_own() -> None:
    hole = _diagnosed(_RUNS, _LAMBDA, _CLASS, _LAMBDA, _RUNS)
    assert (hole.where, hole.reason) == ("2.12, 2.14", _LAMBDA.explanation)


def test_obstacle_is_the_same_by_cause_and_remedy_whatever_the_words() -> None:
    def key(words: str, remedy: str = "Load it with tf-keras, which is Keras 2.") -> str:
        found = replace(_CLASS, explanation=words, remedies=(Remedy(text=remedy),))
        return _diagnosed(_RUNS, found).key

    same = key("The config passes `groups`.")
    assert key("The config passes `ragged` to `Input`. It exists up to 2.15.") == same
    assert key("The config passes `groups`.", "Save it again with Keras 3.") != same
    assert key("The config passes `groups`.") != _diagnosed(_RUNS, _LAMBDA).key


def test_remedy_of_a_model_that_stops_is_not_another_release() -> None:
    older = Remedy(text="Load it with TensorFlow 2.11.", verified=True, cells=("2.11.1",))
    beside = Remedy(text="Install tf-keras.", verified=True, cells=("2.12.1+tf_keras",))
    assert _diagnosed(_RUNS, replace(_CLASS, remedies=(older,))).remedy == ""
    assert _diagnosed(_RUNS, replace(_CLASS, remedies=(older, beside))).remedy == beside.text


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_has_a_row(member: type[Verdict]) -> None:
    row = _of(_RUNS, EXAMPLES[member])
    assert row.verdicts[1] == ("2.12.1", member.word)
    assert pickle.loads(pickle.dumps(row)) == row


def test_what_a_model_wrote_stays_on_one_line() -> None:
    row = row_of(make_model_report(make_hostile()), 0)
    texts = [row.name, row.works_in, *(obstacle.brief for obstacle in row.obstacles)]
    assert [text for text in texts if not text.isprintable()] == []
