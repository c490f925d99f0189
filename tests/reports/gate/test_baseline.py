"""What changed since an earlier report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from reports.gate.baseline import REGRESSIONS, Kind, changes
from reports.report.cause import Cause, Diagnosis
from reports.report.report import Report
from tests.builders import (
    EXAMPLES,
    make_cell,
    make_cell_result,
    make_check_result,
    make_report,
    make_result,
    report_of,
)

RUNS, FAILS = verdicts.Runs(compared_with="2.15.1"), EXAMPLES[verdicts.Fails]
LOADS, DIFFERS = EXAMPLES[verdicts.Loads], EXAMPLES[verdicts.Differs]
PREDICTED = EXAMPLES[verdicts.Predicted]
BROKEN, CRASHED = EXAMPLES[verdicts.Broken], EXAMPLES[verdicts.Crashed]


@pytest.mark.parametrize(
    ("then", "now", "kind"),
    [
        pytest.param(RUNS, FAILS, Kind.NEWLY_FAILING, id="fails"),
        pytest.param(LOADS, CRASHED, Kind.NEWLY_FAILING, id="crashes"),
        pytest.param(FAILS, RUNS, Kind.NEWLY_LOADING, id="runs"),
        pytest.param(BROKEN, LOADS, Kind.NEWLY_LOADING, id="answers"),
        pytest.param(RUNS, DIFFERS, Kind.DIFFERS, id="differs"),
        pytest.param(LOADS, DIFFERS, Kind.DIFFERS, id="differs-at-once"),
        pytest.param(RUNS, LOADS, Kind.NO_LONGER_RUNS, id="only-loads"),
        pytest.param(RUNS, BROKEN, Kind.NO_LONGER_TESTED, id="no-answer"),
        pytest.param(FAILS, BROKEN, Kind.NO_LONGER_TESTED, id="no-answer-any-more"),
        pytest.param(RUNS, RUNS, None, id="same"),
        pytest.param(FAILS, FAILS, None, id="same-failure"),
        pytest.param(DIFFERS, RUNS, None, id="better"),
        pytest.param(LOADS, RUNS, None, id="runs-now"),
        pytest.param(BROKEN, FAILS, None, id="first-answer"),
        pytest.param(BROKEN, BROKEN, None, id="still-none"),
        pytest.param(RUNS, PREDICTED, None, id="predicted-now"),
        pytest.param(PREDICTED, RUNS, None, id="predicted-then"),
        pytest.param(PREDICTED, FAILS, None, id="predicted-then-and-fails"),
    ],
)
def test_change_has_its_kind(then: Verdict, now: Verdict, kind: Kind | None) -> None:
    found = changes(report_of({"2.15.1": then}), report_of({"2.15.1": now}))
    assert [one.kind for one in found] == ([kind] if kind else [])


def test_what_got_worse_is_a_regression_and_a_missing_answer_is_none() -> None:
    worse = {Kind.NEWLY_FAILING, Kind.DIFFERS, Kind.NO_LONGER_RUNS, Kind.OTHER_CALL}
    assert worse == REGRESSIONS


def _called(**ways: Verdict) -> Report:
    """A model that keras loads in 2.15.1 as each way of `compile` says."""
    checks = [make_check_result(one, "keras", f"compile={way}") for way, one in ways.items()]
    return make_report(make_result(make_cell_result(make_cell(), *checks)))


@pytest.mark.parametrize(
    ("then", "now", "kinds"),
    [
        pytest.param({"True": RUNS}, {"True": FAILS, "False": RUNS}, [Kind.OTHER_CALL], id="other"),
        pytest.param({"True": FAILS, "False": RUNS}, {"True": FAILS, "False": RUNS}, [], id="same"),
        pytest.param({"True": FAILS, "False": RUNS}, {"True": RUNS}, [], id="better"),
        pytest.param({"True": RUNS}, {"True": BROKEN, "False": RUNS}, [], id="no-answer"),
        pytest.param(
            {"True": RUNS}, {"True": FAILS, "False": FAILS}, [Kind.NEWLY_FAILING], id="fails"
        ),
    ],
)
def test_usual_call_that_no_longer_loads_is_told_though_another_does(
    then: Mapping[str, Verdict], now: Mapping[str, Verdict], kinds: Sequence[Kind]
) -> None:
    found = changes(_called(**then), _called(**now))
    assert [one.kind for one in found] == kinds
    if Kind.OTHER_CALL in kinds:
        assert found[0].text.startswith("runs only with compile=False; without it fails: ")


@pytest.mark.parametrize(
    ("plain", "kind"),
    [
        pytest.param(RUNS, Kind.NO_LONGER_APPLIES, id="loads"),
        pytest.param(FAILS, Kind.NEWLY_FAILING, id="fails"),
    ],
)
def test_companion_that_is_not_for_the_model_any_more_is_a_regression_where_it_is_needed(
    plain: Verdict, kind: Kind
) -> None:
    then = report_of({"2.16.2": {"keras": FAILS}, "2.16.2+tf_keras": {"tf_keras": RUNS}})
    absent = EXAMPLES[verdicts.NotApplicable]
    now = report_of({"2.16.2": {"keras": plain}, "2.16.2+tf_keras": {"tf_keras": absent}})
    (one,) = [change for change in changes(then, now) if change.cell != "2.16.2"]
    assert (one.kind, one.loader) == (kind, "tf_keras")


def test_cell_and_loader_that_are_gone_are_no_longer_tested() -> None:
    then = report_of({"2.14.1": RUNS, "2.15.1": {"saved_model": RUNS, "keras": FAILS}})
    found = changes(then, report_of({"2.15.1": RUNS}))
    assert [(one.kind, one.cell, one.loader) for one in found] == [
        (Kind.NO_LONGER_TESTED, "2.14.1", "saved_model"),
        (Kind.NO_LONGER_TESTED, "2.15.1", "keras"),
    ]


def test_model_of_another_format_that_does_not_load_is_a_regression() -> None:
    then = report_of({"2.14.1": {"tflite": RUNS}, "2.15.1": {"tflite": RUNS}})
    now = report_of({"2.14.1": {"keras": FAILS}, "2.15.1": {"keras": FAILS}})
    found = changes(then, now)
    assert [(one.kind, one.cell, one.loader) for one in found] == [
        (Kind.NEWLY_FAILING, "2.14.1", "keras"),
        (Kind.NEWLY_FAILING, "2.15.1", "keras"),
    ]
    assert found[0].text.endswith("(it loaded with tflite)")


@pytest.mark.parametrize("now", [RUNS, BROKEN, PREDICTED], ids=["loads", "no-answer", "predicted"])
def test_model_of_another_format_that_may_load_is_no_longer_tested(now: Verdict) -> None:
    found = changes(report_of({"2.15.1": {"tflite": RUNS}}), report_of({"2.15.1": {"keras": now}}))
    assert [(one.kind, one.loader) for one in found] == [(Kind.NO_LONGER_TESTED, "tflite")]


def _in_groups(**groups: int | None) -> Report:
    cells = {name.replace("_", "."): replace(RUNS, group=group) for name, group in groups.items()}
    return report_of(cells)


@pytest.mark.parametrize(
    ("then", "now", "changed"),
    [
        pytest.param((None, None), (1, 2), True, id="agreed-then"),
        pytest.param((1, 1), (1, 2), True, id="one-group-then"),
        pytest.param((1, 2), (2, 1), False, id="other-numbers"),
        pytest.param((1, 2), (None, None), False, id="agree-now"),
    ],
)
def test_cells_that_answer_alike_no_more_are_told_and_none_is_blamed(
    then: tuple[int | None, ...], now: tuple[int | None, ...], *, changed: bool
) -> None:
    names = ("2_14_1", "2_15_1")
    reports = [_in_groups(**dict(zip(names, groups, strict=True))) for groups in (then, now)]
    found = changes(reports[0], reports[1])
    kinds = [(one.kind, one.cell, one.loader) for one in found]
    assert kinds == ([(Kind.DIFFERS, "", "saved_model")] if changed else [])


def test_cell_that_is_new_is_no_change() -> None:
    assert changes(report_of({"2.15.1": RUNS}), report_of({"2.15.1": RUNS, "2.16.2": FAILS})) == ()


def test_worst_comes_first() -> None:
    then = report_of({"2.14.1": FAILS, "2.15.1": RUNS})
    found = changes(then, report_of({"2.14.1": RUNS, "2.15.1": FAILS}))
    assert [one.kind for one in found] == [Kind.NEWLY_FAILING, Kind.NEWLY_LOADING]


def _diagnosed(cause: Cause) -> Report:
    report = report_of({"2.15.1": FAILS})
    diagnosis = Diagnosis(cause=cause, subject="Odd", explanation="")
    (model,) = report.models
    (cell,) = model.cells
    (check,) = cell.checks
    cell = replace(cell, checks=(replace(check, diagnosis=diagnosis),))
    return replace(report, models=(replace(model, cells=(cell,)),))


def test_failure_for_another_reason_is_told() -> None:
    (one,) = changes(_diagnosed(Cause.MISSING_FILE), _diagnosed(Cause.API_REMOVED))
    assert one.kind is Kind.DIAGNOSIS_CHANGED
    assert one.text == "missing_file (Odd), now api_removed (Odd)"


def _named(name: str, digest: str, verdict: Verdict = RUNS) -> Report:
    result = make_result(make_cell_result(make_cell(), verdict))
    return make_report(result, path=Path("/models", name), sha256=digest * 32)


def _of(*reports: Report) -> Report:
    return replace(reports[0], models=tuple(report.models[0] for report in reports))


def test_model_is_known_again_by_its_bytes_before_its_name() -> None:
    then = _of(_named("a", "11"), _named("b", "22"))
    now = _of(_named("b", "11"), _named("a", "22", FAILS))
    assert [(one.kind, one.model) for one in changes(then, now)] == [(Kind.NEWLY_FAILING, "a")]


def test_model_that_was_changed_is_known_again_by_what_its_list_calls_it() -> None:
    def listed(called: str, digest: str, verdict: Verdict = RUNS) -> Report:
        report = _named("model.keras", digest, verdict)
        return replace(report, models=(replace(report.models[0], called=called),))

    then = _of(listed("cats", "11", FAILS), listed("dogs", "22"))
    now = _of(listed("dogs", "33", FAILS), listed("cats", "44", FAILS))
    assert [(one.kind, one.model) for one in changes(then, now)] == [(Kind.NEWLY_FAILING, "dogs")]


def test_only_model_is_the_same_whatever_it_is_called() -> None:
    found = changes(_named("old", "11"), _named("new", "22", FAILS))
    assert [(one.kind, one.model) for one in found] == [(Kind.NEWLY_FAILING, "new")]


def test_model_that_is_gone_is_no_longer_tested() -> None:
    then = _of(_named("a", "11"), _named("b", "22"))
    (one,) = changes(then, _named("a", "11"))
    assert (one.kind, one.model, one.text) == (Kind.NO_LONGER_TESTED, "b", "the whole model")
