"""What `run.json` says of a run: who it is, when it began, and whether it came to its end."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from pathlib import Path
from typing import Any

from matrix.files import write_json
from matrix.schemas import SCHEMA, require_schema
from matrix.stored_files import plain_text


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """When a run began and how many seconds it took; `complete` where it came to its end.

    Each of its outcomes carries its `id`. `key` is a digest of all that decides its answers; a run
    without one is not continued. `before` are the seconds that it took until it was `resumed`.
    `chosen` says of a part of a fast run, which may go on with others, that all its cells are
    chosen: what it did not measure is left to predictions.
    """

    started: datetime
    seconds: float = 0.0
    complete: bool = False
    id: str | None = None
    key: str = ""
    before: float = 0.0
    resumed: datetime | None = None
    chosen: bool = False

    @classmethod
    def begun(cls, started: datetime, key: str) -> RunFacts:
        """A run that begins."""
        return cls(started=started, id=secrets.token_hex(8), key=key)

    def continued(self, now: datetime) -> RunFacts:
        """The same run when another call goes on with it."""
        return replace(self, before=self.seconds, resumed=now, chosen=False)

    def with_last_end(self, end: float) -> RunFacts:
        """A run that was killed took until its last cell had ended, in seconds since 1970."""
        since = (self.resumed or self.started).timestamp()
        return replace(self, seconds=max(self.seconds, self.before + max(0.0, end - since)))

    def write(self, path: Path) -> None:
        """Write them whole, as the last that is written even where the power goes off."""
        write_json(path, {"schema": SCHEMA, **self.document()}, durable=True)

    def document(self) -> dict[str, Any]:
        """The facts as a file has them."""
        return {
            "run": self.id,
            "key": self.key,
            "started": _text(self.started),
            "resumed": _text(self.resumed) if self.resumed else None,
            "before": round(self.before, 3),
            "seconds": round(self.seconds, 3),
            "complete": self.complete,
            **({"chosen": True} if self.chosen else {}),
        }

    @classmethod
    def read(cls, path: Path) -> RunFacts:
        """The facts in a file.

        Raises:
            OSError: it is not there.
            One of `DAMAGED`: it is damaged.
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        facts: Mapping[str, Any] = json.loads(plain_text(path))
        require_schema(facts, path, silent=True)
        return cls.of(facts)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> RunFacts:
        """The facts of a document.

        Raises:
            One of `DAMAGED`: it is damaged.
        """
        resumed = facts.get("resumed")
        return cls(
            started=_time(facts["started"]),
            seconds=_seconds(facts["seconds"]),
            complete=facts["complete"] is True,
            id=facts.get("run"),
            key=facts.get("key", ""),
            before=_seconds(facts.get("before", 0.0)),
            resumed=_time(resumed) if resumed else None,
            chosen=facts.get("chosen") is True,
        )


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def _time(text: str) -> datetime:
    """A time that can be compared with others, also where somebody left out its zone."""
    time = datetime.fromisoformat(text)
    if not MINYEAR < time.year < MAXYEAR:
        # In another zone it is in no year that there is.
        raise ValueError(f"{text} is no time")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _seconds(value: float) -> float:
    seconds = float(value)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"{value!r:.40} are no seconds")
    return seconds
