"""Runs one cell: environment, probes, outcome."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from matrix.costs.measured import CellClock, cost_of, time_now
from matrix.costs.records import add_cost
from matrix.environments.environments import Environments
from matrix.errors import EnvironmentBroken, EnvironmentUnavailable
from matrix.files import what_failed
from matrix.isolation.isolation import Isolation, isolation
from matrix.known.known import Known, known_of
from matrix.known.measured import Measured
from matrix.log import logger
from matrix.model.facts import ModelFacts
from matrix.model.identify import unchanged
from matrix.model.risks.outside import outside_files
from matrix.options.limits import Limits
from matrix.options.options import Options
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.run.damage_signs import suspicious
from matrix.run.keeping.chosen_models import chosen
from matrix.run.keeping.joined_outcomes import together
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import ProbeRecord
from matrix.run.probe_output.records import NOTHING_KNOWN, EnvironmentRecord, ErrorRecord
from matrix.run.probe_process import Verification, verify
from matrix.run.probing.launcher import NO_WALLS, Launcher
from matrix.run.store import Store
from matrix.run.telling import Telling, told
from matrix.shown import on_one_line

_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class CellRun:
    """How cells are run: where environments and outcomes live, and what a check may take.

    `models` are those of the plan, to see whether they are still what was planned, `outside` the
    files that each names and that are no part of it. `signature` is the only one to call.
    `isolation` is that of every probe. `known` keeps what models answer, where that is wanted.
    """

    environments: Environments
    store: Store
    limits: Limits
    discard: bool = False
    models: Sequence[ModelFacts] = ()
    outside: Sequence[tuple[str, ...]] = ()
    signature: str | None = None
    isolation: Isolation = NO_WALLS
    known: Known | None = None
    # The files of inputs that each model began with, by signature.
    _first: dict[int, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of_plan(cls, plan: Plan, options: Options, store: Store) -> CellRun:
        """How the cells of a plan are run on this machine."""
        known = known_of(plan, options)
        return cls(
            environments=Environments.from_options(options),
            store=store,
            limits=options.limits,
            discard=options.discard,
            models=plan.models,
            outside=[outside_files(plan.risks_of(number)) for number in range(len(plan.models))],
            signature=plan.numerics.signature,
            isolation=isolation(options.isolation),
            known=known,
        )

    def run(self, planned: PlannedCell) -> Outcome:
        """Probe every model of the plan in one cell and write the outcome into the store.

        Models that are known there are not probed again.
        """
        started = time.monotonic()
        planned, models = chosen(self.store, planned)
        known = self.store.known(planned.cell.id)
        planned = without_known(planned, known)
        unavailable, seen, clock = planned.unavailable, None, CellClock()
        telling = Telling(store=self.store, planned=planned, models=self.models)
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(self.store.writing(planned.cell.id))
                stack.enter_context(told(telling))
                if unavailable is None and (planned.checks or not known):
                    seen = self._probed(planned, telling, clock)
            except EnvironmentBroken as error:
                _LOG.info("%s is broken: %s", planned.cell.id, error)
                seen = _nothing_seen(str(error))
            except EnvironmentUnavailable as error:
                unavailable = str(error)
                _LOG.info("%s is unavailable: %s", planned.cell.id, unavailable)
            except OSError as error:
                # A disk that is full says nothing about the model.
                error.filename = error.filename or str(self.store.cell_folder(planned.cell.id))
                if self.store.read(planned.cell.id):
                    # What its probe had said until then is worth more than this.
                    raise
                unavailable = what_failed(error)
                _LOG.info("%s is unavailable: %s", planned.cell.id, unavailable)
            outcome = Outcome(
                cell=planned.cell.id,
                seconds=time.monotonic() - started,
                unavailable=unavailable,
                verification=seen,
                changed=tuple(self._changed()),
                models=models,
            )
            outcome = together(outcome, known) if known else outcome
            self.store.write(outcome)
            telling.ended()
        self._keep(planned, outcome)
        if seen and self.models and (cost := cost_of(planned, seen, self.models, clock)):
            add_cost(self.environments.folder, cost)
        return outcome

    def measured(self, planned: PlannedCell, outcome: Outcome) -> Measured:
        """How a cell was run just now, for who keeps what came of it elsewhere."""
        return self.known.measured(planned, outcome, self._first) if self.known else Measured()

    def _keep(self, planned: PlannedCell, outcome: Outcome) -> None:
        if self.known is None:
            return
        try:
            self.known.keep(planned, outcome, self.store, self._first)
        except Exception as error:  # noqa: BLE001 - the outcome is stored, and this only saves time
            said = f"{type(error).__name__}: {error}"[:300]
            _LOG.warning("What %s answered is not kept for later runs (%s).", outcome.cell, said)

    def _changed(self) -> Iterator[int]:
        # If a model was exported again or removed meanwhile, the results are not about it.
        for number, model in enumerate(self.models):
            if not unchanged(model):
                name = on_one_line(str(model.path))
                _LOG.info("%s was changed or removed during the test", name)
                yield number

    def _probed(self, planned: PlannedCell, telling: Telling, clock: CellClock) -> Verification:
        if not planned.cell.runtime.needs_tensorflow:
            return self._verified(planned, Path(sys.executable), telling, clock)
        reused = self.environments.finished(planned.cell)
        seen, damage = self._once(planned, telling, clock)
        if not reused or not (damage or seen.probe.imported is not True):
            return _broken(seen, damage)
        # It was whole when it was built: something has damaged it since. That is neither the
        # model's fault nor the release's.
        wrong = f"is damaged ({damage})" if damage else "can no longer be imported"
        _LOG.info("%s %s: rebuilding its environment", planned.cell.id, wrong)
        self.environments.forget(planned.cell)
        try:
            seen, damage = self._once(planned, telling, clock)
        except EnvironmentUnavailable as error:
            _LOG.info("%s cannot be rebuilt: %s", planned.cell.id, error)
        return _broken(seen, damage)

    def _once(
        self, planned: PlannedCell, telling: Telling, clock: CellClock
    ) -> tuple[Verification, str | None]:
        """What was seen, and the damage to the environment where that may come of it."""
        is_there, before = self.environments.finished(planned.cell), time_now()
        with self.environments.ready(planned.cell, discard=self.discard) as python:
            if not is_there:
                clock.environment(planned.cell, python, before)
            seen = self._verified(planned, python, telling, clock)
            # While it is there: it may be discarded.
            return seen, self.environments.damage(planned.cell) if suspicious(seen) else None

    def _verified(
        self, planned: PlannedCell, interpreter: Path, telling: Telling, clock: CellClock
    ) -> Verification:
        cell = planned.cell
        telling.starting()
        _LOG.info("testing %s: %d checks", cell.id, len(planned.checks))
        launcher = Launcher(
            command=partial(cell.runtime.command, interpreter),
            limits=self.limits,
            folder=self.store.cell_folder(cell.id),
            variables=cell.variables,
            forks=cell.runtime.forks,
            isolation=self.isolation,
            begun=telling.testing,
        )
        checks, before = [self._fed(check) for check in planned.checks], time.monotonic()
        seen = verify(launcher, checks)
        clock.probed = time.monotonic() - before
        for check in planned.checks:
            record = seen.checks.get(check.id)
            if record:
                self.store.inputs(check.model).try_first(record.fed_files)
        return seen

    def _fed(self, check: Check) -> Check:
        fed = self.store.inputs(check.model)
        rules, first = fed.rules, fed.first
        self._first[check.model] = first
        if rules is not None:
            rules["first"] = first
        outside = self.outside[check.model] if self.outside else ()
        known = replace(check, outside=outside, signature=self.signature)
        return replace(known, inputs=tuple(map(str, fed.arrays)), rules=rules)


def without_known(planned: PlannedCell, known: Outcome | None) -> PlannedCell:
    """A planned cell without the checks of models that are known."""
    models = known.reused if known else {}
    checks = (check for check in planned.checks if check.model not in models)
    return replace(planned, checks=tuple(checks))


def _broken(seen: Verification, damage: str | None) -> Verification:
    """What was seen; in an environment whose packages are not whole that is nothing at all."""
    if damage is None:
        return seen
    message = (
        f"its environment is damaged: {damage}. If a rebuild does not help, the cache of the "
        "installer is damaged too: empty it (uv cache clean, or pip cache purge)"
    )
    return _nothing_seen(message, seen.probe.environment)


def _nothing_seen(message: str, environment: EnvironmentRecord = NOTHING_KNOWN) -> Verification:
    """Of an environment that does not work nothing counts, whatever was tried in it."""
    error = ErrorRecord(message=message)
    return Verification(probe=ProbeRecord(imported=False, environment=environment, error=error))
