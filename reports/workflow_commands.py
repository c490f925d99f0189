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


def is_here(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this run is a step of a workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


@contextlib.contextmanager
def commands_stopped() -> Iterator[None]:
    """While models have a say in what is printed, no printed line is a command to GitHub."""
    if not is_here() or _STOPPED.get():
        yield
        return
    word = secrets.token_hex(16)
    _stop(word)
    before = _STOPPED.set(word)
    try:
        yield
    finally:
        _STOPPED.reset(before)
        _resume(word)


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
    echo(f"::stop-commands::{word}")


def _resume(word: str) -> None:
    echo(f"::{word}::")
