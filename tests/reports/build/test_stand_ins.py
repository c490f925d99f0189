"""Stand-ins for custom objects are a test that this run made, and no remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matrix.plan.snippet import ShownModel
from matrix.plan.workarounds.keras_workarounds import STAND_INS
from matrix.results import verdicts
from matrix.results.result import Attempted
from matrix.run.probe_output.records import ErrorRecord
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.verified_remedies import only_a_test, tried
from tests.builders import make_cell, make_cell_result, make_check_result, make_model, make_result

_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="no"))


@pytest.mark.parametrize("loaded", [True, False])
def test_stand_ins_are_told_as_a_test_that_verifies_no_remedy(loaded: bool) -> None:
    seen = Attempted(loader="keras", name=STAND_INS, script="class Scale: ...", loaded=loaded)
    cell = make_cell_result(make_cell("2.16.2"), make_check_result(_FAILS, "keras"))
    cell = replace(cell, attempts=(seen,))
    failed = FailedCheck(
        model=ShownModel.of(make_model().to_dict()),
        result=make_result(cell),
        cell=cell,
        check=cell.checks[0],
    )
    assert tried(failed) == ()
    found = list(only_a_test(failed))
    assert [(one.snippet, one.verified) for one in found] == (
        [("class Scale: ...", False)] if loaded else []
    )
    assert all("as a test" in one.text for one in found)
