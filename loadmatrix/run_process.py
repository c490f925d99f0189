"""Runs the main job in a process of its own, so that nothing of it touches the caller's.

A run takes signals, adopts and ends orphans, and may start processes that import the main module
again: none of that is for a notebook or the process of a test.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from matrix.errors import LoadmatrixError
from matrix.options.options import Options
from matrix.run.keeping.orphans import told
from matrix.run.processes import kill_tree
from matrix.run.workers.nox_output import last_lines
from reports.jobs.python.answers import Answer, answer_in, ask

_CHILD = Path(__file__).with_name("run_child.py")
_POLL_SECONDS = 0.1
# A run that is interrupted writes its report first.
_GRACE_SECONDS = 60


def run_apart(options: Options, *, progress: bool) -> Answer:
    """Do the main job, and print what it prints with `progress`.

    Raises:
        LoadmatrixError: its process ended without an answer.
    """
    with tempfile.TemporaryDirectory(prefix="loadmatrix-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        # The working folder of the child, in which nothing is configured.
        (place / "empty").mkdir()
        ask(options, place)
        output = place / "output"
        with _started(place, output, progress=progress) as process, output.open("rb") as said:
            shown = _Shown(said, sys.stdout) if progress and not _has_terminal() else None
            while process.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL_SECONDS)
                if shown:
                    shown.look()
        if answer := answer_in(place):
            return answer
        raise LoadmatrixError(
            f"The process of the run ended with exit code {process.returncode} before it had an "
            f"answer. The end of its output:{last_lines(output) or ' nothing'}"
        )


@contextlib.contextmanager
def _started(place: Path, output: Path, *, progress: bool) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a run, which ends with this block: whatever ends it first interrupts the run.

    In a group of its own: an interrupt of the terminal comes to the caller alone, who passes it on
    once, wherever it came from.
    """
    if not sys.executable:
        raise LoadmatrixError("This program does not say where its Python is, which a run needs.")
    with output.open("wb") as file:
        shown = None if progress and _has_terminal() else file
        process = subprocess.Popen(
            # -P: what lies beside the script is not on the path.
            [sys.executable, "-P", str(_CHILD), str(place)],
            cwd=place / "empty",
            env=_environment(progress=progress),
            stdin=subprocess.DEVNULL,
            stdout=shown,
            stderr=shown and subprocess.STDOUT,
            process_group=None if sys.platform == "win32" else 0,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            _stop(process)


def _environment(*, progress: bool) -> dict[str, str]:
    # The caller tells a workflow of GitHub what it wants to tell, unless everything is printed.
    github = () if progress else ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")
    kept = {name: value for name, value in os.environ.items() if name not in github}
    return {**kept, "PYTHONIOENCODING": "utf-8:backslashreplace", **told(1)}


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Interrupt a run, and end it where it does not end; a second interrupt ends it at once."""
    try:
        # On Windows the interrupt of a console has come to it already.
        if sys.platform != "win32":
            process.send_signal(signal.SIGINT)
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        kill_tree(process.pid)
        process.wait()


def _has_terminal() -> bool:
    """Whether what a child prints comes to the same terminal as what this process prints."""
    try:
        return sys.stdout.isatty() and sys.stdout.fileno() == 1
    except (OSError, ValueError):
        return False


class _Shown:
    """Prints what is written into a file, as it grows: to wherever Python prints here."""

    def __init__(self, file: BinaryIO, stream: TextIO) -> None:
        self._file = file
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def look(self) -> None:
        """Print what is new."""
        if text := self._decoder.decode(self._file.read()):
            self._stream.write(text)
            self._stream.flush()
