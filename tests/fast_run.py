"""The results of a run with --fast, as formats get them."""

from __future__ import annotations

from dataclasses import replace

from matrix.results import verdicts
from matrix.results.result import CellResult, ModelResult, Source
from matrix.run.probe_output.records import ErrorRecord
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_prediction,
    make_result,
)

_NOTHING = "nothing in the file speaks against it"
_GONE = "class Odd exists up to 2.12"
# 2025-11-24, in seconds since 1970.
MEASURED_AT = 1_764_000_000.0


def make_fast() -> ModelResult:
    """A model of which a fast run measured both ends, one of them earlier; the others predicted."""
    ran = make_cell_result(
        make_cell("2.10.1"), verdicts.Runs(), make_check_result(verdicts.Runs(), "keras")
    )
    failed = verdicts.Fails(error=ErrorRecord(type="ValueError", message="Unknown layer: 'Odd'"))

    wrong = make_prediction("loads", _NOTHING, cell="2.16.2", loader="keras")
    surprise = replace(make_check_result(failed, "keras"), prediction=wrong)

    def left_out(version: str, keras: str, why: str) -> CellResult:
        checks = []
        for loader, word, told in (
            ("saved_model", "loads", _NOTHING),
            ("keras", keras, why),
        ):
            said = make_prediction(word, told, cell=version, tensorflow=version, loader=loader)
            verdict = verdicts.Predicted(prediction=said)
            checks.append(make_check_result(verdict, loader))
        return make_cell_result(make_cell(version), *checks)

    return make_result(
        replace(ran, source=Source.REUSED, measured_at=MEASURED_AT),
        left_out("2.11.1", "loads", _NOTHING),
        left_out("2.12.1", "unknown", "the class of a layer is not known"),
        left_out("2.13.1", "fails", _GONE),
        make_cell_result(make_cell("2.14.1"), verdicts.Runs(), make_check_result(failed, "keras")),
        left_out("2.15.1", "fails", _GONE),
        make_cell_result(make_cell("2.16.2"), failed, surprise),
    )
