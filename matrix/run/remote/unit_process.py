"""A process that performs units, one after the other, for a worker of an engine.

The worker itself runs nothing of a model: it may have several threads, and its engine may kill it.
This process can be ended at any time with all that it has started, and ends by itself when its
worker is gone.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import psutil

from matrix.run.keeping.children import below
from matrix.run.keeping.orphans import told
from matrix.run.processes import kill_tree
from matrix.run.remote.messages import receive, send
from matrix.run.remote.unit import SharedValue, Unit, UnitResult

_ROOT = Path(__file__).resolve().parents[3]
_POLL_SECONDS = 0.2
# Time to end the probes and to remove their folders.
_GRACE_SECONDS = 8


class Unwanted(Exception):
    """Nobody waits for the result of a unit any more: what ran for it was ended."""


class ProcessLost(Exception):
    """The process ended before its unit did: it was killed, or the machine had no memory left."""


class UnitProcess:
    """Starts the process when it is first needed, and again where it was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._has = ""

    def perform(self, unit: Unit, shared: SharedValue, wanted: Callable[[], bool]) -> UnitResult:
        """The result of a unit; `wanted` is asked a few times a second whether to go on.

        Raises:
            Unwanted: it is not wanted any more.
            ProcessLost: the process was killed.
        """
        process = self._started()
        assert process.stdin is not None
        seen: dict[int, float] = {}
        try:
            send(process.stdin, (unit, shared if self._has != shared.digest else None))
            self._has = shared.digest
            result = self._result(process.pid, wanted, seen)
        except OSError:
            result = None
        except BaseException:
            self.stop()
            raise
        if result is None:
            self._gone(seen)
            raise ProcessLost
        return result

    def _result(
        self, process: int, wanted: Callable[[], bool], seen: dict[int, float]
    ) -> UnitResult | None:
        """What the process says, `None` where it is gone; `seen` is filled with what it starts.

        Raises:
            Unwanted: it is not wanted any more.
        """
        while wanted():
            with contextlib.suppress(queue.Empty):
                result = self._results.get(timeout=_POLL_SECONDS)
                return result if isinstance(result, UnitResult) else None
            seen |= _begun_at(process)
        raise Unwanted

    def stop(self) -> None:
        """End the process with everything that it has started."""
        process, self._process, self._has = self._process, None, ""
        if process is None:
            return
        process.terminate()
        if process.stdin:
            with contextlib.suppress(OSError):
                process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
        kill_tree(process.pid)
        process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._has, self._results = "", queue.SimpleQueue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "matrix.run.remote.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            # An interrupt in a terminal is for the run, which says here what shall end.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        reading = (self._process.stdout, self._results)
        threading.Thread(target=_read, args=reading, daemon=True).start()
        return self._process

    def _gone(self, seen: Mapping[int, float]) -> None:
        """Take leave of a process that was killed, and kill what it had started."""
        for process, begun in seen.items():
            with contextlib.suppress(psutil.Error):
                left = psutil.Process(process)
                # Another process may have its number by now.
                if left.create_time() == begun:
                    kill_tree(process)
        self.stop()


def _read(pipe: IO[bytes], results: queue.SimpleQueue[Any]) -> None:
    with pipe:
        try:
            while True:
                results.put(receive(pipe))
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no other result
            results.put(error)


def _begun_at(process: int) -> dict[int, float]:
    """When each process below one has begun."""
    begun = {}
    for each in below(process):
        with contextlib.suppress(psutil.Error):
            begun[each] = psutil.Process(each).create_time()
    return begun


def _environment() -> dict[str, str]:
    # Our packages need not be installed, and no folder of the caller may be taken for one of them.
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHONDONTWRITE")}
    return {**kept, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", **told(1)}
