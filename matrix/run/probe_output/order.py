"""The order of the events of one check: what a probe of ours writes, and nothing else.

A model that runs in the process of a check can write into its stream. What does not fit makes the
whole stream worthless: no line of it is believed then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# From each event to those that may follow it; a stage is an event of its own.
_AFTER: Mapping[str, tuple[str, ...]] = {
    "": ("stage import", "stage load", "failed"),
    "stage import": ("stage load", "failed"),
    "stage load": ("loaded", "failed"),
    "loaded": ("stage run",),
    "stage run": ("ran", "failed"),
    "ran": (),
    "failed": (),
}
# Clocks are read twice, and a machine may be busy in between.
_SLACK_SECONDS = 2.0


@dataclass(kw_only=True)
class Order:
    """Where the stream of the check `name` is."""

    name: str
    last: str = ""

    def contradiction(self, line: Mapping[str, Any], elapsed: float) -> str:
        """What is wrong with the next line, `elapsed` seconds after the check began; else empty."""
        event = line.get("event")
        step = f"stage {line.get('stage')}" if event == "stage" else str(event)
        if line.get("check") != self.name:
            return f"it speaks of the check {str(line.get('check'))[:80]!r}"
        if step not in _AFTER[self.last]:
            before = f"after {self.last!r}" if self.last else "at its start"
            return f"it says {step[:80]!r} {before}"
        if _number(line.get("seconds")) > elapsed + _SLACK_SECONDS:
            return f"it says that {event} took {line['seconds']:g} s, of {elapsed:.1f} s in all"
        self.last = step
        return ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
