"""Changes since a baseline that a known failure excuses: told as such; it is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from matrix.options.requirements import GateOptions
from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from reports.gate.evaluation import Evaluation
from reports.gate.judgement import Judgement, evaluate_gate, read_gate
from reports.gate.together import judged_together
from reports.many.opened import labels_of, opened
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

TODAY = date(2026, 1, 2)
RUNS, FAILS, LOADS = (EXAMPLES[one] for one in (verdicts.Runs, verdicts.Fails, verdicts.Loads))
DECLARED = {"tensorflow": ">=2.15", "reason": "a ticket", "expires": TODAY}


def _called(plain: Verdict, other: Verdict) -> Report:
    """A model that keras loads in 2.15.1 by its plain call and by `compile=False` as given."""
    ways = {"compile=True": plain, "compile=False": other}
    checks = [make_check_result(one, "keras", way) for way, one in ways.items()]
    return make_report(make_result(make_cell_result(make_cell(), *checks)))


THEN, NOW = _called(RUNS, RUNS), _called(FAILS, RUNS)


def _judged(then: Report, now: Report, **declared: Any) -> Judgement:
    known = ({**DECLARED, **declared},)
    gate = read_gate(GateOptions(known_failures=known, fail_on_regression=True), TODAY)
    return evaluate_gate(now, replace(gate, baseline=opened(then)))


@pytest.mark.parametrize("cause", [None, "missing_custom_object"], ids=["any", "cause"])
def test_lost_call_that_is_declared_is_told_as_a_known_failure_and_not_as_over(
    cause: str | None,
) -> None:
    judgement = _judged(THEN, NOW, **({"cause": cause} if cause else {}))
    assert (judgement.errors, judgement.warnings) == ((), ())
    (said,) = judgement.notices
    start = "m: keras in 2.15.1 is a known failure until 2026-01-02 (a ticket): needs another call"
    assert said.startswith(start)


def test_lost_call_of_another_cause_is_not_excused() -> None:
    judgement = _judged(THEN, NOW, cause="missing_file")
    (error,) = judgement.errors
    assert error.startswith("Worse than the baseline: needs another call now: m keras in 2.15.1: ")


def test_declaration_that_expired_is_not_over_where_the_call_is_lost() -> None:
    judgement = _judged(THEN, NOW, expires=date(2026, 1, 1))
    assert len(judgement.errors) == 1
    (said,) = judgement.warnings
    assert "expired on 2026-01-01" in said


def test_declared_loss_of_the_run_is_not_over_though_a_load_is_enough() -> None:
    judgement = _judged(report_of({"2.15.1": RUNS}), report_of({"2.15.1": LOADS}))
    assert (judgement.errors, judgement.warnings) == ((), ())


def test_what_is_excused_of_several_models_stands_apart_from_what_is_not() -> None:
    def models(verdict: Verdict) -> Report:
        (one,) = report_of({"2.15.1": verdict}).models
        named = [replace(one, path=f"/m/{name}", called=name, sha256=name * 64) for name in "abc"]
        return replace(report_of({"2.15.1": verdict}), models=tuple(named))

    known = ({**DECLARED, "model": "a"},)
    gate = read_gate(GateOptions(known_failures=known, fail_on_regression=True), TODAY)
    gate = replace(gate, baseline=opened(models(RUNS)))
    failing = models(FAILS)
    evaluation = Evaluation(gate, labels_of(failing.models))
    for number, model in enumerate(failing.models):
        evaluation.add(number, model)
    judgement = judged_together(evaluation)
    (error,) = judgement.errors
    assert error.startswith("Worse than the baseline: 2 models newly fail with saved_model in 2.15")
    (said,) = judgement.notices
    assert said.startswith("a: saved_model in 2.15.1 is a known failure until 2026-01-02")
