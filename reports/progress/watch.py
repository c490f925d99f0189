"""Looks at the cells of a run, whoever runs them: what each does, and what was found."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from matrix.plan.plan import Plan
from matrix.run import progress
from matrix.run.progress import DONE, WAITING, Progress
from matrix.run.store import Store
from reports.progress.verdict_words import Found, found_in

_NOBODY = Progress()


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell as it is now: `found` where it is done, `reused` where that was known before.

    `seconds` is what it took. `is_earlier` says that it was done before this call began. A cell
    that a fast run leaves out is `predicted`.
    """

    id: str
    now: Progress = _NOBODY
    found: Found | None = None
    seconds: float = 0.0
    reused: bool = False
    is_earlier: bool = False
    predicted: bool = False

    @property
    def is_done(self) -> bool:
        return self.found is not None

    @property
    def is_running(self) -> bool:
        return not self.is_done and self.now.phase != WAITING


@dataclass(kw_only=True)
class Watch:
    """The cells of a plan that are run or were, in the order of releases."""

    plan: Plan
    store: Store
    started: float = field(default_factory=time.monotonic)
    cells: dict[str, Cell] = field(default_factory=dict)
    _warned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, plan: Plan, left: Sequence[str], store: Store) -> Watch:
        """Watch the cells of a plan, of which `left` are yet to be run; others may be done."""
        # Asked for once, and not with every look.
        store = store.of_this_run()
        names = [entry.cell.id for entry in plan.cells]
        there = {name for name in names if name in left or store.is_finished(name)}
        others = set(plan.run_order) - there if plan.fast else set()
        every = [name for name in names if name in there or name in others]
        watch = cls(plan=plan, store=store, cells={name: Cell(id=name) for name in every})
        for name in every:
            if name in others:
                watch.cells[name] = Cell(id=name, predicted=True)
            elif name in left:
                progress.forget(store, name)
            else:
                watch.cells[name] = replace(watch._looked_at(watch.cells[name]), is_earlier=True)
        return watch

    def look(self) -> list[Cell]:
        """Look at every cell again; the ones that are done since the last look."""
        finished = []
        for name, before in self.cells.items():
            if before.is_done or before.predicted:
                continue
            now = self.cells[name] = self._looked_at(before)
            finished += [now] if now.is_done else []
        return finished

    def warnings(self) -> Iterator[str]:
        """What cells say that a user must know, each sentence once."""
        for cell in self.cells.values():
            now = progress.read(self.store, cell.id)
            for sentence in now.warnings if now else ():
                if sentence not in self._warned:
                    self._warned.add(sentence)
                    yield sentence

    @property
    def done(self) -> int:
        return sum(cell.is_done for cell in self.cells.values())

    @property
    def total(self) -> int:
        return sum(not cell.predicted for cell in self.cells.values())

    @property
    def running(self) -> list[Cell]:
        return [cell for cell in self.cells.values() if cell.is_running]

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes if it goes on as until now; `None` where that says little."""
        done = sum(cell.is_done and not cell.is_earlier for cell in self.cells.values())
        least = 2
        return self.elapsed / done * (self.total - self.done) if done >= least else None

    def _looked_at(self, cell: Cell) -> Cell:
        if not self.store.is_finished(cell.id):
            return replace(cell, now=progress.read(self.store, cell.id) or _NOBODY)
        outcome = self.store.read(cell.id)
        if outcome is None:
            # One of another run, or half a file: it is none of this run.
            return cell
        return replace(
            cell,
            now=Progress(phase=DONE),
            found=found_in(self.plan, outcome),
            seconds=outcome.seconds,
            reused=outcome.is_reused,
        )
