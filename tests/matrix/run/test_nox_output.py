"""The output of nox is kept, whatever becomes of the file, and shown where somebody asks for it."""

from __future__ import annotations

import io
import logging
import os
from pathlib import Path

import pytest

from matrix.log import NAME
from matrix.run.workers.nox_output import kept, last_lines


def test_output_is_appended(tmp_path: Path) -> None:
    log = tmp_path / "results" / "nox.log"
    for text in (b"one\ntwo\n", b"three"):
        with kept(io.BytesIO(text), log):
            pass
    assert log.read_bytes() == b"one\ntwo\nthree"


def test_file_that_cannot_be_written_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A machine may be busy: it is read to its end here, however long that takes.
    monkeypatch.setattr("matrix.run.workers.nox_output._REST_SECONDS", 60)
    caplog.set_level(logging.DEBUG, NAME)
    log = tmp_path / "nox.log"
    log.mkdir()
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as output, kept(output, log), os.fdopen(writing, "wb") as nox:
        # More than a pipe holds: somebody reads it.
        nox.write(b"line\n" * 20_000)
    assert caplog.messages.count("line") == 20_000


def test_pipe_that_an_orphan_keeps_open_does_not_hold_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matrix.run.workers.nox_output._REST_SECONDS", 0.1)
    reading, writing = os.pipe()
    with kept(os.fdopen(reading, "rb"), tmp_path / "nox.log"):
        os.write(writing, b"said\n")
    assert last_lines(tmp_path / "nox.log") == "\n    said"
    os.close(writing)


def test_last_lines_are_those_that_say_something(tmp_path: Path) -> None:
    log = tmp_path / "nox.log"
    log.write_bytes(
        b"x" * 100_000 + b"\n" + b"\n\n".join(b"%d" % n for n in range(20)) + b"\n\xff\n"
    )
    assert last_lines(log, 3) == "\n    18\n    19\n    \N{REPLACEMENT CHARACTER}"
    assert last_lines(tmp_path / "absent") == ""
