"""Reads the events of a probe and turns its lines into types.

What a probe writes is untrusted: a model runs in it. Lines that are no JSON, or whose fields have
the wrong type, are passed over; nothing here raises for them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matrix.run.probe_output import sanitize
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import (
    NOT_ISOLATED,
    NOTHING_KNOWN,
    CallRecord,
    EnvironmentRecord,
    ErrorRecord,
    IsolationRecord,
    Refusal,
)
from matrix.run.processes import Watch

_MOST_LINE = 8 * 2**20
_TAIL_LINES = 12
# What a forked check exits with.
_LOADED, _NOT_LOADED = 20, 10
_UNREADABLE = ErrorRecord(type="UnreadableRecord", message="its record is too large")


@dataclass(frozen=True, kw_only=True)
class ProbeRecord:
    """What a probe said of its environment; `imported` is `None` where it died before."""

    imported: bool | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    environment: EnvironmentRecord = NOTHING_KNOWN
    error: ErrorRecord | None = None
    exit: ProcessExit | None = None
    unsafe: bool = False
    ended: bool = False
    isolation: IsolationRecord = NOT_ISOLATED


@dataclass(frozen=True, kw_only=True)
class CheckRecord:
    """What a probe said of one check, and how its process ended.

    `stored` is the file with its large outputs, in the folder of the cell. `contradiction` says
    what in its stream cannot be: then nothing of it is believed. `refused` is what a wall refused,
    if that decided how the check ended.
    """

    stage: str = "load"
    loaded: bool = False
    seconds: float = 0.0
    peak_mb: int | None = None
    calls: tuple[CallRecord, ...] | None = None
    error: ErrorRecord | None = None
    exit: ProcessExit | None = None
    repeated: bool = False
    stored: str | None = None
    contradiction: str = ""
    refused: tuple[Refusal, ...] = ()


def read_events(
    events: Path, log: Path, watch: Watch
) -> tuple[ProbeRecord, dict[str, CheckRecord]]:
    """The records of one probe process; `watch` tells how it ended."""
    lines = list(_lines(events))
    tail = log.read_bytes()[-_MOST_LINE:].decode("utf-8", "replace") if log.exists() else ""
    by_check: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        if isinstance(name := line.get("check"), str):
            by_check.setdefault(name, []).append(line)
    checks = {name: _check(name, some, watch, tail) for name, some in by_check.items()}
    return _probe(lines, watch, tail), checks


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            if raw.strip() and len(raw) <= _MOST_LINE and (line := sanitize.parsed(raw)):
                yield line


def _probe(lines: list[dict[str, Any]], watch: Watch, tail: str) -> ProbeRecord:
    imports = [line for line in lines if line.get("event") == "import"]
    died = None if watch.code == 0 else _exit(watch.pid, watch.code, watch, tail)
    if not imports:
        return ProbeRecord(exit=died)
    first = imports[0]
    return ProbeRecord(
        imported=first.get("ok") is True,
        seconds=sanitize.finite_number(first.get("seconds")),
        cpu_seconds=sanitize.finite_number(first.get("cpu_seconds")),
        environment=sanitize.environment(first.get("environment")),
        error=sanitize.error(first.get("error")),
        exit=died,
        unsafe=any(line.get("event") == "unsafe" for line in lines),
        ended=any(line.get("event") == "end" for line in lines),
    )


def _check(name: str, lines: list[dict[str, Any]], watch: Watch, tail: str) -> CheckRecord:
    record = functools.reduce(_after, lines, CheckRecord())
    answered = any(line.get("event") in ("ran", "failed") for line in lines)
    ends = [line for line in lines if line.get("event") == "exit"]
    if died := [line for line in ends if line.get("code") not in (_LOADED, _NOT_LOADED)]:
        number, code = died[-1].get("signal"), died[-1].get("code")
        code = -number if isinstance(number, int) else code
        return replace(record, exit=_exit(died[-1].get("pid"), code, watch, _part_of(tail, name)))
    if ends and not answered:
        # It ended well, but what it said of its outputs could not be read.
        return replace(record, loaded=ends[-1].get("code") == _LOADED, error=_UNREADABLE)
    if not answered:
        # Not forked, or the process that forks died as well.
        return replace(record, exit=_exit(watch.pid, watch.code, watch, _part_of(tail, name)))
    return record


def _after(record: CheckRecord, line: dict[str, Any]) -> CheckRecord:
    """The record with what one more line says."""
    event, stage = line.get("event"), line.get("stage")
    if event == "stage" and stage in ("import", "load", "run"):
        return replace(record, stage=stage)
    if event not in ("loaded", "ran", "failed"):
        return record
    record = replace(
        record,
        seconds=sanitize.finite_number(line.get("seconds")),
        peak_mb=int(sanitize.finite_number(line.get("peak_mb"))) or None,
        loaded=record.loaded or event != "failed",
    )
    if event == "ran":
        return replace(record, calls=sanitize.calls(line.get("calls")))
    return replace(record, error=sanitize.error(line.get("error"))) if event == "failed" else record


def _exit(pid: Any, code: Any, watch: Watch, tail: str) -> ProcessExit:
    shown = "\n".join(_last_words(tail.strip().splitlines()))
    if isinstance(pid, int) and pid in watch.killed:
        return replace(watch.killed[pid], log=shown)
    return ProcessExit.of_code(code if isinstance(code, int) else None, log=shown)


def _last_words(lines: list[str]) -> list[str]:
    """The end of the output; where Python showed its stack, what was said before that."""
    fatal = [n for n, line in enumerate(lines) if line.startswith("Fatal Python error")]
    end = fatal[-1] + _TAIL_LINES // 2 if fatal else len(lines)
    return lines[max(0, end - _TAIL_LINES) : end]


def _part_of(tail: str, check: str) -> str:
    """The output since a check began."""
    _, mark, after = tail.rpartition(f"probe: check={check} stage=load")
    return mark + re.split(r"\nprobe: check=.* stage=load", after)[0] if mark else after
