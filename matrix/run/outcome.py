"""What became of one cell, and how it stands in `outcome.json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from matrix.run.probe_events import CheckRecord, ProbeRecord
from matrix.run.probe_process import Verification
from matrix.run.process_exit import ExitKind, ProcessExit
from matrix.schemas import SCHEMA, known_fields


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One finished cell: either `unavailable` says why it has no environment, or what was seen.

    `changed` are the numbers of models that were no longer what had been planned. `ended` is when
    it was written, in seconds since 1970.
    """

    cell: str
    seconds: float
    ended: float | None = field(default=None, compare=False)
    unavailable: str | None = None
    verification: Verification | None = None
    changed: tuple[int, ...] = ()


def to_document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON values."""
    return {"schema": SCHEMA, **dataclasses.asdict(outcome, dict_factory=_plain)}


def _plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: v.value if isinstance(v, ExitKind) else v for name, v in fields}


def from_document(document: Mapping[str, Any]) -> Outcome:
    """The outcome of a document.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the document is damaged.
    """
    seen = document["verification"]
    return Outcome(
        cell=document["cell"],
        seconds=document["seconds"],
        ended=document.get("ended"),
        unavailable=document["unavailable"],
        verification=None if seen is None else _verification(seen),
        changed=tuple(document.get("changed", ())),
    )


def _verification(document: Mapping[str, Any]) -> Verification:
    checks = document["checks"].items()
    return Verification(
        probe=_probe(document["probe"]),
        checks={name: _check(record) for name, record in checks},
    )


def _probe(document: Mapping[str, Any]) -> ProbeRecord:
    return ProbeRecord(**{**known_fields(ProbeRecord, document), "exit": _exit(document)})


def _check(document: Mapping[str, Any]) -> CheckRecord:
    calls = document["calls"]
    return CheckRecord(
        **{
            **known_fields(CheckRecord, document),
            "exit": _exit(document),
            "calls": None if calls is None else tuple(calls),
        }
    )


def _exit(document: Mapping[str, Any]) -> ProcessExit | None:
    if "exit" not in document:
        return _early_exit(document["ending"])
    record = document["exit"]
    if record is None:
        return None
    return ProcessExit(**{**known_fields(ProcessExit, record), "kind": ExitKind(record["kind"])})


def _early_exit(document: Mapping[str, Any] | None) -> ProcessExit | None:
    """As the first versions wrote it: all in one text, such as `SIGSEGV` or `120s`."""
    if document is None:
        return None
    kind, detail, log = ExitKind(document["verdict"]), document["detail"], document["log"]
    if kind is ExitKind.CRASHED:
        return ProcessExit(kind=kind, signal=detail, log=log)
    if kind is ExitKind.TIMED_OUT:
        return ProcessExit(kind=kind, seconds=float(detail.removesuffix("s")), log=log)
    return ProcessExit(kind=kind, megabytes=float(detail.removesuffix(" MB")), log=log)
