"""Events become records, and nothing a hostile model can write there raises."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.run.probe_output.events import CheckRecord, ProbeRecord, read_events
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_output.records import CallRecord

Read = Callable[..., tuple[ProbeRecord, dict[str, CheckRecord]]]

CALL: dict[str, Any] = {"signature": "s", "inputs": [], "outputs": []}
START = {"event": "start", "pid": 1, "python": "3.11.7"}
IMPORT = {"event": "import", "ok": True, "seconds": 2.5, "environment": {"python": "3.11.7"}}
BEGUN = [
    {"event": "check", "check": "a", "log": "log-0.txt"},
    {"event": "stage", "check": "a", "stage": "load"},
]
LOADED = {"event": "loaded", "check": "a", "seconds": 1.5, "peak_mb": 200}
RAN = {"event": "ran", "check": "a", "seconds": 2, "peak_mb": 210, "calls": [CALL]}
EXIT = {"event": "exit", "check": "a", "code": 0, "signal": None}
END = {"event": "end"}


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read events given as values, or as bytes for what is no event."""

    def run(
        *events: dict[str, Any] | bytes, log: str = "", code: int = 0
    ) -> tuple[ProbeRecord, dict[str, CheckRecord]]:
        ended = {"event": "exit", "code": code, "killed": None}
        every = [*events, ended]
        lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in every]
        (tmp_path / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        (tmp_path / "log-0.txt").write_text(log, encoding="utf-8")
        return read_events(tmp_path)

    return run


def test_whole_run_becomes_records(read: Read) -> None:
    probe, checks = read(START, IMPORT, *BEGUN, LOADED, RAN, EXIT, END)
    assert (probe.imported, probe.ended, probe.seconds) == (True, True, 2.5)
    assert checks["a"].loaded
    assert checks["a"].calls == (CallRecord(signature="s", outputs=()),)
    assert (checks["a"].seconds, checks["a"].peak_mb, checks["a"].exit) == (2.0, 210, None)


def test_probe_that_died_at_once_has_its_exit_code(read: Read) -> None:
    probe, checks = read(code=79)
    assert probe.imported is None
    assert probe.exit is not None
    assert probe.exit.detail == "exit code 79"
    assert checks == {}


def test_missing_files_are_a_probe_of_which_nothing_is_known(tmp_path: Path) -> None:
    probe, checks = read_events(tmp_path / "none")
    assert probe.imported is None
    assert probe.exit is not None
    assert checks == {}


def test_check_that_was_cut_off_has_an_ending(read: Read) -> None:
    _, checks = read(START, IMPORT, *BEGUN, LOADED, code=-signal.SIGKILL)
    assert checks["a"].loaded
    assert checks["a"].exit is not None
    assert checks["a"].exit.detail == "SIGKILL"


def test_finished_check_survives_the_death_of_its_probe(read: Read) -> None:
    probe, checks = read(START, IMPORT, *BEGUN, LOADED, RAN, code=-signal.SIGSEGV)
    assert probe.exit is not None
    assert checks["a"].exit is None


@pytest.mark.parametrize(
    ("killed", "detail"),
    [
        pytest.param(ProcessExit(kind=ExitKind.TIMED_OUT, seconds=1.5), "1.5s", id="seconds"),
        pytest.param(
            ProcessExit(kind=ExitKind.OUT_OF_MEMORY, megabytes=300), "300 MB", id="memory"
        ),
    ],
)
def test_killed_check_says_what_it_took(read: Read, killed: ProcessExit, detail: str) -> None:
    died = {**EXIT, "code": None, "signal": 9, "killed": killed.to_dict()}
    _, checks = read(START, IMPORT, *BEGUN, died, END)
    ending = checks["a"].exit
    assert ending is not None
    assert (ending.kind, ending.detail) == (killed.kind, detail)


def test_signal_without_a_name_is_a_number(read: Read) -> None:
    _, checks = read(*BEGUN, {**EXIT, "code": None, "signal": 63})
    assert checks["a"].exit is not None
    assert checks["a"].exit.detail == "signal 63"


def test_dead_check_has_the_end_of_its_own_log(read: Read) -> None:
    _, checks = read(*BEGUN, {**EXIT, "code": None, "signal": 11}, log="mine\nmine too\n")
    assert checks["a"].exit is not None
    assert checks["a"].exit.log == "mine\nmine too"


def test_stream_that_contradicts_itself_says_why(read: Read) -> None:
    doubt = {"event": "contradiction", "check": "a", "evidence": "it says loaded after 'ran'"}
    _, checks = read(START, IMPORT, *BEGUN, LOADED, RAN, doubt, EXIT, END)
    assert checks["a"].contradiction == "it says loaded after 'ran'"
    assert checks["a"].exit is None


def test_record_that_was_too_long_is_an_error_of_a_loaded_model(read: Read) -> None:
    _, checks = read(START, IMPORT, *BEGUN, LOADED, {"event": "too-long", "check": "a"}, EXIT, END)
    assert checks["a"].loaded
    assert checks["a"].error is not None
    assert checks["a"].error.type == "UnreadableRecord"


def test_log_that_an_event_names_is_looked_for_in_its_folder(read: Read, tmp_path: Path) -> None:
    (tmp_path.parent / "secret.txt").write_text("a secret", encoding="utf-8")
    begun = {**BEGUN[0], "log": "../secret.txt"}
    _, checks = read(begun, {**EXIT, "code": None, "signal": 11})
    assert checks["a"].exit is not None
    assert checks["a"].exit.log == ""


DEEP = b'{"event": "ran", "check": "a", "calls": ' + b"[" * 10**5 + b"]" * 10**5 + b"}"


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"event": "loaded", "check": "a", "sec', id="cut-off"),
        pytest.param(b"[1, 2]", id="no-object"),
        pytest.param(b"\xff\xfe\x00{", id="no-text"),
        pytest.param(b'{"event": "loaded", "check": ["a"]}', id="check-is-a-list"),
        pytest.param(b'{"event": ["loaded"], "check": "a"}', id="event-is-a-list"),
        pytest.param(b'{"check": "a"}', id="no-event"),
        pytest.param(b'{"event": "stage", "check": "a", "stage": ["run"]}', id="stage-is-a-list"),
        pytest.param(b'{"event": "x", "check": "a", "y": "' + b"x" * 9 * 2**20 + b'"}', id="9-MB"),
        pytest.param(DEEP, id="deep"),
    ],
)
def test_junk_between_the_lines_is_passed_over(read: Read, junk: bytes) -> None:
    _, checks = read(START, IMPORT, *BEGUN, junk, LOADED, RAN, EXIT, END)
    assert checks["a"].loaded
    assert checks["a"].stage == "load"
    assert checks["a"].calls == (CallRecord(signature="s", outputs=()),)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({**LOADED, "seconds": "soon"}, id="seconds-are-a-text"),
        pytest.param({**LOADED, "seconds": 10**400}, id="seconds-are-huge"),
        pytest.param({**LOADED, "peak_mb": [1]}, id="memory-is-a-list"),
        pytest.param({**LOADED, "peak_mb": float("inf")}, id="memory-is-infinite"),
        pytest.param({**LOADED, "peak_mb": float("nan")}, id="memory-is-nan"),
        pytest.param({**RAN, "calls": {"a": 1}}, id="calls-are-an-object"),
        pytest.param({**RAN, "calls": [1, None]}, id="calls-are-numbers"),
        pytest.param({"event": "failed", "check": "a", "error": "no"}, id="error-is-a-text"),
        pytest.param({**EXIT, "killed": [2]}, id="killed-is-a-list"),
        pytest.param({**EXIT, "killed": {"kind": ["x"]}}, id="kind-is-a-list"),
        pytest.param({**EXIT, "code": [3]}, id="code-is-a-list"),
        pytest.param({**EXIT, "code": None, "signal": "SIGSEGV"}, id="signal-is-a-text"),
        pytest.param({**EXIT, "code": None, "signal": 10**30}, id="signal-is-huge"),
        pytest.param({**IMPORT, "environment": [], "seconds": None}, id="environment-is-a-list"),
    ],
)
def test_field_of_the_wrong_type_raises_nothing(read: Read, line: dict[str, Any]) -> None:
    _, checks = read(START, IMPORT, *BEGUN, line, END)
    assert "a" in checks


def test_numbers_json_does_not_have_stay_outside(read: Read) -> None:
    odd = {**RAN, "seconds": float("nan"), "calls": [{**CALL, "x": float("inf")}]}
    _, checks = read(START, IMPORT, *BEGUN, odd, EXIT, END)
    calls = [call.to_dict() for call in checks["a"].calls or ()]
    json.dumps([checks["a"].seconds, calls], allow_nan=False)
