"""How a job was called: as a session of nox or with the command. Messages speak in its words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

COMMAND = "loadmatrix"
_DEFAULT = "matrix"
# Of the process and not of a context: threads tell of the same call.
_calls = {"by command": False}


@contextlib.contextmanager
def by_command() -> Iterator[None]:
    """For the time of a call of the command; everything else is a session of nox."""
    before = _calls["by command"]
    _calls["by command"] = True
    try:
        yield
    finally:
        _calls["by command"] = before


def call_of_cell(cell: str, words: str) -> str:
    """A call that tests models in one cell."""
    if _calls["by command"]:
        return call("probe", f"{cell} {words}")
    return f'nox -s "probe({cell})" -- {words}'.strip()


def call(session: str, words: str = "") -> str:
    """A call of a session with words behind it, as who called this one would write it."""
    if not _calls["by command"]:
        return f"nox -s {session} -- {words}".strip()
    name = COMMAND if session == _DEFAULT and words else f"{COMMAND} {session}"
    return f"{name} {words}".strip()
