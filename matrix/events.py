"""Reads what a probe wrote: the one border where its lines become types.

What a probe writes is untrusted: a model runs in it. Lines that are no JSON, or whose fields have
the wrong type, are passed over; nothing here raises for them.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matrix.watchdog import Watch

_MOST_LINE = 8 * 2**20
_TAIL_LINES = 12
_LOADED, _NOT_LOADED = 0, 10


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a process died: `crashed`, `timed-out` or `out-of-memory`.

    `detail` is the signal or exit code, the seconds, or the MB. `log` is the end of its output.
    """

    verdict: str
    detail: str
    log: str


@dataclass(frozen=True, kw_only=True)
class ProbeRecord:
    """What a probe said of its environment; `imported` is `None` where it died before."""

    imported: bool | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    environment: Mapping[str, Any] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
    ending: Ending | None = None
    unsafe: bool = False
    ended: bool = False


@dataclass(frozen=True, kw_only=True)
class CheckRecord:
    """What a probe said of one check, and how its process ended."""

    stage: str = "load"
    loaded: bool = False
    seconds: float = 0.0
    peak_mb: int | None = None
    calls: tuple[Mapping[str, Any], ...] | None = None
    error: Mapping[str, Any] | None = None
    ending: Ending | None = None
    repeated: bool = False


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
            if not raw.strip() or len(raw) > _MOST_LINE:
                continue
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict):
                yield line


def _probe(lines: list[dict[str, Any]], watch: Watch, tail: str) -> ProbeRecord:
    imports = [line for line in lines if line.get("event") == "import"]
    ending = None if watch.code == 0 else _ending(watch.pid, watch.code, watch, tail)
    if not imports:
        return ProbeRecord(ending=ending)
    first = imports[0]
    return ProbeRecord(
        imported=first.get("ok") is True,
        seconds=_number(first, "seconds"),
        cpu_seconds=_number(first, "cpu_seconds"),
        environment=_mapping(first, "environment") or {},
        error=_mapping(first, "error"),
        ending=ending,
        unsafe=any(line.get("event") == "unsafe" for line in lines),
        ended=any(line.get("event") == "end" for line in lines),
    )


def _check(name: str, lines: list[dict[str, Any]], watch: Watch, tail: str) -> CheckRecord:
    record: dict[str, Any] = {}
    ending = None
    finished = False
    for line in lines:
        event = line.get("event")
        if event == "stage" and line.get("stage") in ("load", "run"):
            record["stage"] = line["stage"]
        if event in ("loaded", "ran", "failed"):
            record["seconds"] = _number(line, "seconds")
            record["peak_mb"] = int(_number(line, "peak_mb")) or None
            record["loaded"] = record.get("loaded", False) or event != "failed"
            finished = event != "loaded"
        if event == "ran" and isinstance(calls := line.get("calls"), list):
            record["calls"] = tuple(call for call in calls if isinstance(call, dict))
        if event == "failed":
            record["error"] = _mapping(line, "error")
        if event == "exit" and line.get("code") not in (_LOADED, _NOT_LOADED):
            code = line["signal"] and -line["signal"] if line.get("signal") else line.get("code")
            ending = _ending(line.get("pid"), code, watch, _part_of(tail, name))
    if ending is None and not finished:
        # Not forked, or the process that forks died as well.
        ending = _ending(watch.pid, watch.code, watch, _part_of(tail, name))
    return CheckRecord(**record, ending=ending)


def _ending(pid: Any, code: Any, watch: Watch, tail: str) -> Ending:
    shown = "\n".join(tail.strip().splitlines()[-_TAIL_LINES:])
    if pid in watch.killed:
        killed = watch.killed[pid]
        unit = "s" if killed.verdict == "timed-out" else " MB"
        return Ending(verdict=killed.verdict, detail=f"{killed.amount:g}{unit}", log=shown)
    return Ending(verdict="crashed", detail=_exit_name(code), log=shown)


def _exit_name(code: Any) -> str:
    if isinstance(code, int) and code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"


def _part_of(tail: str, check: str) -> str:
    """The output since a check began."""
    _, found, after = tail.rpartition(f"probe: check={check} stage=load")
    return after.split("\nprobe: check=")[0] if not found else found + after


def _number(line: Mapping[str, Any], key: str) -> float:
    value = line.get(key)
    return float(value) if isinstance(value, int | float) else 0.0


def _mapping(line: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    value = line.get(key)
    return value if isinstance(value, dict) else None
