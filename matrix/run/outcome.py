"""The outcome of one cell, and its form in `outcome.json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matrix.run.probe_output import sanitize
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probe_output.process_exit import ExitKind, ProcessExit
from matrix.run.probe_process import Verification
from matrix.schemas import SCHEMA, known_fields, text_or_none

_YEAR_3000 = 32_503_680_000


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One finished cell: either `unavailable` says why it has no environment, or what was seen.

    `changed` are the numbers of models that were no longer what had been planned, `absent` those
    that the machine of the cell did not have, each with a sentence on that. `ended` is when
    it was written, in seconds since 1970. `reused` are the models whose answers were known before,
    each with the time at which they were measured. `models` are those that were tested, `None` for
    all of the cell.
    """

    cell: str
    seconds: float
    ended: float | None = field(default=None, compare=False)
    unavailable: str | None = None
    verification: Verification | None = None
    changed: tuple[int, ...] = ()
    absent: Mapping[int, str] = field(default_factory=dict)
    reused: Mapping[int, float] = field(default_factory=dict)
    models: tuple[int, ...] | None = None

    def tested(self, model: int) -> bool:
        """Whether a model was tested, whatever came of it."""
        return self.models is None or model in self.models

    @property
    def is_reused(self) -> bool:
        """Whether nothing of it was measured in this run."""
        names = self.verification.checks if self.verification else ()
        models = {name.partition(":")[0] for name in names}
        return bool(models) and models <= set(map(str, self.reused))


def to_document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON values."""
    seen = outcome.verification
    return {
        "schema": SCHEMA,
        "cell": outcome.cell,
        "seconds": outcome.seconds,
        "ended": outcome.ended,
        "unavailable": outcome.unavailable,
        "verification": None if seen is None else _verification_document(seen),
        "changed": list(outcome.changed),
        "absent": {str(model): why for model, why in sorted(outcome.absent.items())},
        "reused": {str(model): time for model, time in sorted(outcome.reused.items())},
        "models": None if outcome.models is None else list(outcome.models),
    }


def _verification_document(seen: Verification) -> dict[str, Any]:
    return {
        "probe": {
            **_document(seen.probe),
            "environment": seen.probe.environment.to_dict(),
            "isolation": seen.probe.isolation.to_dict(),
        },
        "checks": {
            name: {
                **_document(record),
                "calls": None if record.calls is None else [c.to_dict() for c in record.calls],
                "refused": [refusal.to_dict() for refusal in record.refused],
            }
            for name, record in seen.checks.items()
        },
    }


def _document(record: ProbeRecord | CheckRecord) -> dict[str, Any]:
    """The fields of a record, its exception and the death of its process as JSON values."""
    return {
        **{field.name: getattr(record, field.name) for field in dataclasses.fields(record)},
        "error": record.error.to_dict() if record.error else None,
        "exit": record.exit.to_dict() if record.exit else None,
    }


def from_document(document: Mapping[str, Any]) -> Outcome:
    """The outcome of a document.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: the document is damaged.
    """
    seen = document["verification"]
    return Outcome(
        cell=document["cell"],
        seconds=_time(document["seconds"]),
        ended=None if (ended := document.get("ended")) is None else _time(ended),
        unavailable=text_or_none(document["unavailable"]),
        verification=None if seen is None else _verification(seen),
        changed=tuple(document.get("changed", ())),
        absent={int(model): str(why) for model, why in document.get("absent", {}).items()},
        reused={int(model): _time(at) for model, at in document.get("reused", {}).items()},
        models=_numbers(document.get("models")),
    )


def _numbers(models: Sequence[int] | None) -> tuple[int, ...] | None:
    return None if models is None else tuple(map(int, models))


def _time(seconds: float) -> float:
    """Seconds since 1970 that a clock can have shown.

    Raises:
        ValueError: no clock shows that.
    """
    if not 0 <= seconds < _YEAR_3000:
        raise ValueError(f"{seconds} is no time")
    return float(seconds)


def _verification(document: Mapping[str, Any]) -> Verification:
    checks = document["checks"].items()
    return Verification(
        probe=_probe(document["probe"]),
        checks={name: _check(record) for name, record in checks},
    )


def _probe(document: Mapping[str, Any]) -> ProbeRecord:
    fields = {
        **known_fields(ProbeRecord, document),
        "environment": sanitize.environment(document["environment"]),
        "isolation": sanitize.isolation(document.get("isolation")),
        "error": sanitize.error(document["error"]),
        "exit": _exit(document),
    }
    return ProbeRecord(**fields)


def _check(document: Mapping[str, Any]) -> CheckRecord:
    calls = document["calls"]
    fields = {
        **known_fields(CheckRecord, document),
        "calls": None if calls is None else sanitize.calls(calls),
        "refused": sanitize.refusals(document.get("refused")),
        "error": sanitize.error(document["error"]),
        "exit": _exit(document),
    }
    return CheckRecord(**fields)


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
