"""Processes for what is done part by part: inspection, plans and reports take no memory here.

They are started anew and not forked, so that each imports only what it needs, and they end with
the process that they belong to, however that ends.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import wait as wait_for
from types import TracebackType
from typing import Generic, Self, TypeVar

from matrix.log import NAME
from matrix.machine import cores, free_memory

_Value = TypeVar("_Value")
# What one process takes that holds the plan of a part.
_TYPICAL_MB = 200
# Short enough for Ctrl-C to be noticed.
_POLL_SECONDS = 0.5
# So many tasks for each process are begun before the first of them is handed on.
_AHEAD = 4
# How long a process may take to end that was told to.
_PATIENCE_SECONDS = 5.0


def default_processes() -> int:
    """As many processes as cores and memory allow."""
    return max(1, min(cores(), free_memory() // (_TYPICAL_MB * 2**20)))


@dataclass(frozen=True, kw_only=True)
class Done(Generic[_Value]):
    """What a task gave; `None` where its process died. `warnings` are what it logged as such."""

    value: _Value | None
    warnings: tuple[str, ...] = ()


class Pool:
    """Some processes that tasks are given to. Tasks and what they give must be small values."""

    def __init__(self, processes: int) -> None:
        self._count = processes
        self._others = set(multiprocessing.active_children())
        self._processes = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            own = set(multiprocessing.active_children()) - self._others
            for process in own:
                process.terminate()
            for process in own:
                process.join(_PATIENCE_SECONDS)
        # Waits for a thread, too: one that is left to the end of Python has its pipes closed.
        self._processes.shutdown(cancel_futures=True)

    def submit(self, task: Callable[[], _Value]) -> Future[Done[_Value]]:
        """Have a task done; it is a function that can be pickled, with its arguments."""
        try:
            return _submitted(self._processes, task)
        except BrokenProcessPool:
            # The death of one process ends all that belong to it.
            self._processes = self._started()
            return _submitted(self._processes, task)

    def each(self, tasks: Iterable[Callable[[], _Value]]) -> Iterator[tuple[int, Done[_Value]]]:
        """What tasks give, as they end, each with its number from 0.

        A task whose process died is given once more to a process of its own, and so is what other
        processes did at that moment: the death of one ends them. What had not begun is not begun
        before a process is free, so that no death concerns it.

        Raises:
            LoadmatrixError: what the first task raised that failed.
        """
        every = list(tasks)
        waiting = deque(range(len(every)))
        open_: dict[Future[Done[_Value]], int] = {}
        again: list[int] = []
        while waiting or open_:
            while waiting and len(open_) < self._count:
                number = waiting.popleft()
                open_[self.submit(every[number])] = number
            ended, _ = wait(open_, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in ended:
                number = open_.pop(future)
                try:
                    done = future.result()
                except BrokenProcessPool:
                    again.append(number)
                else:
                    yield number, done
        for number in sorted(again):
            yield number, self.alone(every[number])

    def in_order(self, tasks: Iterable[Callable[[], _Value]]) -> Iterator[Done[_Value]]:
        """What tasks give, in their order, as soon as all before them have ended.

        Only a few are begun ahead, so that little is kept of those that wait for a slower one. A
        task whose process died is given once more to a process of its own.

        Raises:
            LoadmatrixError: what the first task raised that failed.
        """
        begun: deque[tuple[Callable[[], _Value], Future[Done[_Value]]]] = deque()
        for task in tasks:
            begun.append((task, self.submit(task)))
            if len(begun) > _AHEAD * self._count:
                yield self._ended(*begun.popleft())
        while begun:
            yield self._ended(*begun.popleft())

    def _ended(self, task: Callable[[], _Value], future: Future[Done[_Value]]) -> Done[_Value]:
        while not wait((future,), timeout=_POLL_SECONDS).done:
            pass
        try:
            return future.result()
        except BrokenProcessPool:
            return self.alone(task)

    def alone(self, task: Callable[[], _Value]) -> Done[_Value]:
        """What a task gives in a process of its own; nothing where that dies."""
        with Pool(1) as pool:
            try:
                return pool.submit(task).result()
            except BrokenProcessPool:
                return Done(value=None)

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=self._count,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(os.getpid(),),
        )


def _submitted(processes: ProcessPoolExecutor, task: Callable[[], _Value]) -> Future[Done[_Value]]:
    with _uninterrupted_start():
        return processes.submit(_told, task)


@contextlib.contextmanager
def _uninterrupted_start() -> Iterator[None]:
    """Have processes that start meanwhile never see Ctrl-C, not even before `_begin`.

    A terminal interrupts all of them; the parent, which sees it a moment later, decides what
    becomes of them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It would let the signal through again if it were started here.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(parent: int) -> None:
    """What every process does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, which may have been killed."""
    process = multiprocessing.parent_process()
    if process is not None and process.pid == parent:
        wait_for([process.sentinel])
        os._exit(1)


class _Warnings(logging.Handler):
    """Keeps what is logged as a warning: only the parent has somebody to tell."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


def _told(task: Callable[[], _Value]) -> Done[_Value]:
    root, warnings = logging.getLogger(NAME), _Warnings()
    root.addHandler(warnings)
    root.propagate = False
    try:
        value = task()
    finally:
        root.removeHandler(warnings)
    return Done(value=value, warnings=tuple(dict.fromkeys(warnings.told)))
