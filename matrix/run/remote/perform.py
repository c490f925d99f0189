"""Runs units on this machine: each through the same `CellRun` as everywhere.

One unit at a time in one process; what the units of a run share is unpacked once.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from matrix.cache import cache_folder
from matrix.catalogue.releases import catalogue, host_platform
from matrix.errors import LoadmatrixError
from matrix.files import what_failed, write_bytes
from matrix.known.measured import Measured
from matrix.log import logger
from matrix.options.custom_objects import CustomObjects
from matrix.options.reading import read_options
from matrix.plan.plan import PlannedCell
from matrix.plan.plan_json import cell_from, plan_from
from matrix.run.cell import CellRun
from matrix.run.keeping import spare_outcomes
from matrix.run.outcome import Outcome, to_document
from matrix.run.probing.scratch import scratch_folder
from matrix.run.probing.staging import renamed
from matrix.run.remote.kept_files import files_to_send
from matrix.run.remote.local_models import LocalModels, local_models
from matrix.run.remote.unit import SharedValue, Unit, UnitResult, failed, host_name
from matrix.run.store import Store

_LOG = logger(__name__)
# What a loader says that could not write its temporary files.
_NO_ROOM = os.strerror(errno.ENOSPC)


@dataclass(kw_only=True)
class _Shared:
    """What units share, as it is on this machine: `cells` runs them in a folder of their own."""

    cells: CellRun
    found: LocalModels
    custom: str
    first: dict[int, Mapping[str, str]] = field(default_factory=dict)


class Performer:
    """Performs units one after the other; the last run that units were of is kept in memory."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], _Shared] = {}
        self._folders = contextlib.ExitStack()

    def perform(self, unit: Unit, shared: SharedValue) -> UnitResult:
        """What comes of a unit; never raises for what the machine lacks."""
        try:
            return self._performed(unit, shared)
        except LoadmatrixError as error:
            return failed(str(error))
        except OSError as error:
            return failed(f"On {host_name()}: {what_failed(error)}")

    def close(self) -> None:
        """Remove what was unpacked."""
        self._kept.clear()
        self._folders.close()

    def _performed(self, unit: Unit, shared: SharedValue) -> UnitResult:
        here = self._of(unit, shared)
        planned = _on_this_platform(cell_from(json.loads(unit.document), catalogue()))
        asked = {check.model for check in planned.checks}
        absent = {
            number: unit.unsent.get(number, why)
            for number, why in here.found.absent.items()
            # What cannot be run here needs no model.
            if number in asked and planned.unavailable is None
        }
        if absent and unit.may_ask:
            return UnitResult(
                host=host_name(), platform=host_platform(), lacking=tuple(sorted(absent))
            )
        self._begin_with(here, unit.first)
        outcome = _run(here, planned, absent)
        measured = _measured(here, planned, outcome)
        place = here.cells.store.cell_folder(planned.cell.id)
        try:
            files, warnings = files_to_send(place, outcome)
        finally:
            shutil.rmtree(place, ignore_errors=True)
            spare_outcomes.forget(here.cells.store.folder)
        outcome = renamed(_with_host(outcome, unit.host), here.found.told)
        return UnitResult(
            host=host_name(),
            platform=host_platform(),
            outcome=json.dumps(to_document(outcome)),
            files=files,
            is_elsewhere_better=_is_held_up(outcome),
            warnings=warnings,
            measured=measured,
        )

    def _of(self, unit: Unit, shared: SharedValue) -> _Shared:
        key = (unit.shared, unit.words, unit.envdir)
        kept = self._kept.get(key)
        if kept is not None and not kept.found.has_come_meanwhile:
            return kept
        self.close()
        # What a process leaves there that is killed is removed by a later one.
        folder = self._folders.enter_context(scratch_folder())
        self._kept[key] = _unpacked(unit, shared, folder)
        return self._kept[key]

    def _begin_with(self, here: _Shared, first: Mapping[int, Mapping[str, str]]) -> None:
        for number, files in first.items():
            if here.first.get(number) != files:
                here.cells.store.inputs(number).begin_with(files)
                here.first[number] = files


def _unpacked(unit: Unit, shared: SharedValue, folder: Path) -> _Shared:
    store = Store(folder=folder, run="unit")
    for number, files in shared.inputs.items():
        place = store.inputs(number).emptied()
        for name, content in files.items():
            write_bytes(place / Path(name).name, zlib.decompress(content))
    plan = plan_from(json.loads(shared.plan), catalogue())
    options = replace(
        read_options([*unit.words, "any"], folder),
        output=folder,
        envdir=Path(unit.envdir) if unit.envdir else cache_folder(),
    )
    found = local_models(plan.models, shared.addresses, offline=options.offline)
    plan = replace(plan, models=found.models)
    return _Shared(
        cells=CellRun.of_plan(plan, options, store),
        found=found,
        custom=_complaint_about(plan.custom_objects),
    )


def _run(here: _Shared, planned: PlannedCell, absent: Mapping[int, str]) -> Outcome:
    """The outcome of a cell with the models that are here."""
    checks = tuple(check for check in planned.checks if check.model not in absent)
    if here.custom and checks:
        planned = replace(planned, unavailable=here.custom)
    if absent and not checks:
        return Outcome(cell=planned.cell.id, seconds=0.0, absent=absent)
    moved = tuple(renamed(check, here.found.names) for check in checks)
    outcome = here.cells.run(replace(planned, checks=moved if here.found.names else checks))
    gone = {number for number in outcome.changed if number not in here.found.absent}
    return replace(outcome, absent=absent, changed=tuple(sorted(gone)))


def _measured(here: _Shared, planned: PlannedCell, outcome: Outcome) -> Measured:
    """How the models were measured that lie where they lie for who planned: the path decides."""
    seen = here.cells.measured(planned, outcome)
    first = {
        model: files for model, files in seen.first.items() if here.found.lies_as_planned(model)
    }
    return replace(seen, first=first)


def _on_this_platform(planned: PlannedCell) -> PlannedCell:
    """The same cell, or that it cannot be here: the plan was made for another platform."""
    cell, here = planned.cell, host_platform()
    if not cell.runtime.needs_tensorflow or here in cell.release.distributions:
        return planned
    why = f"TensorFlow {cell.release.version} has no wheels for {here}, which {host_name()} is."
    return replace(planned, unavailable=why)


def _with_host(outcome: Outcome, host: str) -> Outcome:
    """The outcome with the machine that it is of, where that is not the one of the run."""
    seen = outcome.verification
    if host == host_name():
        return outcome
    if outcome.unavailable and host_name() not in outcome.unavailable:
        why = f"{outcome.unavailable} (on {host_name()}, {host_platform()})"
        outcome = replace(outcome, unavailable=why)
    if seen is None:
        return outcome
    environment = replace(seen.probe.environment, host=f"{host_name()} ({host_platform()})")
    probe = replace(seen.probe, environment=environment)
    return replace(outcome, verification=replace(seen, probe=probe))


def _is_held_up(outcome: Outcome) -> bool:
    """Whether the machine kept a cell from its answers: no environment, no model, no room."""
    if outcome.unavailable is not None or outcome.absent:
        return True
    checks = outcome.verification.checks.values() if outcome.verification else ()
    return any(record.error and _NO_ROOM in record.error.message for record in checks)


def _complaint_about(custom: CustomObjects | None) -> str:
    """Why the Python of the caller is not what it was; empty where it is."""
    if custom is None or custom.is_unchanged:
        return ""
    return (
        f"The worker on {host_name()} has no {custom.source} with the digest of --custom-objects. "
        "Put the same file there."
    )
