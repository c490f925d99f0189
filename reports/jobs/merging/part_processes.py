"""Work on the parts of a run in several processes, so that none holds more than one part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from matrix.log import WarnedOnce, logger
from matrix.parts.part import PART_SIZE
from matrix.parts.pool import Pool, default_processes

_LOG = logger(__name__)
_T = TypeVar("_T")
# A process takes about as long to start as a part takes here.
_WORTH_STARTING = 2 * PART_SIZE
_LINES = 10


class Processes:
    """Does tasks in the processes of a pool, or here where there is none."""

    def __init__(self, pool: Pool | None) -> None:
        self._pool = pool
        self._warnings = WarnedOnce(_LOG)

    def each(self, tasks: Sequence[Callable[[], _T]], message: str) -> list[_T | None]:
        """What the tasks give, in their order; `None` where a process died twice.

        `message` says from time to time how far it is, such as `Merged %d of %d parts.`

        Raises:
            LoadmatrixError: what a task raised.
        """
        found: dict[int, _T | None] = {}
        for number, value in self._done(tasks):
            found[number] = value
            if len(tasks) >= _LINES and len(found) % (len(tasks) // _LINES) == 0:
                _LOG.info(message, len(found), len(tasks))
        return [found[number] for number in range(len(tasks))]

    def _done(self, tasks: Sequence[Callable[[], _T]]) -> Iterator[tuple[int, _T | None]]:
        if self._pool is None:
            yield from ((number, task()) for number, task in enumerate(tasks))
            return
        for number, done in self._pool.each(tasks):
            self._warnings.warn(done.warnings)
            yield number, done.value


@contextmanager
def processes(models: int) -> Iterator[Processes]:
    """What does the work on so many models: other processes if these are many."""
    if models <= _WORTH_STARTING:
        yield Processes(None)
        return
    with Pool(min(default_processes(), -(-models // PART_SIZE))) as pool:
        yield Processes(pool)
