"""The outcome of a cell whose models are sent in several units: their inputs are too large for one.

After each unit it is whole as far as it goes: models that are still to come are named as absent, so
that a run that is stopped says so, and the same command tries them.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from matrix.run.keeping.joined_outcomes import together
from matrix.run.outcome import Outcome

_TO_COME = "its inputs had not been sent to a worker when the run ended"


@dataclass(kw_only=True)
class Joint:
    """`waiting` are the models without an outcome, `never` those that get none, each with why.

    `units` are the outcomes that have come back, each with its models.
    """

    waiting: set[int]
    never: dict[int, str] = field(default_factory=dict)
    units: list[tuple[Outcome, Collection[int]]] = field(default_factory=list)

    @classmethod
    def about(cls, models: Collection[int], never: Mapping[int, str]) -> Joint:
        """That of a cell with these models; of some it is known that they are never sent."""
        lost = {model: why for model, why in never.items() if model in models}
        return cls(waiting=set(models) - lost.keys(), never=lost)

    @property
    def is_whole(self) -> bool:
        """Whether every model has its outcome, or gets none."""
        return not self.waiting

    def named(
        self, outcome: Outcome, files: Mapping[str, bytes]
    ) -> tuple[Outcome, Mapping[str, bytes]]:
        """What came back of one more unit, with names of files that no other unit has."""
        seen = outcome.verification
        if not self.units or seen is None:
            return outcome, files
        place = f"unit-{len(self.units)}-"
        checks = {
            name: replace(record, stored=record.stored and place + record.stored)
            for name, record in seen.checks.items()
        }
        outcome = replace(outcome, verification=replace(seen, checks=checks))
        return outcome, {place + name: content for name, content in files.items()}

    def with_unit(self, outcome: Outcome, models: Collection[int]) -> Outcome:
        """The outcome of all units so far, with that of one more about these models."""
        self.waiting -= set(models)
        self.units.append((outcome, models))
        return self._joined()

    def without(self, models: Collection[int], why: str) -> Outcome | None:
        """The same after a unit about these models was lost; `None` where nothing is known."""
        self.waiting -= set(models)
        self.never |= dict.fromkeys(models, why)
        return self._joined() if self.units else None

    def _joined(self) -> Outcome:
        there = [outcome for outcome, _ in self.units if outcome.unavailable is None]
        # What was unavailable to all of them is so for the cell.
        outcome = functools.reduce(_both, there or [self.units[-1][0]])
        absent = {**dict.fromkeys(self.waiting, _TO_COME), **self.never, **outcome.absent}
        for other, models in self.units if there else ():
            if other.unavailable is not None:
                absent |= dict.fromkeys(models, other.unavailable)
        return replace(outcome, absent=dict(sorted(absent.items())))


def _both(before: Outcome, outcome: Outcome) -> Outcome:
    """Two outcomes of one cell about different models, as one."""
    return replace(
        together(outcome, before),
        seconds=before.seconds + outcome.seconds,
        changed=tuple(sorted({*before.changed, *outcome.changed})),
        absent={**before.absent, **outcome.absent},
    )
