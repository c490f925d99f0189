"""The diagnosis in a report: what the run has seen decides over what a message suggests."""

from __future__ import annotations

from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.report.cause import Cause, Diagnosis
from tests.builders import make_cell, make_cell_result, make_check_result, make_report, make_result

_KERAS_3 = verdicts.Fails(
    error=ErrorRecord(
        type="ValueError",
        message="File format not supported: filepath=m. Keras 3 only supports V3 `.keras` files",
    )
)
_TORN = verdicts.Fails(error=ErrorRecord(type="OSError", message="truncated file: eof = 1"))
_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="no"))


def _cell(version: str, **loaders: Verdict) -> CellResult:
    checks = (make_check_result(verdict, name) for name, verdict in loaders.items())
    return make_cell_result(make_cell(version), *checks)


def _diagnosis(*cells: CellResult) -> Diagnosis:
    """That of the first check of the first cell."""
    found = make_report(make_result(*cells)).models[0].cells[0].checks[0].diagnosis
    assert found is not None
    return found


def _calls(found: Diagnosis) -> list[tuple[bool, bool]]:
    return [("TFSMLayer" in one.snippet, one.verified) for one in found.remedies]


def test_advice_that_nobody_tried_is_given_as_advice() -> None:
    assert (True, False) in _calls(_diagnosis(_cell("2.16.2", keras=_KERAS_3)))


def test_advice_that_failed_in_this_cell_is_not_given() -> None:
    found = _diagnosis(_cell("2.16.2", keras=_KERAS_3, tfsm_layer=_FAILS))
    assert not any(layer for layer, _ in _calls(found))


def test_advice_that_loaded_in_this_cell_is_given_once_and_verified() -> None:
    found = _diagnosis(_cell("2.16.2", keras=_KERAS_3, tfsm_layer=verdicts.Runs()))
    assert [one for one in _calls(found) if one[0]] == [(True, True)]


def test_bytes_that_another_release_reads_are_not_called_damaged() -> None:
    torn, whole = _cell("2.4.4", keras=_TORN), _cell("2.15.1", keras=verdicts.Runs())
    assert _diagnosis(torn).cause is Cause.CORRUPT_OR_TRUNCATED
    assert _diagnosis(torn, whole).cause is Cause.UNCLASSIFIED


_OUTSIDE = verdicts.Fails(
    error=ErrorRecord(
        type="ValueError",
        message="Requested the loading of a vocabulary file outside of the model archive. This "
        "carries a potential risk. If you trust the source of the artifact, pass "
        "`safe_mode=False`. Vocabulary file: '/home/user/training-vocab.txt'",
    )
)
_ABSENT = verdicts.Fails(
    error=ErrorRecord(type="ValueError", message="Vocabulary file /home/user/v.txt does not exist.")
)


def _refused(unsafe: Verdict | None) -> Diagnosis:
    checks = [make_check_result(_OUTSIDE, "keras", "compile=False")]
    checks += [make_check_result(unsafe, "keras", "safe_mode=False")] if unsafe else []
    return _diagnosis(make_cell_result(make_cell("2.21.0"), *checks))


def _trusting(found: Diagnosis) -> list[bool]:
    return [one.verified for one in found.remedies if "safe_mode" in one.snippet]


def test_file_outside_of_the_archive_is_no_lambda() -> None:
    found = _refused(None)
    assert (found.cause, found.subject) == (Cause.MISSING_FILE, "training-vocab.txt")
    assert _trusting(found) == [False]
    assert any("--allow-lambda" in one.text for one in found.remedies)


def test_safe_mode_that_was_left_in_vain_is_not_advised_again() -> None:
    found = _refused(_ABSENT)
    assert _trusting(found) == []
    assert not any("--allow-lambda" in one.text for one in found.remedies)


def test_safe_mode_that_was_left_with_success_is_advised_as_verified() -> None:
    found = _refused(verdicts.Runs())
    assert _trusting(found) == [True]
    assert not any("--allow-lambda" in one.text for one in found.remedies)
