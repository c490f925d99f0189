"""Work on the parts of a run in several processes, so that none holds more than one part."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from matrix.log import logger
from matrix.parts.part import PART_SIZE

_LOG = logger(__name__)
_T = TypeVar("_T")
Submit: TypeAlias = Callable[..., "Future[Any]"]
# A process takes about as long to start as a part takes here.
_WORTH_STARTING = 2 * PART_SIZE
_LINES = 10


@contextmanager
def processes(models: int) -> Iterator[Submit]:
    """Something that does the work on so many models, here or in processes if these are many."""
    workers = min(os.cpu_count() or 1, models // PART_SIZE)
    if models <= _WORTH_STARTING:
        yield _at_once
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield pool.submit


def _at_once(call: Callable[..., _T], *arguments: Any, **named: Any) -> Future[_T]:
    done: Future[_T] = Future()
    done.set_result(call(*arguments, **named))
    return done


def each(futures: Iterable[Future[_T]], message: str) -> list[_T]:
    """The results in order, with a line on how far it is from time to time.

    `message` is such as `Merged %d of %d parts.`
    """
    waiting = list(futures)
    found = []
    for number, future in enumerate(waiting, start=1):
        found.append(future.result())
        if len(waiting) >= _LINES and number % (len(waiting) // _LINES) == 0:
            _LOG.info(message, number, len(waiting))
    return found
