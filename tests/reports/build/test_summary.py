"""The sentence a reader takes away, and the specifier in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from matrix.model.facts import Format
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.evidence import Difference
from matrix.results.result import CellResult, ModelResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import CallRecord, ErrorRecord
from reports.build.build_report import Run, build_report
from reports.build.summary import summarize
from tests.builders import (
    make_call,
    make_cell,
    make_cell_result,
    make_check_result,
    make_model_report,
    make_plan,
    make_result,
)

_YES: Verdict = verdicts.Runs()
_NO: Verdict = verdicts.Fails(error=ErrorRecord())
_NONE: Verdict = verdicts.Unavailable(reason="no wheel")


def _result(tested: str) -> ModelResult:
    answers = {"+": _YES, "-": _NO, "?": _NONE}
    words = [(word[:-1], answers[word[-1]]) for word in tested.split()]
    return make_result(*(make_cell_result(make_cell(name), verdict) for name, verdict in words))


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        pytest.param(
            "2.8.4- 2.9.3+ 2.10.1-",
            "Loads and runs in 1 of 3 tested TensorFlow releases: tensorflow>=2.9,<2.10 "
            "(not tested: below 2.8, above 2.10).",
            id="bounded",
        ),
        pytest.param(
            "2.8.4+ 2.9.3+",
            "Loads and runs in 2 of 2 tested TensorFlow releases: tensorflow>=2.8,<2.10 "
            "(not tested: below 2.8, above 2.9).",
            id="everything",
        ),
        pytest.param(
            "2.8.4- 2.9.3- 2.10.1?",
            "Loads in none of the 2 tested TensorFlow releases (not tested: below 2.8, above "
            "2.10). No answer for 2.10.1.",
            id="nothing-loads",
        ),
        pytest.param(
            "2.8.4? 2.9.3?",
            "No release gave an answer. See the table for the reasons.",
            id="no-answers",
        ),
        pytest.param(
            "2.8.4- 2.9.3+ 2.10.1?",
            "Loads and runs in 1 of 2 tested TensorFlow releases: tensorflow>=2.9,<2.10 "
            "(not tested: below 2.8, above 2.10). No answer for 2.10.1.",
            id="a-gap",
        ),
        pytest.param(
            "2.8.4+ 2.11.1+ 2.12.1?",
            "Loads and runs in 2 of 2 tested TensorFlow releases: "
            "2.8, 2.11 (not tested: below 2.8, 2.9, 2.10, "
            "above 2.12). No answer for 2.12.1.",
            id="releases-between-were-not-selected",
        ),
        pytest.param(
            "2.8.4+ 2.12.1+ 2.17.1+",
            "Loads and runs in 3 of 3 tested TensorFlow releases: "
            "2.8, 2.12, 2.17 (not tested: below 2.8, "
            "2.9 to 2.11, 2.13 to 2.16, above 2.17).",
            id="no-tested-release-among-the-untested",
        ),
        pytest.param(
            "2.8.4+ 2.9.3? 2.10.1+",
            "Loads and runs in 2 of 2 tested TensorFlow releases: "
            "2.8, 2.10 (not tested: below 2.8, above 2.10). "
            "No answer for 2.9.3.",
            id="no-answer-between",
        ),
    ],
)
def test_sentence(tested: str, expected: str) -> None:
    assert summarize(_result(tested)).text == expected


def _loaded(kind: str) -> Verdict:
    return verdicts.Loads(error=ErrorRecord(type=kind, message="m"))


_DIFFERS = verdicts.Differs(
    compared_with="2.8.4",
    difference=Difference(output="o", max_abs_diff=1.0, explanation="o is off"),
)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        pytest.param(
            _loaded("InvalidArgumentError"),
            "Loads only in 2.9 - 2.10 (no call succeeds).",
            id="no-call-succeeds",
        ),
        pytest.param(
            verdicts.Crashed(exit=ProcessExit(signal="SIGILL"), loaded=True),
            "Loads only in 2.9 - 2.10 (crashed when called).",
            id="it-dies-when-called",
        ),
        pytest.param(_DIFFERS, "Outputs differ in 2.9 - 2.10.", id="it-answers-otherwise"),
        pytest.param(
            _loaded("NoInputs"),
            "Loads only in 2.9 - 2.10 (not called: no inputs).",
            id="no-inputs",
        ),
        pytest.param(
            _loaded("NothingToCall"),
            "Loads only in 2.9 - 2.10 (nothing to call).",
            id="nothing-to-call",
        ),
    ],
)
def test_release_that_loads_but_does_not_run_is_told_apart(verdict: Verdict, expected: str) -> None:
    names = (("2.8.4", _YES), ("2.9.3", verdict), ("2.10.1", verdict))
    cells = [make_cell_result(make_cell(name), one) for name, one in names]
    summary = summarize(make_result(*cells))
    head = "Runs in 1 of 3 tested TensorFlow releases: tensorflow>=2.8,<2.9"
    assert summary.text == f"{head} (not tested: below 2.8, above 2.10). {expected}"
    assert summary.loads.specifier == "tensorflow>=2.8,<2.11"
    assert summary.runs.specifier == "tensorflow>=2.8,<2.9"


@pytest.mark.parametrize(
    ("verdicts_of", "expected"),
    [
        pytest.param(
            ["ValueError", "ValueError"],
            "Loads only in 2 of 2 tested TensorFlow releases: tensorflow>=2.8,<2.10 "
            "(not tested: below 2.8, above 2.9). No call succeeds in 2.8 - 2.9.",
            id="no-call-succeeds",
        ),
        pytest.param(
            ["NoInputs", "ValueError"],
            "Loads only in 2 of 2 tested TensorFlow releases: tensorflow>=2.8,<2.10 "
            "(not tested: below 2.8, above 2.9). Not called: no inputs in 2.8; "
            "no call succeeds in 2.9.",
            id="for-several-reasons",
        ),
    ],
)
def test_model_that_never_runs_says_so(verdicts_of: list[str], expected: str) -> None:
    cells = [
        make_cell_result(make_cell(name), _loaded(kind))
        for name, kind in zip(("2.8.4", "2.9.3"), verdicts_of, strict=True)
    ]
    summary = summarize(make_result(*cells))
    assert summary.text == expected
    assert summary.runs.specifier == ""


_FAILED_CALL = _loaded("ValueError")


def test_sentence_without_an_answer_of_the_usual_call_is_whole() -> None:
    cells = [
        make_cell_result(
            make_cell(version), make_check_result(_NONE), make_check_result(session, "session")
        )
        for version, session in (("2.15.1", _NO), ("2.16.2", _NONE))
    ]
    text = summarize(make_result(*cells), Format.SAVED_MODEL).text
    assert text == "No release gave an answer. See the table for the reasons."


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([(_YES, _YES), (_NO, _YES)], (1, 2), id="only-a-session-goes-on"),
        pytest.param([(_NO, _YES)], (0, 1), id="a-session-is-never-usual"),
        pytest.param([(_YES, _NO)], (1, 1), id="a-session-does-not-matter"),
        pytest.param([(_NO, _NO)], (0, 1), id="nothing-loads"),
    ],
)
def test_summary_speaks_of_the_usual_call(
    found: list[tuple[Verdict, Verdict]], expected: tuple[int, int]
) -> None:
    cells = []
    for version, (saved_model, session) in zip(("2.15.1", "2.16.2"), found, strict=False):
        checks = make_check_result(saved_model), make_check_result(session, "session")
        cells.append(make_cell_result(make_cell(version), *checks))
    summary = summarize(make_result(*cells), Format.SAVED_MODEL)
    good, tested = expected
    share = f"{good} of {tested}" if good else "oes not load in the only"
    assert f"{share} tested" in summary.text
    assert bool(summary.loads.parts) is bool(good)


@pytest.mark.parametrize(
    ("kind", "verdicts_of", "usual"),
    [
        pytest.param(
            "saved_model", {"keras": _YES, "saved_model": _YES}, "keras", id="its-own-call"
        ),
        pytest.param(
            "saved_model", {"keras": _NO, "saved_model": _YES}, "saved_model", id="what-works"
        ),
        pytest.param(
            "saved_model", {"saved_model": _NO, "session": _YES}, "saved_model", id="no-session"
        ),
        pytest.param(
            "saved_model_v1", {"saved_model": _NO, "session": _YES}, "session", id="of-tensorflow-1"
        ),
        pytest.param(
            "saved_model_v1", {"saved_model": _YES, "session": _YES}, "saved_model", id="of-both"
        ),
        pytest.param("keras_v3", {"keras": _NO}, "keras", id="one-loader"),
        pytest.param("saved_model", {"session": _YES}, "session", id="nothing-else-was-tried"),
    ],
)
def test_usual_call_follows_the_format(
    kind: str, verdicts_of: dict[str, Verdict], usual: str
) -> None:
    checks = (make_check_result(verdict, name) for name, verdict in verdicts_of.items())
    cell = make_cell_result(make_cell(), *checks)
    assert summarize(make_result(cell), Format(kind)).usual == usual


def test_only_loader_that_was_tried_asks_for_no_word() -> None:
    cell = make_cell_result(make_cell(), make_check_result(_YES, "session"))
    assert "session" not in summarize(make_result(cell)).text


def _failed_call(*, made: bool, **error: Any) -> CallRecord:
    return CallRecord(signature="serve", error=ErrorRecord(**error), made=made)


@pytest.mark.parametrize(
    ("calls", "told"),
    [
        pytest.param([_failed_call(made=True)], True, id="made"),
        pytest.param([_failed_call(made=False)], False, id="given"),
        pytest.param([_failed_call(made=True), make_call()], False, id="one-succeeds"),
        pytest.param([], False, id="never-called"),
        pytest.param(
            [_failed_call(made=True, type="FailedPreconditionError")], False, id="no-value"
        ),
        pytest.param(
            [_failed_call(made=True, message="No OpKernel was registered")], False, id="no-kernel"
        ),
    ],
)
def test_failure_of_every_call_is_blamed_on_made_inputs_once(
    calls: list[CallRecord], told: bool
) -> None:
    checks = (replace(make_check_result(_loaded("ValueError")), calls=tuple(calls)),) * 2
    cells = (make_cell_result(make_cell(name), *checks) for name in ("2.8.4", "2.9.3"))
    text = summarize(make_result(*cells)).text
    assert text.count("with inputs generated by loadmatrix. Give valid ones with --inputs") == told


def test_model_with_nothing_to_call_just_loads() -> None:
    cell = make_cell_result(make_cell("2.9.3"), _loaded("NothingToCall"))
    sentence = "Loads in 1 of 1 tested TensorFlow releases: tensorflow>=2.9,<2.10"
    text = summarize(make_result(cell)).text
    assert text == f"{sentence} (not tested: below 2.9, above 2.9)."


@pytest.mark.parametrize("tested", ["2.8.4- 2.9.3-", "2.8.4? 2.9.3?"])
def test_model_that_loads_nowhere_has_no_specifier(tested: str) -> None:
    assert summarize(_result(tested)).loads.specifier == ""


def test_specifier_stands_in_the_sentence() -> None:
    summary = summarize(_result("2.8.4- 2.9.3+ 2.10.1-"))
    assert summary.loads.specifier == "tensorflow>=2.9,<2.10"
    assert summary.loads.specifier in summary.text


def test_each_loader_has_a_specifier_of_its_own() -> None:
    def cell(version: str, session: Verdict, keras: Verdict) -> CellResult:
        checks = make_check_result(session, "session"), make_check_result(keras, "keras")
        return make_cell_result(make_cell(version), *checks)

    result = make_result(cell("2.8.4", _YES, _NO), cell("2.9.3", _YES, _YES))
    summary = summarize(result, Format.SAVED_MODEL)
    assert {name: one.specifier for name, one in summary.loaders.items()} == {
        "session": "tensorflow>=2.8,<2.10",
        "keras": "tensorflow>=2.9,<2.10",
    }
    lines = make_model_report(result).lines
    assert lines[0].endswith(summary.text)
    assert lines[-1] == "session: loads in tensorflow>=2.8,<2.10"


def test_loader_that_never_loads_is_said_to_load_nowhere() -> None:
    checks = make_check_result(_YES, "saved_model"), make_check_result(_NO, "keras")
    model = make_model_report(make_result(make_cell_result(make_cell(), *checks)))
    assert model.lines[1:] == ["keras: does not load in any tested release"]


def test_loader_that_loads_only_beside_a_package_is_not_said_to_load_nowhere() -> None:
    def cell(keras: Verdict, *, tf_keras: bool) -> CellResult:
        checks = make_check_result(_YES, "saved_model"), make_check_result(keras, "keras")
        return make_cell_result(make_cell("2.16.2", tf_keras=tf_keras), *checks)

    model = make_model_report(make_result(cell(_NO, tf_keras=False), cell(_YES, tf_keras=True)))
    assert "keras: loads only with another package, in 2.16.2+tf_keras" in model.lines


def test_report_of_some_loaders_says_that_no_other_was_tried() -> None:
    plan = replace(make_plan([make_cell()]), loaders=("keras", "session"))
    run = Run(started=datetime(2026, 1, 2, tzinfo=UTC), seconds=1.0)
    text = build_report(plan, conclude(plan, {}), run).models[0].summary.text
    assert text.endswith(" Loaders tried: only keras and session (--loader).")
