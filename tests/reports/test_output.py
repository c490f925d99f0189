"""What a call shows: results always, progress unless it is quiet, details when asked for."""

from __future__ import annotations

import ast
import errno
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from matrix.log import OUTPUT, logger, verbosity
from reports.jobs.exit_code import exit_code_of
from reports.output import echo, split_verbosity, tell_system_errors, within

ROOT = Path(__file__).resolve().parents[2]
LOG = logger("tests")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], (0, []), id="nothing"),
        pytest.param(["model", "-q"], (-1, ["model"]), id="quiet"),
        pytest.param(["--quiet", "model"], (-1, ["model"]), id="quiet-long"),
        pytest.param(["-v", "model"], (1, ["model"]), id="verbose"),
        pytest.param(["-v", "model", "--verbose"], (2, ["model"]), id="twice"),
        pytest.param(["-vv"], (2, []), id="together"),
        pytest.param(["-vvvv"], (2, []), id="more-than-there-is"),
        pytest.param(["-q", "-v"], (0, []), id="both"),
        pytest.param(["-", "-x", "--", "-q"], (0, ["-", "-x", "--", "-q"]), id="others-stay"),
    ],
)
def test_verbosity_is_read_from_anywhere_in_a_call(
    words: list[str], expected: tuple[int, list[str]]
) -> None:
    assert split_verbosity(words) == expected


def job(_: Sequence[str]) -> int:
    LOG.warning("careful")
    LOG.info("progress")
    LOG.debug("decided")
    LOG.log(OUTPUT, "written")
    echo("the result")
    return 0


@pytest.mark.parametrize(
    ("words", "out", "err"),
    [
        pytest.param([], "progress\nthe result\n", "careful\n", id="default"),
        pytest.param(["-q"], "the result\n", "careful\n", id="quiet"),
        pytest.param(["-v"], "progress\nthe result\n", "careful\ndecided\n", id="verbose"),
        pytest.param(["-vv"], "progress\nthe result\n", "careful\ndecided\nwritten\n", id="all"),
    ],
)
def test_each_level_shows_what_it_should(
    capsys: pytest.CaptureFixture[str], words: list[str], out: str, err: str
) -> None:
    assert exit_code_of(job, words) == 0
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == (out, err)


def test_log_is_as_it_was_after_a_job(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code_of(job, ["-vv"])
    exit_code_of(job, ["-q"])
    assert verbosity() == 0
    assert logging.getLogger("loadmatrix").handlers == []
    LOG.info("nobody listens")
    assert "nobody" not in capsys.readouterr().out


def test_level_of_the_job_is_known_to_who_starts_others() -> None:
    seen: list[int] = []

    def noting(_: Sequence[str]) -> int:
        seen.append(verbosity())
        return 0

    for words in ([], ["-q"], ["-v"], ["-vv"]):
        exit_code_of(noting, words)
    assert seen == [0, -1, 1, 2]


def test_nothing_but_echo_prints() -> None:
    printing = {
        path.relative_to(ROOT).as_posix()
        for room in ("matrix", "reports")
        for path in (ROOT / room).rglob("*.py")
        if any(_prints(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert printing == {"reports/output.py"}


def _prints(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="print")):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
            return True
    return False


def test_what_the_system_refuses_to_nox_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    tell_system_errors()
    sys.excepthook(OSError, OSError(errno.ENOSPC, "No space left on device"), None)
    assert capsys.readouterr().err.startswith("loadmatrix: A disk, perhaps that of temporary files")
    sys.excepthook(ZeroDivisionError, ZeroDivisionError("ours"), None)
    assert "ZeroDivisionError: ours" in capsys.readouterr().err


_PRINTS = """
from matrix.log import logger
from reports.jobs.exit_code import exit_code_of
from reports.output import echo

def job(_):
    for _ in range(3):
        FIRST
        SECOND
    echo("to the end", error=True)
    return 3

raise SystemExit(exit_code_of(job))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has another error for such a pipe")
@pytest.mark.parametrize(
    ("first", "second"),
    [("echo('x')", "logger('t').info('x')"), ("logger('t').info('x')", "echo('x')")],
    ids=["echo", "log"],
)
def test_reader_who_has_gone_ends_nothing(first: str, second: str) -> None:
    """`loadmatrix ... | head -1`: the job comes to its end, without a traceback for each line."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PRINTS.replace("FIRST", first).replace("SECOND", second)],
            cwd=ROOT,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (3, "to the end\n")


def test_lines_are_broken_between_words_and_never_inside() -> None:
    path = "/a-folder/that-is/longer-than-the-terminal"
    text = within(f"short\n  some words and then {path} at last", 24)
    assert text == f"short\n  some words and then\n      {path}\n      at last"
