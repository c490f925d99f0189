"""Verdicts: every member of the union is ranked, worded and rendered."""

from __future__ import annotations

import pytest

from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.report.reasons import describe
from reports.report.report_json import read_schema
from tests.builders import EXAMPLES, MEMBERS

WORDS = [member.word for member in MEMBERS]
DESIGN = (
    "runs differs loads fails crashed timed-out out-of-memory blocked unproven broken "
    "unavailable not-applicable predicted not-run"
)


def test_words_are_those_of_the_design() -> None:
    assert DESIGN.split() == WORDS


def test_every_member_has_a_rank_of_its_own() -> None:
    assert len({member.order for member in MEMBERS}) == len(MEMBERS)


def test_every_member_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(MEMBERS)


def test_every_word_is_in_the_schema_of_the_report() -> None:
    assert read_schema()["$defs"]["CheckReport"]["properties"]["verdict"]["enum"] == WORDS


@pytest.mark.parametrize("member", MEMBERS, ids=WORDS)
def test_every_member_is_described_in_one_line(member: type[Verdict]) -> None:
    text = describe(EXAMPLES[member])
    assert "\n" not in text
    assert bool(text) is (member is not verdicts.Runs)


@pytest.mark.parametrize("member", MEMBERS, ids=WORDS)
def test_every_member_counts_in_the_summary(member: type[Verdict]) -> None:
    loading = {"runs", "differs", "loads"}
    not_loading = {"fails", "crashed", "not-applicable"}
    expected = True if member.word in loading else False if member.word in not_loading else None
    assert EXAMPLES[member].loads is expected


def test_loads_are_the_three_with_the_model_in_memory() -> None:
    assert [one.word for one in MEMBERS if EXAMPLES[one].is_load] == ["runs", "differs", "loads"]


def test_answers_are_those_about_the_model() -> None:
    answers = [one.word for one in MEMBERS if EXAMPLES[one].is_answer]
    assert answers == DESIGN.split()[:7]


def test_a_load_is_better_than_anything_else() -> None:
    worst_load = max(one.rank for one in EXAMPLES.values() if one.is_load)
    assert all(one.rank > worst_load for one in EXAMPLES.values() if not one.is_load)


def test_an_answer_is_better_than_none() -> None:
    worst_answer = max(one.rank for one in EXAMPLES.values() if one.is_answer)
    assert all(one.rank > worst_answer for one in EXAMPLES.values() if not one.is_answer)


@pytest.mark.parametrize("member", [verdicts.Crashed, verdicts.TimedOut, verdicts.OutOfMemory])
def test_death_after_the_load_is_no_failure_to_load(
    member: type[verdicts.Crashed | verdicts.TimedOut | verdicts.OutOfMemory],
) -> None:
    died = member(exit=ProcessExit(signal="SIGSEGV"), loaded=True)
    assert died.loads is True
    loads, fails = (kind(error=ErrorRecord()) for kind in (verdicts.Loads, verdicts.Fails))
    assert loads.rank < died.rank < fails.rank
