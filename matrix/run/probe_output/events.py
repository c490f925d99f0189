"""Reads the events of a probe and turns its lines into types.

The lines were written by this tool, but most of what they say comes from processes in which a model
ran. Lines that are no JSON, or whose fields have the wrong type, are passed over; nothing here
raises for them.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
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
from matrix.stored_files import opened_plain, plain_bytes

_MOST_LINE = 8 * 2**20
_MOST_EVENTS = 2**30
_MOST_LOG = 2**20
_TAIL_LINES = 12
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

    `without_objects`: it loaded although the caller's own Python could not be imported there.
    `stored` is the file with its large outputs, in the folder of the cell. `contradiction` says
    what in its stream cannot be: then nothing of it is believed. `refused` is what a wall refused,
    if that decided how the check ended.
    """

    stage: str = "load"
    loaded: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_mb: int | None = None
    calls: tuple[CallRecord, ...] | None = None
    error: ErrorRecord | None = None
    exit: ProcessExit | None = None
    repeated: bool = False
    without_objects: bool = False
    stored: str | None = None
    contradiction: str = ""
    refused: tuple[Refusal, ...] = ()

    @property
    def believed_loaded(self) -> bool:
        """Whether the model was loaded, if anything of the stream is believed."""
        return self.loaded and not self.contradiction

    @property
    def fed_files(self) -> dict[str, str]:
        """The file that each signature was fed at last, by the name of the signature."""
        return {call.signature: call.file for call in self.calls or () if call.file}


def read_events(folder: Path) -> tuple[ProbeRecord, dict[str, CheckRecord]]:
    """The records of one probe process, from the folder with its events and logs."""
    lines = list(_lines(folder / "events.jsonl"))
    by_check: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        if isinstance(name := line.get("check"), str):
            by_check.setdefault(name, []).append(line)
    own = [line for line in lines if "check" not in line]
    death = _death(own, folder)
    checks = {name: _check(some, death, folder) for name, some in by_check.items()}
    return _probe(own, death), checks


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with contextlib.suppress(OSError), opened_plain(path, _MOST_EVENTS) as file:
        for raw in file:
            if raw.strip() and len(raw) <= _MOST_LINE and (line := sanitize.parsed(raw)):
                yield line


def _death(lines: list[dict[str, Any]], folder: Path) -> ProcessExit | None:
    """How the process of a probe died, `None` where it ended well."""
    ends = [line for line in lines if line.get("event") == "exit"]
    if ends and ends[-1].get("code") == 0 and not ends[-1].get("killed"):
        return None
    return _exit(ends[-1] if ends else {}, _tail(folder / "log.txt"))


def _probe(lines: list[dict[str, Any]], death: ProcessExit | None) -> ProbeRecord:
    by_event = {line.get("event"): line for line in reversed(lines) if _is_text(line.get("event"))}
    isolation = sanitize.isolation(by_event.get("walls"))
    first = by_event.get("import")
    if first is None:
        return ProbeRecord(exit=death, isolation=isolation)
    return ProbeRecord(
        imported=first.get("ok") is True,
        seconds=sanitize.finite_number(first.get("seconds")),
        cpu_seconds=sanitize.finite_number(first.get("cpu_seconds")),
        environment=sanitize.environment(first.get("environment")),
        error=sanitize.error(first.get("error")),
        exit=death,
        unsafe="unsafe" in by_event,
        ended="end" in by_event,
        isolation=isolation,
    )


def _check(lines: list[dict[str, Any]], death: ProcessExit | None, folder: Path) -> CheckRecord:
    record = functools.reduce(_after, lines, CheckRecord())
    by_event = {line.get("event"): line for line in lines if _is_text(line.get("event"))}
    log = str(by_event.get("check", {}).get("log"))
    end = by_event.get("exit")
    if record.contradiction:
        return record
    if end and (end.get("code") != 0 or end.get("killed")):
        return replace(record, exit=_exit(end, _tail(folder / Path(log).name)))
    if record.calls is not None or record.error is not None:
        return record
    if "too-long" in by_event:
        # It ended well, but what it said of its outputs could not be read.
        return replace(record, error=_UNREADABLE)
    if end:
        return replace(record, exit=_exit(end, _tail(folder / Path(log).name)))
    # Not forked, or the process that forks died as well.
    return replace(record, exit=death or ProcessExit.of_code(0, _shown(_tail(folder / "log.txt"))))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _tail(log: Path) -> str:
    try:
        return plain_bytes(log)[-_MOST_LOG:].decode("utf-8", "replace")
    except OSError:
        return ""


def _after(record: CheckRecord, line: dict[str, Any]) -> CheckRecord:
    """The record with what one more line says."""
    event, stage = line.get("event"), line.get("stage")
    if event == "contradiction":
        return replace(record, contradiction=sanitize.text(line.get("evidence")))
    if event == "stage" and stage in ("import", "load", "run"):
        return replace(record, stage=stage)
    if event not in ("loaded", "ran", "failed"):
        return record
    record = replace(
        record,
        seconds=sanitize.finite_number(line.get("seconds")),
        cpu_seconds=sanitize.finite_number(line.get("cpu_seconds")),
        peak_mb=int(sanitize.finite_number(line.get("peak_mb"))) or None,
        loaded=record.loaded or event != "failed",
        without_objects=record.without_objects or line.get("without_objects") is True,
    )
    if event == "ran":
        return replace(record, calls=sanitize.calls(line.get("calls")))
    return replace(record, error=sanitize.error(line.get("error"))) if event == "failed" else record


def _exit(end: Mapping[str, Any], tail: str) -> ProcessExit:
    """The death that the end of a process was, with the end of its output."""
    if (killed := sanitize.process_exit(end.get("killed"))) is not None:
        return replace(killed, log=_shown(tail))
    number, code = end.get("signal"), end.get("code")
    code = -number if isinstance(number, int) else code
    return ProcessExit.of_code(code if isinstance(code, int) else None, log=_shown(tail))


def _shown(tail: str) -> str:
    return "\n".join(_last_words(tail.strip().splitlines()))


def _last_words(lines: list[str]) -> list[str]:
    """The end of the output; where Python showed its stack, what was said before that."""
    fatal = [n for n, line in enumerate(lines) if line.startswith("Fatal Python error")]
    end = fatal[-1] + _TAIL_LINES // 2 if fatal else len(lines)
    return lines[max(0, end - _TAIL_LINES) : end]
