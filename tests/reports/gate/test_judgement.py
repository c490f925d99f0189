"""What a run is held to, in sentences: what makes it fail, and what is only said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.options.requirements import GateOptions
from matrix.results import verdicts
from reports.gate.judgement import Judgement, evaluate_gate, read_gate
from reports.many.opened import opened
from reports.report.report import Report
from tests.builders import EXAMPLES, report_of

TODAY = date(2026, 1, 2)
RUNS, FAILS = EXAMPLES[verdicts.Runs], EXAMPLES[verdicts.Fails]
KNOWN = {"tensorflow": ">=2.16", "reason": "Keras 3", "expires": TODAY}
MIXED = report_of({"2.15.1": RUNS, "2.16.2": FAILS})
REASON = (
    "fails: missing custom object: `Odd` is not part of Keras: it is a custom class or function of "
    "the model author, and it was not passed to the loader"
)


def _judged(report: Report, baseline: Report | None = None, **demands: Any) -> Judgement:
    gate = read_gate(GateOptions(**demands), TODAY)
    return evaluate_gate(report, replace(gate, baseline=opened(baseline) if baseline else None))


def test_nothing_asked_is_nothing_said() -> None:
    assert _judged(MIXED) == Judgement()


def test_requirement_not_met_is_one_sentence_with_its_cells() -> None:
    judgement = _judged(MIXED, require=("tensorflow>=2.14,<2.17",))
    assert judgement.errors == (
        "m: tensorflow>=2.14,<2.17 is required (loads): "
        f"does not load in 2.16.2 ({REASON}); no answer for 2.14.1 (it was not tested).",
    )


def test_requirement_that_is_met_is_said_to_be() -> None:
    assert _judged(MIXED, require=("tensorflow==2.15.*",)).notices == (
        "Required and met: tensorflow==2.15.*.",
    )


def test_level_that_is_met_is_said_where_it_is_not_the_usual_one() -> None:
    (said,) = _judged(MIXED, require=("2.15",), require_verdict="runs").notices
    assert said == "Required and met (runs): 2.15."


def test_each_reason_is_said_once() -> None:
    (said,) = _judged(MIXED, require=("tensorflow>=2.13,<2.16",)).errors
    assert said.endswith("no answer for 2.13 - 2.14 (it was not tested).")


def test_known_failure_does_not_make_the_run_fail() -> None:
    judgement = _judged(MIXED, require=("tensorflow>=2.15,<2.17",), known_failures=(KNOWN,))
    assert judgement.errors == ()
    assert judgement.notices == (
        "Required and met, apart from known failures: tensorflow>=2.15,<2.17.",
        f"m: 2.16.2 is a known failure until 2026-01-02 (Keras 3): {REASON}",
    )


def test_cells_that_one_declaration_excuses_for_one_reason_are_one_sentence() -> None:
    failing = report_of({"2.16.2": FAILS, "2.17.1": FAILS})
    judgement = _judged(failing, require=("tensorflow>=2.16,<2.18",), known_failures=(KNOWN,))
    assert judgement.notices == (
        "Required and met, apart from known failures: tensorflow>=2.16,<2.18.",
        f"m: 2.16 - 2.17 are known failures until 2026-01-02 (Keras 3): {REASON}",
    )


def test_expired_failure_counts_again_and_says_so() -> None:
    expired = {**KNOWN, "expires": "2026-01-01"}
    judgement = _judged(MIXED, require=("tensorflow==2.16.*",), known_failures=(expired,))
    assert len(judgement.errors) == 1
    assert "expired on 2026-01-01" in judgement.warnings[0]


def test_changes_are_told_and_do_not_fail_the_run() -> None:
    before = report_of({"2.15.1": FAILS, "2.16.2": RUNS})
    judgement = _judged(MIXED, before)
    assert judgement.errors == ()
    assert judgement.notices == (
        f"newly failing: m saved_model in 2.16.2: {REASON}",
        "newly loading: m saved_model in 2.15.1: runs",
    )


def test_no_change_is_said_too() -> None:
    assert _judged(MIXED, MIXED).notices == ("Nothing changed since the baseline of 2026-01-02.",)


def test_regression_fails_the_run_where_that_is_asked() -> None:
    before = report_of({"2.15.1": RUNS, "2.16.2": RUNS})
    judgement = _judged(MIXED, before, fail_on_regression=True)
    assert judgement.errors == (
        f"Worse than the baseline: newly failing: m saved_model in 2.16.2: {REASON}",
    )
    assert not any("newly failing" in line for line in judgement.notices)
    assert not _judged(before, MIXED, fail_on_regression=True).errors


def test_changes_for_one_cause_are_one_line_with_their_releases() -> None:
    cells = ["2.14.1", "2.15.1", "2.16.2", "2.17.1"]
    before = report_of(dict.fromkeys(cells, RUNS))
    now = report_of({cell: RUNS if cell == "2.15.1" else FAILS for cell in cells})
    assert _judged(now, before).notices == (
        f"newly failing: m saved_model in 2.14.1, 2.16 - 2.17: {REASON}",
    )


def test_what_a_session_alone_loads_is_said_of_a_requirement_that_it_meets() -> None:
    both = {"saved_model": FAILS, "session": RUNS}
    report = report_of({"2.15.1": {"saved_model": RUNS}, "2.16.2": both, "2.17.1": both})
    required = "tensorflow>=2.15,<2.18"
    judgement = _judged(report, require=(required,))
    assert judgement.errors == ()
    assert judgement.notices[1].startswith(f"m: {required} is met only by session in 2.16 - 2.17: ")
    assert len(_judged(report, require=(f"session:{required}",)).errors) == 1


def test_known_regression_does_not_fail_the_run() -> None:
    before = report_of({"2.15.1": RUNS, "2.16.2": RUNS})
    assert not _judged(MIXED, before, fail_on_regression=True, known_failures=(KNOWN,)).errors


def test_baseline_that_is_absent_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no report"):
        read_gate(GateOptions(baseline=tmp_path / "report.json"), TODAY)


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"schema": 1})])
def test_baseline_that_is_no_report_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text, encoding="utf-8")
    with pytest.raises(LoadmatrixError, match="is not a loadmatrix report"):
        read_gate(GateOptions(baseline=tmp_path / "report.json"), TODAY)


def test_predictions_are_no_answers_and_no_changes() -> None:
    predicted = report_of({"2.15.1": RUNS, "2.16.2": EXAMPLES[verdicts.Predicted]})
    judgement = _judged(predicted, MIXED, require=("tensorflow>=2.15,<2.17",))
    assert judgement.errors == (
        "m: tensorflow>=2.15,<2.17 is required (loads): "
        "no answer for 2.16.2 (predicted to load: every op exists there).",
    )
    assert judgement.notices == (
        "Nothing changed since the baseline of 2026-01-02.",
        "1 cell is only predicted and was not compared with the baseline.",
    )


def test_a_known_failure_is_not_over_because_a_load_is_predicted() -> None:
    predicted = report_of({"2.16.2": EXAMPLES[verdicts.Predicted]})
    assert _judged(predicted, known_failures=(KNOWN,)).warnings == ()
