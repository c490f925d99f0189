"""Shows a run while it runs: a board where a person watches a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from matrix.log import logger, verbosity
from matrix.plan.plan import Plan
from matrix.run.processes import termination_raises
from matrix.run.store import Store
from reports.output import streams
from reports.progress.lines import Lines, clock
from reports.progress.watch import Watch

_LOG = logger(__name__)
# Often enough for the eye; a look at 30 cells takes about a millisecond.
_LOOK_SECONDS = 0.2


@contextlib.contextmanager
def shown(plan: Plan, left: Sequence[str], store: Store) -> Iterator[None]:
    """For the time in which `left` are run, the cells of a plan that are not done yet.

    Whatever goes wrong while it shows something, the run goes on.
    """
    if verbosity() < 0 or not left:
        yield
        return
    watch = Watch.of(plan, left, store)
    with termination_raises(), _on_a_board(watch) if wants_board() else _as_lines(watch):
        yield


@contextlib.contextmanager
def _as_lines(watch: Watch) -> Iterator[None]:
    lines = Lines(watch=watch)

    def look() -> None:
        for line in lines.next():
            _LOG.info("%s", line)
        _warn(watch)

    with again_and_again(look):
        yield


@contextlib.contextmanager
def _on_a_board(watch: Watch) -> Iterator[None]:
    # Here, because only who watches a terminal needs it.
    from reports.progress.board import Board
    from reports.progress.live import Screen

    screen = Screen(Board(watch=watch))

    def look() -> None:
        if watch.look() or screen.is_old:
            screen.refresh()
        _warn(watch)

    with screen.used(), again_and_again(look):
        yield
    _LOG.info("%d of %d cells done in %s.", watch.done, watch.total, clock(watch.elapsed))


def _warn(watch: Watch) -> None:
    for sentence in watch.warnings():
        _LOG.warning("%s", sentence)


@contextlib.contextmanager
def again_and_again(look: Callable[[], None], seconds: float = _LOOK_SECONDS) -> Iterator[None]:
    """Look every moment in a thread of its own, and once more at the end."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(seconds):
            _safely(look)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _safely(look)


def _safely(look: Callable[[], None]) -> None:
    """A bug of ours, or a terminal that is gone, ends no run."""
    try:
        look()
    except Exception as error:  # noqa: BLE001 - what is shown is no part of the results
        _LOG.debug("progress cannot be shown: %r", error)


def wants_board(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a person watches a terminal that can move its cursor."""
    dumb = environment.get("TERM", "") in {"dumb", "unknown"}
    return streams()[0].isatty() and not dumb and not environment.get("CI") and verbosity() == 0
