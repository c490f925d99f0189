"""What one cell has taken, from what its probe said and what the clock did around it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.costs.defaults import size_class
from matrix.costs.rates import CheckKind, minor_of
from matrix.costs.records import CellCost
from matrix.costs.spent import Spent
from matrix.environments.disk_usage import all_bytes
from matrix.machine import cores
from matrix.model.facts import ModelFacts
from matrix.plan.check import Check
from matrix.plan.plan import PlannedCell
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probe_process import Verification

_MB = 2**20


@dataclass(kw_only=True)
class CellClock:
    """What happens around the probe of a cell: `built` is `None` where nothing was built."""

    built: Spent | None = None
    disk_mb: int = 0
    probed: float = 0.0

    def environment(self, cell: Cell, interpreter: Path, since: Spent) -> None:
        """An environment that was not there is ready now; `since` was the time before."""
        now = time_now()
        cpu = max(0.0, now.cpu - since.cpu)
        self.built = Spent(seconds=max(0.0, now.seconds - since.seconds), cpu=cpu)
        if cell.plain:
            self.disk_mb = all_bytes(interpreter.parents[1]) // _MB


def time_now() -> Spent:
    """The clock, and the CPU seconds of this process and of its children that have ended."""
    times = os.times()
    return Spent(seconds=time.monotonic(), cpu=sum(times[:4]))


def cost_of(
    planned: PlannedCell, seen: Verification, models: Sequence[ModelFacts], clock: CellClock
) -> CellCost | None:
    """What a cell took; `None` where TensorFlow was not imported."""
    probe = seen.probe
    if probe.imported is not True:
        return None
    imported = _spent(probe)
    return CellCost(
        cell=planned.cell.id,
        minor=minor_of(planned.cell),
        imported=imported,
        rest=_rest(imported, seen.checks, clock.probed),
        checks=tuple(_checks(planned.checks, seen.checks, models)),
        built=clock.built,
        disk_mb=clock.disk_mb,
    )


def _checks(
    planned: Sequence[Check], records: Mapping[str, CheckRecord], models: Sequence[ModelFacts]
) -> Iterator[tuple[CheckKind, int, Spent]]:
    """How many checks of each kind were tried, and what they took; those that died say nothing."""
    kinds: dict[CheckKind, list[Spent]] = {}
    for check in planned:
        record = records.get(check.id)
        if record and record.exit is None:
            model = models[check.model]
            kind = (check.loader, model.format.value, size_class(model))
            kinds.setdefault(kind, []).append(_spent(record))
    for kind, spent in kinds.items():
        seconds, cpu = (sum(getattr(one, name) for one in spent) for name in ("seconds", "cpu"))
        yield kind, len(spent), Spent(seconds=seconds, cpu=cpu)


def _spent(record: ProbeRecord | CheckRecord) -> Spent:
    """The time in a record: a model may have said it, and no process has more than all cores."""
    most = record.seconds * cores()
    return Spent(seconds=record.seconds, cpu=min(record.cpu_seconds or record.seconds, most))


def _rest(imported: Spent, records: Mapping[str, CheckRecord], probed: float) -> Spent | None:
    """What is left of the time of a cell: its processes start and end.

    `None` where a check died: how long those took is not known. What processors do meanwhile is
    not measured; they are as busy as during the import.
    """
    if not probed or any(record.exit or record.repeated for record in records.values()):
        return None
    seconds = probed - imported.seconds - sum(record.seconds for record in records.values())
    busy = min(1.0, imported.cpu / imported.seconds) if imported.seconds else 1.0
    return Spent(seconds=max(0.0, seconds), cpu=max(0.0, seconds) * busy)
