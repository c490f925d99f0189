"""Stops the commands that GitHub Actions reads from printed lines, while models can print.

Apart from what is shown on GitHub (`reports/formats/github.py`), because every job begins here.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

from reports.output import echo

# The word that lets commands through again, while they are stopped.
_STOPPED: ContextVar[str] = ContextVar("stopped", default="")
# GitHub reads commands from standard error too.
_ON_STDERR: ContextVar[bool] = ContextVar("on_stderr", default=False)


def is_here(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this run is a step of a workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


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
