"""How a probe process ended: kind, time, memory, and the end of its output."""

from __future__ import annotations

import enum
import re
import signal
from dataclasses import dataclass
from typing import Any

# How the C++ side says why it gives up, before Python shows where.
_REASON = re.compile(r" F .*\.(cc|h):\d+\]|Check failed|terminate called|Assertion|free\(\)")
_FATAL = "Fatal Python error"


class ExitKind(enum.Enum):
    """Who ended a process: itself or the system, or this tool for what it took."""

    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    TOO_MUCH = "blocked"


@dataclass(frozen=True, kw_only=True)
class ProcessExit:
    """The death of a process.

    A crash has a `signal` (its name, such as `SIGSEGV`) or an exit `code`. What was killed by this
    tool has the `seconds` or the `megabytes` it took, or `excess` says what there was too much of.
    `log` is the end of its output.
    """

    kind: ExitKind = ExitKind.CRASHED
    signal: str | None = None
    code: int | None = None
    seconds: float | None = None
    megabytes: float | None = None
    log: str = ""
    excess: str = ""

    @classmethod
    def of_code(cls, code: int | None, log: str = "") -> ProcessExit:
        """The end of a process by its return code, which is the negative number of a signal."""
        if code is not None and code < 0:
            return cls(signal=_signal_name(-code), log=log)
        return cls(code=code, log=log)

    def to_dict(self) -> dict[str, Any]:
        """The exit as JSON values."""
        return {**self.__dict__, "kind": self.kind.value}

    @property
    def detail(self) -> str:
        """The signal or exit code, the seconds with their unit, or the MB with theirs."""
        if self.seconds is not None:
            return f"{self.seconds:g}s"
        if self.megabytes is not None:
            return f"{self.megabytes:g} MB"
        return self.signal or f"exit code {self.code}"

    @property
    def last_words(self) -> str:
        """The line of the log that says most about why; empty where there is none."""
        lines = [line for line in self.log.splitlines() if line.strip()]
        reasons = [line for line in lines if _REASON.search(line)]
        fatal = [line for line in lines if line.startswith(_FATAL)]
        return next(iter(reasons[-1:] or fatal[-1:] or lines[-1:]), "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
