"""Ctrl-C counts, even where a library swallows it: some do so while they are imported."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

_SEEN = threading.Event()


@contextlib.contextmanager
def remembered() -> Iterator[None]:
    """For the time of a run: an interrupt is an exception, as always, and is remembered."""
    _SEEN.clear()
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or not usual:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_again() -> None:
    """Raise the interrupt that came before, if one did.

    Raises:
        KeyboardInterrupt: the run shall end.
    """
    if _SEEN.is_set():
        raise KeyboardInterrupt


def _interrupt(_number: int, _frame: object) -> None:
    _SEEN.set()
    raise KeyboardInterrupt
