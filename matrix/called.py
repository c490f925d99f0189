"""How a job was called: as a session of nox or with the command. Messages speak in its words."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

COMMAND = "loadmatrix"
_DEFAULT = "matrix"
# Of the process and not of a context: threads tell of the same call. A number, because threads of
# one program may call side by side, and the first that ends is not the last.
_calls = {"by command": 0}
_counting = threading.Lock()


@contextlib.contextmanager
def by_command() -> Iterator[None]:
    """For the time of a call of the command; everything else is a session of nox."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


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


def _count(more: int) -> None:
    with _counting:
        _calls["by command"] += more
