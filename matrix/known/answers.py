"""What of the outcome of a cell is worth keeping, for each model: only what is an answer. Pure.

A crash is one: it was repeated in a fresh process, and has its evidence. What took too long or too
much, what a wall refused, what contradicts itself and what a machine ran short of is tried again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from matrix.known.key import check_key
from matrix.plan.check import Check, is_redundant
from matrix.plan.plan import PlannedCell
from matrix.run.outcome import Outcome, from_document, to_document
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind
from matrix.run.probe_output.records import ErrorRecord
from matrix.run.probe_process import Verification

# Signals that come from outside: a user, a supervisor, a kernel that is short of memory.
_FROM_OUTSIDE = (
    "SIGKILL",
    "SIGTERM",
    "SIGINT",
    "SIGHUP",
    "SIGQUIT",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGPWR",
)
# What says that a machine ran short of something: the next time it may not.
_SHORT = re.compile(
    r"No space left on device|Disk quota exceeded|Cannot allocate memory|Too many open files|"
    r"Resource temporarily unavailable|Stale file handle|Input/output error|"
    r"\bOOM when allocating|std::bad_alloc"
)
_SHORT_TYPES = ("MemoryError", "ResourceExhaustedError")
_STAGES = ("import", "load", "run")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one model answered in one cell: a verification with its checks alone.

    The names of the checks have no number of a model, which differs from run to run. `measured` is
    in seconds since 1970, `seconds` what the whole cell took. `first` are the files of inputs that
    the cell began with, by signature. `asked` has a digest of each check that was planned.
    """

    cell: str
    verification: Verification
    measured: float
    seconds: float = 0.0
    first: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)


def answer_of(
    outcome: Outcome,
    planned: PlannedCell,
    model: int,
    *,
    first: Mapping[str, str],
    measured: float,
) -> Answer | None:
    """What a model answered in a cell; `None` where that is not all that was asked."""
    seen = outcome.verification
    if outcome.unavailable or seen is None or model in outcome.reused:
        return None
    if model in outcome.changed or model in outcome.absent:
        return None
    if seen.probe.imported is not True or not seen.probe.environment.python:
        return None
    checks = [check for check in planned.checks if check.model == model]
    if not checks or not all(_is_answered(check, checks, seen.checks) for check in checks):
        return None
    records = {
        _unnumbered(check): seen.checks[check.id] for check in checks if check.id in seen.checks
    }
    return Answer(
        cell=planned.cell.id,
        verification=replace(seen, checks=records),
        measured=measured,
        seconds=outcome.seconds,
        first=first,
        asked={_unnumbered(check): check_key(check) for check in checks},
    )


def about(answer: Answer, planned: PlannedCell, model: int) -> Answer | None:
    """The answer to what a plan asks of a model in a cell; `None` where it does not say all that.

    More may have been asked when it was measured.
    """
    checks = [check for check in planned.checks if check.model == model]
    names = {check.id: _unnumbered(check) for check in checks}
    known = answer.verification.checks
    there = {check.id: known[names[check.id]] for check in checks if names[check.id] in known}
    loaded = {name for name, record in there.items() if record.believed_loaded}
    by_id = {check.id: check for check in checks}
    kept = {}
    for check in checks:
        if is_redundant(check, by_id, loaded):
            continue
        name = names[check.id]
        if check.id not in there or answer.asked.get(name) != check_key(check):
            return None
        kept[name] = there[check.id]
    return replace(answer, verification=replace(answer.verification, checks=kept))


def numbered(answer: Answer, planned: PlannedCell, model: int) -> dict[str, CheckRecord]:
    """The records of an answer under the names that they have for a model of this plan."""
    names = {_unnumbered(check): check.id for check in planned.checks if check.model == model}
    return {names[name]: record for name, record in answer.verification.checks.items()}


def answer_document(answer: Answer) -> dict[str, Any]:
    """An answer as JSON values."""
    outcome = Outcome(cell=answer.cell, seconds=answer.seconds, verification=answer.verification)
    return {
        "outcome": to_document(outcome),
        "measured": answer.measured,
        "first": dict(answer.first),
        "asked": dict(answer.asked),
    }


def answer_from(document: Mapping[str, Any]) -> Answer | None:
    """An answer back from its document; `None` where it cannot be one."""
    try:
        outcome = from_document(document["outcome"])
        measured, first, asked = (document[name] for name in ("measured", "first", "asked"))
        seen = outcome.verification
        sound = (
            seen is not None
            and isinstance(outcome.cell, str)
            and seen.probe.imported is True
            and _is_time(measured)
            and _is_time(outcome.seconds)
            and all(isinstance(word, str) for pair in first.items() for word in pair)
            and all(isinstance(word, str) for pair in asked.items() for word in pair)
            and all(map(_is_sound, seen.checks.values()))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not sound or seen is None:
        return None
    return Answer(
        cell=outcome.cell,
        verification=seen,
        measured=measured,
        seconds=outcome.seconds,
        first=first,
        asked=asked,
    )


def is_fed_as(answer: Answer, first: Mapping[str, str]) -> bool:
    """Whether a cell that begins with the files `first` would be fed what this one was fed.

    Else its outputs could not be compared with those of the others.
    """
    return all(
        first.get(signature, file) in (file, answer.first.get(signature))
        for signature, file in fed_files(answer.verification.checks.values())
    )


def fed_files(records: Iterable[CheckRecord]) -> Iterator[tuple[str, str]]:
    """The files that signatures were fed with: pairs of a signature and a file."""
    for record in records:
        for call in record.calls or ():
            if call.file:
                yield call.signature, call.file


def _unnumbered(check: Check) -> str:
    return check.id.partition(":")[2]


def _is_answered(check: Check, checks: Sequence[Check], records: Mapping[str, CheckRecord]) -> bool:
    record = records.get(check.id)
    if record is not None:
        return _is_answer(record)
    loaded = {name for name, one in records.items() if one.believed_loaded}
    return is_redundant(check, {one.id: one for one in checks}, loaded)


def _is_answer(record: CheckRecord) -> bool:
    if record.contradiction or record.refused or record.stage == "import":
        return False
    if record.exit is not None:
        died = record.exit
        known = bool(died.signal or died.code) and died.signal not in _FROM_OUTSIDE
        return died.kind is ExitKind.CRASHED and known and not _SHORT.search(died.log)
    errors = [record.error, *(call.error for call in record.calls or ())]
    return not any(error and _is_shortage(error) for error in errors)


def _is_shortage(error: ErrorRecord) -> bool:
    return any(
        kind.rpartition(".")[2] in _SHORT_TYPES or _SHORT.search(message)
        for kind, message in error.links
    )


def _is_sound(record: CheckRecord) -> bool:
    """Whether the plain fields are what a probe can have said; the others were read so."""
    flags = (record.loaded, record.repeated, record.without_objects)
    return (
        record.stage in _STAGES
        and all(isinstance(flag, bool) for flag in flags)
        and _is_time(record.seconds)
        and _is_time(record.cpu_seconds)
        and (record.peak_mb is None or isinstance(record.peak_mb, int))
        and (record.stored is None or isinstance(record.stored, str))
        and record.contradiction == ""
        and record.refused == ()
    )


def _is_time(seconds: Any) -> bool:
    return isinstance(seconds, int | float) and math.isfinite(seconds) and seconds >= 0
