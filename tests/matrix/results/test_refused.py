"""What a wall refused, and what contradicts itself: no answer, and a sentence that helps."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from matrix.model.facts import Format
from matrix.options.reading import read_options
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.refused import sentence_on
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord, Refusal
from reports.gate.baseline import Kind, changes
from reports.report.report import Report
from tests.builders import (
    make_cell,
    make_model,
    make_outcome,
    make_plan,
    make_ran,
    report_of,
)

_DENIED = ErrorRecord(type="PermissionDeniedError", message="/data/vocab.txt; Permission denied")
_READ = Refusal(kind="read", subject="/data/vocab.txt")
_RUNS = verdicts.Runs(compared_with="2.15.1")


def _verdicts(record: CheckRecord) -> list[Verdict]:
    """Of an HDF5 model: the check as it is recorded, and the variant after it that ran."""
    plan = make_plan([make_cell()], make_model(Format.KERAS_H5))
    seen = {"0:keras:compile=True": record, "0:keras:compile=False": make_ran(1.0)}
    (result,) = conclude(plan, {"2.15.1": make_outcome("2.15.1", seen)})
    return [check.verdict for check in result.cells[0].checks]


def test_a_refused_file_is_no_failure_and_the_option_stands_beside_it() -> None:
    verdict = _verdicts(CheckRecord(error=_DENIED, refused=(_READ,)))[0]
    assert verdict == verdicts.Blocked(
        reason="the model wanted to read /data/vocab.txt, which is outside of it; "
        "`--allow-read /data/vocab.txt` allows that"
    )
    assert (verdict.loads, verdict.runs, verdict.is_answer) == (None, None, False)


def test_a_package_that_a_wall_kept_from_importing_does_not_break_its_cell() -> None:
    record = CheckRecord(stage="import", error=_DENIED, refused=(_READ,))
    assert isinstance(_verdicts(record)[0], verdicts.Blocked)


def test_a_call_that_was_refused_leaves_the_answer_that_the_model_loads() -> None:
    record = CheckRecord(stage="run", loaded=True, error=_DENIED, refused=(_READ,))
    verdict = _verdicts(record)[0]
    assert isinstance(verdict, verdicts.Blocked)
    assert (verdict.loads, verdict.runs) == (True, None)


@pytest.mark.parametrize(
    ("refusal", "option"),
    [
        (Refusal(kind="read", subject="/a b/v;x.txt"), "--allow-read"),
        (Refusal(kind="network", subject="storage.googleapis.com"), "--allow-network"),
        (Refusal(kind="network"), "--allow-network"),
        (Refusal(kind="program", subject="/bin/sh"), "--allow-programs"),
        (Refusal(kind="process"), "--allow-programs"),
    ],
)
def test_the_option_that_is_named_is_one_that_can_be_given(
    refusal: Refusal, option: str, tmp_path: Path
) -> None:
    words = shlex.split(sentence_on([refusal]).rpartition("; `")[2].partition("` allows")[0])
    assert words == [option, *([refusal.subject] if option == "--allow-read" else [])]
    options = read_options(["model", *words], tmp_path)
    assert options.isolation.readable or options.isolation.network or options.isolation.programs


def test_no_option_is_promised_for_a_write() -> None:
    told = sentence_on([Refusal(kind="write", subject="/etc/passwd")])
    assert "write to /etc/passwd" in told
    assert "no option allows that" in told


def test_a_refusal_of_an_unknown_kind_names_all_that_may_allow_it() -> None:
    told = sentence_on([Refusal()])
    assert "--allow-programs" in told
    assert "--allow-network" in told


def test_many_refusals_are_told_once_each_and_not_without_end() -> None:
    several = [Refusal(kind="read", subject=f"/f{n % 5}") for n in range(50)]
    told = sentence_on(several)
    assert told.count("--allow-read") == 3
    assert told.endswith("; and 2 more")


def test_nothing_of_a_stream_that_contradicts_itself_is_believed() -> None:
    forged = make_ran(1.0, contradiction="it said `ran` before it said `loaded`")
    first, second = _verdicts(forged)
    assert first == verdicts.Unproven(reason="it said `ran` before it said `loaded`")
    # What was claimed makes no other variant superfluous.
    assert isinstance(second, verdicts.Runs)


@pytest.mark.parametrize(
    "record",
    [
        CheckRecord(stage="import", contradiction="x"),
        CheckRecord(error=_DENIED, refused=(_READ,), contradiction="x"),
        CheckRecord(loaded=True, contradiction="x"),
    ],
    ids=["a companion is blamed", "a wall is blamed", "a load is claimed"],
)
def test_a_contradiction_comes_before_everything_that_the_stream_claims(
    record: CheckRecord,
) -> None:
    assert isinstance(_verdicts(record)[0], verdicts.Unproven)


@pytest.mark.parametrize("loaded", [False, True])
def test_a_block_is_no_regression(loaded: bool) -> None:
    before = report_of({"2.15.1": _RUNS})
    now = report_of({"2.15.1": verdicts.Blocked(reason="no network", loaded=loaded)})
    assert [change.kind for change in changes(before, now)] == [Kind.NO_LONGER_TESTED]


def _told(report: Report) -> str:
    return report.models[0].summary.text


def test_the_summary_counts_a_blocked_release_as_one_without_an_answer() -> None:
    report = report_of({"2.14.1": _RUNS, "2.15.1": verdicts.Blocked(reason="no network")})
    assert "in 1 of 1 tested" in _told(report)
    assert report.models[0].summary.specifier == "tensorflow>=2.14,<2.15"


def test_the_summary_says_where_a_call_was_blocked() -> None:
    called = verdicts.Blocked(reason="no network", loaded=True)
    report = report_of({"2.14.1": _RUNS, "2.15.1": called})
    assert "Loads only in 2.15 (blocked when called)" in _told(report)
    check = report.models[0].cells[1].checks[0]
    assert (check.loads, check.runs, check.has_calls) == (True, None, True)


def test_what_is_unproven_has_its_reason_in_full_and_no_diagnosis() -> None:
    evidence = "it reported that it ran.\nBut the process had ended before."
    report = report_of({"2.15.1": verdicts.Unproven(reason=evidence)})
    check = report.models[0].cells[0].checks[0]
    assert (check.reason, check.diagnosis, check.loads) == (evidence, None, None)


def test_the_diagnosis_of_a_block_says_what_was_wanted() -> None:
    reason = sentence_on([_READ])
    report = report_of({"2.15.1": verdicts.Blocked(reason=reason)})
    diagnosis = report.models[0].cells[0].checks[0].diagnosis
    assert diagnosis
    assert reason in diagnosis.explanation
