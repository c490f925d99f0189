"""How a process died is kept in numbers, and put into words in one place."""

from __future__ import annotations

import signal

import pytest

from matrix.run.probe_output.process_exit import ExitKind, ProcessExit


@pytest.mark.parametrize(
    ("died", "detail"),
    [
        pytest.param(ProcessExit.of_code(-signal.SIGSEGV), "SIGSEGV", id="signal"),
        pytest.param(ProcessExit.of_code(-63), "signal 63", id="signal-without-a-name"),
        pytest.param(ProcessExit.of_code(3), "exit code 3", id="code"),
        pytest.param(ProcessExit.of_code(0), "exit code 0", id="ended-early"),
        pytest.param(ProcessExit(kind=ExitKind.TIMED_OUT, seconds=1.5), "1.5s", id="seconds"),
        pytest.param(ProcessExit(kind=ExitKind.TIMED_OUT, seconds=120.0), "120s", id="whole"),
        pytest.param(ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=4096), "4096 MB", id="MB"),
    ],
)
def test_detail_is_what_decided(died: ProcessExit, detail: str) -> None:
    assert died.detail == detail


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        pytest.param("", "", id="silent"),
        pytest.param("one\n\n", "one", id="last-line"),
        pytest.param(
            "a\nFatal Python error: Aborted\n  File x", "Fatal Python error: Aborted", id="py"
        ),
        pytest.param(
            "Check failed: 1 == n\nFatal Python error: Aborted\n  File x",
            "Check failed: 1 == n",
            id="native-reason-first",
        ),
    ],
)
def test_last_words_are_the_line_that_says_most(log: str, expected: str) -> None:
    assert ProcessExit(signal="SIGABRT", log=log).last_words == expected
