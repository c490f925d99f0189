"""What is known of models in cells: looked up before a cell is run, and kept when it was."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from matrix.cache import KNOWN
from matrix.catalogue.cell import Cell
from matrix.entries import Entries, Entry
from matrix.environments.environments import Environments
from matrix.isolation.isolation import Isolation, isolation
from matrix.known.answers import about, answer_document, answer_from, answer_of
from matrix.known.earlier_results import EarlierResults, results_of
from matrix.known.fed import inputs_digest
from matrix.known.key import CellKey, answer_key, place_key
from matrix.known.measured import Measured
from matrix.known.outputs import with_outputs
from matrix.known.recorded import Found, record
from matrix.log import logger
from matrix.options.limits import Limits
from matrix.options.options import Options
from matrix.plan.plan import Plan, PlannedCell
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from matrix.walking import walk

_LOG = logger(__name__)
# Names another folder than that beside the environments, or none with `off`: for measurements.
VARIABLE = "LOADMATRIX_KNOWN"
OFF = "off"
# What files of large outputs are called in an entry.
_OUTPUTS = re.compile(r"outputs-\d+\.npz")
# Walls without which a model may ask what is no part of the key.
_CLOSED = frozenset({"reads", "network"})


def entries_in(envdir: Path, gigabytes: int = 1) -> Entries | None:
    """Where it is kept, `None` where nothing is to be kept; all may take so many GB."""
    named = os.environ.get(VARIABLE, "")
    if named == OFF:
        return None
    folder = Path(named) if named else envdir / KNOWN
    return Entries(folder=folder, most=gigabytes * 2**30)


@contextlib.contextmanager
def kept_within(envdir: Path, gigabytes: int = 1) -> Iterator[None]:
    """For the time of a run: at its end what was not used for longest goes, if it is too much."""
    try:
        yield
    finally:
        entries = entries_in(envdir, gigabytes)
        if entries and (removed := entries.keep_within()):
            _LOG.info(
                "Known answers may take %d GB: the %s that were not used for the longest time are "
                "removed. --known-gb keeps more.",
                gigabytes,
                f"{removed:,}",
            )


def known_of(plan: Plan, options: Options) -> Known | None:
    """What is known for a run, `None` where nothing is to be kept.

    The results beside a baseline are known as well.

    Raises:
        MissingWalls: a wall that the caller asked for cannot be had.
    """
    entries = entries_in(options.envdir)
    if entries is None:
        return None
    return Known(
        entries=entries,
        environments=Environments.from_options(options),
        plan=plan,
        limits=options.limits,
        isolation=isolation(options.isolation),
        earlier=results_of(options.gate.baseline),
    )


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is kept for a plan on this machine, under these limits and behind these walls.

    `earlier` are results that serve where nothing is kept.
    """

    entries: Entries
    environments: Environments
    plan: Plan
    limits: Limits
    isolation: Isolation
    earlier: EarlierResults | None = None
    # What stays the same in a process, by the id of a cell and the number of a model.
    _names: dict[str, str] = field(default_factory=dict, compare=False)
    _pythons: dict[str, str | None] = field(default_factory=dict, compare=False)
    _fed: dict[int, str] = field(default_factory=dict, compare=False)

    def answer(
        self, planned: PlannedCell, model: int, inputs: str, held: Collection[str]
    ) -> Found | None:
        """What a model answered in a cell, where it is known.

        `inputs` is a digest of what it would be fed, `held` the walls that hold on this machine.
        """
        python = self._python(planned.cell)
        if not self._is_decided_here(model, held) or python is None:
            return None
        if not (place := self._place(planned.cell, python)):
            return None
        key = self._key(planned, model, inputs, place)
        kept = self._kept(key)
        found = kept and _asked(kept, planned, model, held, python)
        if found is None and self.earlier:
            kept = self.earlier.found(key, planned.cell.id, self.entries.most_of_one)
            found = kept and _asked(kept, planned, model, held, python)
        return found

    def _kept(self, key: str) -> Found | None:
        entry = self.entries.read(key)
        answer = answer_from(entry.document) if entry else None
        return Found(key=key, answer=answer, files=entry.files) if entry and answer else None

    def keep(
        self,
        planned: PlannedCell,
        outcome: Outcome,
        store: Store,
        first: Mapping[int, Mapping[str, str]],
    ) -> None:
        """Keep what each model answered in a cell that was just run.

        `first` are the files of inputs that each model began with, by signature.
        """
        measured = self.measured(planned, outcome, first)
        kept = list(self._answers(planned, outcome, store, measured))
        for one in kept:
            entry = Entry(document=answer_document(one.answer), files=one.files)
            if self.entries.write(one.key, entry):
                _LOG.debug("an answer of %s is kept as %s", planned.cell.id, one.key)
        if kept:
            record(store, planned.cell.id, kept)

    def note(
        self, planned: PlannedCell, outcome: Outcome, store: Store, measured: Measured
    ) -> None:
        """Write the keys of what another machine answered beside its outcome, and keep nothing.

        Only `measured` is what that machine says; the rest of each key is of this plan.
        """
        if found := list(self._answers(planned, outcome, store, measured)):
            record(store, planned.cell.id, found)

    def measured(
        self, planned: PlannedCell, outcome: Outcome, first: Mapping[int, Mapping[str, str]]
    ) -> Measured:
        """How a cell was run on this machine just now."""
        seen = outcome.verification
        python = seen.probe.environment.python if seen else None
        models = {check.model for check in planned.checks}
        return Measured(
            place=self._place(planned.cell, python) if python else "",
            first={model: first.get(model, {}) for model in models},
        )

    def _answers(
        self, planned: PlannedCell, outcome: Outcome, store: Store, measured: Measured
    ) -> Iterator[Found]:
        """What each model answered that was measured, under its key."""
        now = round(time.time(), 3)
        for model, first in sorted(measured.first.items()) if measured.place else ():
            answer = answer_of(outcome, planned, model, first=first, measured=now)
            held = answer.verification.probe.isolation.observed if answer else ()
            if answer is None or not self._is_decided_here(model, held):
                continue
            if model not in self._fed:
                self._fed[model] = inputs_digest(store, model)
            key = self._key(planned, model, self._fed[model], measured.place)
            most = self.entries.most_of_one
            if whole := with_outputs(answer, store.cell_folder(planned.cell.id), most):
                yield Found(key=key, answer=whole[0], files=whole[1])

    def _key(self, planned: PlannedCell, model: int, inputs: str, place: str) -> str:
        return answer_key(self.plan, planned, model, place=place, inputs=inputs, limits=self.limits)

    def _place(self, cell: Cell, python: str) -> str:
        """Where a cell is measured on this machine; empty where its packages are not resolved."""
        name = self._name(cell)
        if not name:
            return ""
        key = CellKey(environment=name, python=python)
        return place_key(self.plan, cell=key, isolation=self.isolation)

    def _name(self, cell: Cell) -> str | None:
        """The name of the environment of a cell; `None` where its packages are not resolved yet."""
        if not cell.runtime.needs_tensorflow:
            return cell.runtime.name
        if cell.id not in self._names and (name := self.environments.known_name(cell)):
            self._names[cell.id] = name
        return self._names.get(cell.id)

    def _python(self, cell: Cell) -> str | None:
        """The whole version of the Python of a cell, looked for once and not for each model."""
        if cell.id not in self._pythons:
            self._pythons[cell.id] = self.environments.python_version(cell)
        return self._pythons[cell.id]

    def _is_decided_here(self, model: int, held: Collection[str]) -> bool:
        """Whether nothing decides but what the key has: no other file, no address, no program.

        Behind walls a model cannot ask for them. Where it can, only one that is known to want
        nothing of that kind counts.
        """
        options = self.isolation.options
        is_open = options.network or options.programs or options.readable
        if not is_open and set(held) >= _CLOSED:
            return True
        if not self.plan.risks or self.plan.custom_objects or self.plan.brings_python(model):
            return False
        if _has_linked_folders(self.plan.models[model].path):
            return False
        return all(risk.kind != "outside_file" for risk in self.plan.risks_of(model))


def _asked(
    kept: Found, planned: PlannedCell, model: int, held: Collection[str], python: str
) -> Found | None:
    """What is asked of a model in a cell, where an answer says it and was measured alike."""
    probe = kept.answer.verification.probe
    if kept.answer.cell != planned.cell.id or set(probe.isolation.observed) != set(held):
        return None
    asked = about(kept.answer, planned, model) if probe.environment.python == python else None
    if asked is None:
        return None
    names = {one.stored for one in asked.verification.checks.values() if one.stored}
    if not names <= kept.files.keys() or not all(map(_OUTPUTS.fullmatch, names)):
        return None
    return replace(kept, answer=asked, files={name: kept.files[name] for name in names})


def _has_linked_folders(model: Path) -> bool:
    """Whether a folder of a model is a link: no digest covers what is in it."""
    return any((place / name).is_symlink() for place, names, _ in walk(model) for name in names)
