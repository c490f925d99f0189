"""Locks of `multiprocessing` for a process that is alone.

Part of the probe (see `probe.py`): Python 3.7 syntax. Python makes them of files in a folder that
all processes share, where walls let nobody write. `multiprocessing.pool.ThreadPool`, which honest
code uses, asks for such a lock all the same: where no process can be started, one among threads
does the same.
"""

import contextlib
import importlib
import threading
from typing import Any, Optional

_RECURSIVE = 0


class SemLock:
    """What `_multiprocessing.SemLock` is, for the threads of this process."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, *_name: Any) -> None:
        self.kind, self.maxvalue = kind, maxvalue
        # Without a name nobody looks after a file of it.
        self.name = None
        self.handle = id(self)
        self._free = threading.Semaphore(value)
        self._owner: Optional[int] = None
        self._depth = 0

    def acquire(self, block: bool = True, timeout: Optional[float] = None) -> bool:
        if self.kind == _RECURSIVE and self._is_mine():
            self._depth += 1
            return True
        waits = None if timeout is None or not block else max(0.0, timeout)
        if not self._free.acquire(block, waits):
            return False
        self._owner = threading.get_ident()
        self._depth += 1
        return True

    def release(self) -> None:
        if self.kind == _RECURSIVE:
            if not self._is_mine():
                raise AssertionError("attempt to release recursive lock not owned by thread")
            if self._depth > 1:
                self._depth -= 1
                return
        elif self._get_value() >= self.maxvalue:
            raise ValueError("semaphore or lock released too many times")
        self._depth -= 1
        self._free.release()

    __enter__ = acquire

    def __exit__(self, *_error: object) -> None:
        self.release()

    def _count(self) -> int:
        return self._depth

    def _is_mine(self) -> bool:
        return self._depth > 0 and self._owner == threading.get_ident()

    def _get_value(self) -> int:
        return self._free._value  # noqa: SLF001 - there is no other way to ask

    def _is_zero(self) -> bool:
        return self._get_value() == 0

    def _after_fork(self) -> None:
        self._depth = 0


def use_threads() -> None:
    """From here on the locks of `multiprocessing` are those of this process."""
    with contextlib.suppress(ImportError):
        native: Any = importlib.import_module("_multiprocessing")
        native.SemLock = SemLock
