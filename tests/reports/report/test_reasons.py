"""Why a verdict is what it is, in one line."""

from __future__ import annotations

import pytest

from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.report.reasons import describe
from reports.report.text import first_line
from tests.builders import EXAMPLES


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=lambda verdict: verdict.word)
def test_description_of_anything_but_runs_begins_with_why(verdict: Verdict) -> None:
    text = describe(verdict)
    assert (text == "") == (verdict.word == "runs")
    assert len(text) < 400


def test_description_quotes_the_first_line_of_an_error() -> None:
    error = ErrorRecord(type="ValueError", message="\n\n  Unknown layer\nmore")
    assert describe(verdicts.Fails(error=error)) == "fails: ValueError: Unknown layer"


def test_description_quotes_python_where_nothing_else_was_said() -> None:
    assert describe(EXAMPLES[verdicts.Crashed]).startswith("crashed (SIGSEGV): Fatal Python error")


def test_description_quotes_the_check_that_failed() -> None:
    said = "2026-01-01 00:00:00.1: F tensorflow/core/tensor.h:809] Check failed: 1 == n"
    log = f"I tensorflow/core: using AVX2\n{said}\nFatal Python error: Aborted\n  File x"
    assert (
        describe(verdicts.Crashed(exit=ProcessExit(signal="SIGABRT", log=log)))
        == f"crashed (SIGABRT): {said}"
    )


def test_description_of_a_silent_death_is_whole() -> None:
    assert (
        describe(verdicts.TimedOut(exit=ProcessExit(kind=ExitKind.TIMED_OUT, seconds=120)))
        == "timed-out (120s)"
    )


def test_description_of_an_error_without_facts_is_whole() -> None:
    assert describe(verdicts.Loads(error=ErrorRecord())).startswith("loads: no exception")


def test_difference_names_the_output_and_the_reference() -> None:
    text = describe(EXAMPLES[verdicts.Differs])
    assert text == "out off by up to 0.5 (compared with 2.15.1)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="empty"),
        pytest.param(" \n\t\n x \ny", "x", id="first-with-text"),
        pytest.param("a\x1b[31mb", "a\\x1b[31mb", id="escape"),
        pytest.param("a\u202eb", "a\\u202eb", id="turned-around"),
        pytest.param("x" * 220, "x" * 220, id="just-fits"),
        pytest.param("x" * 221, "x" * 219 + "…", id="too-long"),
    ],
)
def test_first_line(text: str, expected: str) -> None:
    assert first_line(text) == expected


_GRAPH = "Graph execution error:\n\nDetected at node 'r/Mul' defined at (most recent call last):\n"
_DESERIALIZED = (
    "<class 'keras.src.models.functional.Functional'> could not be deserialized properly. "
)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        pytest.param(
            "Exception encountered when calling Reshape.call().\n\n\x1b[1mCannot reshape 3 into 4."
            "\x1b[0m\n\nArguments received by Reshape.call():\n  • args=('x',)",
            "Exception encountered when calling Reshape.call(). Cannot reshape 3 into 4.",
            id="keras-3",
        ),
        pytest.param(
            f"{_GRAPH}<stack traces unavailable>\nToo many rows\n\t [[{{{{node Mul}}}}]]",
            "Too many rows",
            id="graph",
        ),
        pytest.param(
            f"{_GRAPH}    File \"a.py\", line 3, in f\n      return x\nNode: 'Mul'\nToo many rows",
            "Too many rows",
            id="graph-with-frames",
        ),
        pytest.param(
            'in user code:\n\n    File "a.py", line 3, in f  *\n        return x\n\n'
            "    ValueError: Too many rows\n",
            "Too many rows",
            id="user-code",
        ),
        pytest.param(
            f"{_DESERIALIZED * 2}\n\nconfig={{}}.\n\nException encountered: Unknown layer: 'X'",
            "Unknown layer: 'X'",
            id="config",
        ),
        pytest.param(
            "2 root error(s) found.\n  (0) Invalid argument: bad id\n  (1) Invalid argument: worse",
            "Invalid argument: bad id",
            id="roots",
        ),
        pytest.param("Unknown layer\nand more", "Unknown layer", id="says-why-at-once"),
        pytest.param("Graph execution error:\n\n", "Graph execution error:", id="no-reason"),
    ],
)
def test_reason_is_the_sentence_that_says_why(message: str, told: str) -> None:
    error = ErrorRecord(type="ValueError", message=message)
    assert describe(verdicts.Loads(error=error)) == f"loads: ValueError: {told}"
