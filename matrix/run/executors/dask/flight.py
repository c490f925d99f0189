"""A cell on its way: what it is asked, where it was tried, and whether it is sent again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from matrix.known.known import Known
from matrix.run.executor import PlannedRun
from matrix.run.remote.asked import Asked
from matrix.run.remote.joint import Joint
from matrix.run.remote.unit import Unit, UnitResult

# So often a cell is sent again after what a machine did to it; never for what it answered.
MOST_AGAIN = 2
# What never began can be sent again without harm; this ends what no cluster can begin.
_MOST_UNBEGUN = 10


@dataclass(kw_only=True)
class Flight:
    """One cell of a run, sent under `key`.

    `tried` are the addresses of workers where it was begun, `again` says how often it was sent
    again. `targets` are the only workers that may take it, all where there are none. `shared` is
    what it shares with the others of its run, `joint` the outcome of its cell, `so_far` what came
    back without all answers. `known` is what is known of its run, `None` where nothing is kept.
    """

    run: PlannedRun
    asked: Asked
    unit: Unit
    shared: Any
    key: str = ""
    future: Any = None
    again: int = 0
    unbegun: int = 0
    tried: list[str] = field(default_factory=list)
    targets: tuple[str, ...] = ()
    so_far: UnitResult | None = None
    known: Known | None = None
    joint: Joint
    # Where this sending was begun: more than once where the scheduler repeats it by itself.
    begun: list[str] = field(default_factory=list)
    is_over: bool = False

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        part = f" of part {self.run.part}" if self.run.part else ""
        return f"{self.unit.cell}{part}"

    @property
    def may_go_again(self) -> bool:
        """Whether it may be sent once more after what a machine did to it."""
        return self.again < MOST_AGAIN and self.unbegun < _MOST_UNBEGUN

    def start(self) -> str:
        """A new key: what another sending of the same cell says is not taken for this one."""
        self.key = f"loadmatrix-{uuid.uuid4().hex}"
        self.begun, self.is_over = [], False
        return self.key

    def begin(self, worker: str) -> bool:
        """Note that a worker begins with it; whether one had before."""
        repeated = bool(self.begun)
        self.begun.append(worker)
        self.tried.append(worker)
        return repeated

    def count(self) -> None:
        """Count a sending that came to nothing."""
        if self.begun:
            self.again += 1
        else:
            self.unbegun += 1
