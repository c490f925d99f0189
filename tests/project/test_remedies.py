"""How the measurement of advice judges it: what holds, and what points the wrong way."""

from __future__ import annotations

import pytest

from benchmarks.remedies import Answer
from matrix.plan.snippet import ShownModel
from matrix.results import verdicts
from matrix.run.probe_output.records import ErrorRecord
from reports.build.remedies.failed_check import FailedCheck
from reports.diagnosis.advising.advice import Advice, Releases
from reports.report.cause import Remedy
from tests.builders import make_cell, make_cell_result, make_check_result, make_model, make_result

_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="no"))


def _answer(remedy: Remedy, **by_cell: str | None) -> Answer:
    """For a model that fails in 2.9.3 and loads in 2.16.2."""
    cells = (
        make_cell_result(make_cell("2.9.3"), make_check_result(_FAILS)),
        make_cell_result(make_cell("2.16.2"), make_check_result(verdicts.Runs())),
    )
    failed = FailedCheck(
        model=ShownModel.of(make_model().to_dict()),
        result=make_result(*cells),
        cell=cells[0],
        check=cells[0].checks[0],
    )
    return Answer(remedy=remedy, failed=failed, by_cell=by_cell)


@pytest.mark.parametrize(("verified", "holds"), [(True, False), (False, True)])
def test_verified_remedy_holds_everywhere_and_advice_somewhere(verified: bool, holds: bool) -> None:
    remedy = Remedy(text="Do it.", verified=verified)
    assert _answer(remedy, a=None, b="exit code 1").holds is holds


@pytest.mark.parametrize(
    ("releases", "wrong"),
    [
        pytest.param(Releases(last="2.8"), True, id="away-from-what-loads"),
        pytest.param(Releases(first="2.12"), False, id="towards-what-loads"),
    ],
)
def test_direction_is_wrong_where_only_other_releases_load(releases: Releases, wrong: bool) -> None:
    advice = Advice(text="Go there.", releases=releases)
    assert _answer(advice, a="exit code 1").wrong_direction is wrong
    assert not _answer(advice, a=None).wrong_direction
