"""What GitHub Actions reads of every job: commands in printed lines, outputs, why a job failed.

While models can print, commands are stopped. Apart from what is shown on GitHub of a report
(`reports/formats/github.py`), because every job begins here.
"""

from __future__ import annotations

import contextlib
import html
import os
import secrets
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path

from matrix.shown import on_lines
from reports.output import echo

# The word that lets commands through again, while they are stopped.
_STOPPED: ContextVar[str] = ContextVar("stopped", default="")
# GitHub reads commands from standard error too.
_ON_STDERR: ContextVar[bool] = ContextVar("on_stderr", default=False)


def is_here(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this run is a step of a workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


_TITLE = "Loadmatrix"
_MOST_TEXT = 2000


def command(kind: str, text: str) -> str:
    """The line that has GitHub show a text: an `error`, a `warning` or a `notice`.

    As the toolkit of GitHub escapes a message; the title is ours and needs none.
    """
    escaped = on_lines(text[:_MOST_TEXT]).replace("%", "%25").replace("\n", "%0A")
    return f"::{kind} title={_TITLE}::{escaped}"


def tell_failed(sentence: str) -> None:
    """Show on GitHub why a job has failed, where this is a step: who looks there sees no log."""
    if not is_here():
        return
    with commands_allowed():
        echo(command("error", sentence), error=_ON_STDERR.get())
    if name := os.environ.get("GITHUB_STEP_SUMMARY"):
        # As it stands: nothing in it is markup. An empty line would end the block.
        said = "\n".join(filter(None, html.escape(on_lines(sentence)).split("\n")))
        # The job has ended already: a summary that cannot be written is no other failure.
        with contextlib.suppress(OSError):
            _append(Path(name), f"<pre>❌ {said}</pre>\n\n")


def tell_outputs(values: Mapping[str, str]) -> None:
    """Give the next steps values by their names, where this is a step.

    Raises:
        OSError: they cannot be written.
    """
    name = os.environ.get("GITHUB_OUTPUT")
    if not is_here() or not name:
        return
    # A line is a value: what has more of them would be other values.
    lines = (f"{key}={value}\n" for key, value in values.items() if value.isprintable())
    _append(Path(name), "".join(lines))


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


@contextlib.contextmanager
def commands_stopped(prints_json: bool = False) -> Iterator[None]:
    """While models have a say in what is printed, no printed line is a command to GitHub.

    Where standard output is a document, it stays one: the lines for GitHub are on standard error.
    """
    if not is_here() or _STOPPED.get():
        yield
        return
    word = secrets.token_hex(16)
    place = _ON_STDERR.set(prints_json)
    _stop(word)
    before = _STOPPED.set(word)
    try:
        yield
    finally:
        _STOPPED.reset(before)
        _resume(word)
        _ON_STDERR.reset(place)


@contextlib.contextmanager
def commands_allowed() -> Iterator[None]:
    """For lines of our own, where commands are stopped."""
    word = _STOPPED.get()
    if word:
        _resume(word)
    yield
    if word:
        _stop(word)


def _stop(word: str) -> None:
    echo(f"::stop-commands::{word}", error=_ON_STDERR.get())


def _resume(word: str) -> None:
    echo(f"::{word}::", error=_ON_STDERR.get())
