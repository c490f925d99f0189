"""The results folder of a run: its plan, its inputs, and the outcome of each cell.

Outcomes are written by a worker when a cell is done, and read by the `matrix` session,
which runs in another process. A cell without one was never started, or never finished.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from matrix.errors import LoadmatrixError
from matrix.files import remove, write_bytes, write_text
from matrix.run.keeping import spare_outcomes, writers
from matrix.run.keeping.model_inputs import ModelInputs
from matrix.run.keeping.outcome_files import MARKS, OutcomeFiles
from matrix.run.keeping.run_facts import RunFacts
from matrix.run.outcome import Outcome
from matrix.stored_files import DAMAGED, plain_text

_PLAN = "plan.json"
_RUN = "run.json"
# Tracebacks of what this tool could not do while it made the report.
INTERNAL_ERRORS = "internal-errors.log"
# What the nox below a run and the sessions of its cells print.
_NOX_LOG = "nox.log"
_INPUTS = "inputs"


@dataclass(frozen=True, kw_only=True)
class Store:
    """The `results/` folder of a run: its plan, and a folder for each cell.

    `run` is the id of the run to write for; without it that is the one in the folder.
    """

    folder: Path
    run: str | None = None

    def of_this_run(self) -> Store:
        """The same, for the run that is here now: nothing is written to one that begins later."""
        return replace(self, run=self._run_here())

    def cell_folder(self, cell: str) -> Path:
        return self.folder / cell

    def inputs(self, model: int) -> ModelInputs:
        """What a model is fed, by its number in the plan."""
        return ModelInputs(folder=self.inputs_folder / str(model))

    def stored(self, cell: str, file: str, key: str) -> Any:
        """A large output that a check of a cell stored; `None` where it cannot be read."""
        from matrix.npz import stored_array

        place = self.cell_folder(cell)
        path = place / file
        inside = not place.is_symlink() and path.resolve().is_relative_to(place.resolve())
        return stored_array(path, key) if inside else None

    @property
    def internal_errors(self) -> Path:
        return self.folder / INTERNAL_ERRORS

    @property
    def nox_log(self) -> Path:
        return self.folder / _NOX_LOG

    @property
    def plan_file(self) -> Path:
        return self.folder / _PLAN

    @property
    def run_file(self) -> Path:
        return self.folder / _RUN

    @property
    def inputs_folder(self) -> Path:
        return self.folder / _INPUTS

    def exclusive(self) -> contextlib.AbstractContextManager[None]:
        """For the time of a run: its cells read the plan from here, and no other may replace it.

        Raises:
            UsageError: another run is writing here, or cells of one that was killed.
        """
        return writers.only_run(self.folder)

    def cells_ended(self) -> bool:
        """Wait until no cell writes here any more; `False` where one does not end."""
        return writers.cells_ended(self.folder)

    @contextlib.contextmanager
    def writing(self, cell: str) -> Iterator[None]:
        """For the time in which a cell is run: from now on what lies there is of this run.

        Raises:
            UsageError: the same cell of a run that was killed is still writing.
            OSError: nothing can be written here.
        """
        with writers.writing(self.cell_folder(cell)):
            self._files(cell).begin()
            yield

    def reset_for(
        self, plan: Mapping[str, Any], started: datetime | None = None, key: str = ""
    ) -> None:
        """Make room for a new run: what an earlier one left must not be taken for its results.

        From now on the run can be reported, whatever ends it, and continued by a call with the
        same `key`.
        """
        # Without a plan there is no run here, should this be cut short.
        self.plan_file.unlink(missing_ok=True)
        for log in (self.internal_errors, self.nox_log):
            log.unlink(missing_ok=True)
        spare_outcomes.forget(self.folder)
        for cell in self.cells_on_disk():
            remove(self.cell_folder(cell))
        RunFacts.begun(started or datetime.now(UTC), key).write(self.run_file)
        self._write_plan(plan)

    def _write_plan(self, plan: Mapping[str, Any]) -> None:
        # Not set in: that of many models is large, and takes ten times as long so.
        write_text(self.plan_file, json.dumps(plan, ensure_ascii=False) + "\n", durable=True)

    def continue_with(self, plan: Mapping[str, Any], cells: Collection[str]) -> RunFacts:
        """Go on with the run that is here: `cells` are tried again, and keep what is known."""
        self.try_again(cells)
        facts = self.run_facts().continued(datetime.now(UTC))
        facts.write(self.run_file)
        self._write_plan(plan)
        return facts

    def try_again(self, cells: Collection[str]) -> None:
        """Make room for new outcomes of cells, and keep what is known until they are there."""
        for cell in cells:
            self._files(cell).try_again()

    def bring_back(self) -> None:
        """Take in the outcomes that were kept elsewhere because the disk was full."""
        for cell in spare_outcomes.kept_cells(self.folder):
            if outcome := self.read(cell):
                self.write(outcome)

    def cells_on_disk(self) -> list[str]:
        """The cells that were begun here, whatever the plan says."""
        paths = [path for mark in MARKS for path in self.folder.glob(f"*/{mark}")]
        found = {path.relative_to(self.folder).parts[0] for path in paths}
        return sorted(found.union(spare_outcomes.kept_cells(self.folder)))

    def note_end(self, seconds: float, *, complete: bool) -> None:
        """Write how long the run has taken, and whether it came to its end."""
        replace(self.run_facts(), seconds=seconds, complete=complete).write(self.run_file)

    def note_chosen(self) -> None:
        """Write that all cells of this part of a fast run are chosen."""
        replace(self.run_facts(), chosen=True).write(self.run_file)

    def run_facts(self) -> RunFacts:
        """When the run began, how many seconds it took, and whether it came to its end.

        Of a run that was killed, the time until its last cell was done.

        Raises:
            OSError: there is no run here.
            One of `DAMAGED`: what is here is damaged.
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        if self.run_file.exists():
            facts = RunFacts.read(self.run_file)
        else:
            # Older versions wrote this file only when a run had ended.
            planned = datetime.fromtimestamp(self.plan_file.stat().st_mtime, UTC)
            facts = RunFacts(started=planned)
        if facts.complete:
            return facts
        # Not the times of files: results are copied, and unpacked on other machines.
        outcomes = map(self.read, self.cells_on_disk())
        ends = [outcome.ended for outcome in outcomes if outcome and outcome.ended]
        return facts.with_last_end(max(ends, default=0.0))

    def plan(self) -> dict[str, Any]:
        return json.loads(plain_text(self.plan_file))  # type: ignore[no-any-return]

    def is_finished(self, cell: str) -> bool:
        """Whether a cell has its outcome."""
        # Asked of every cell, several times a second: which run it is of does not matter here.
        return OutcomeFiles(results=self.folder, cell=cell, run=self.run).is_finished

    def write(self, outcome: Outcome) -> None:
        """Write the outcome of a cell, or keep it elsewhere where it cannot be written here.

        Raises:
            OSError: it can be written nowhere.
        """
        ended = outcome.ended or round(time.time(), 3)
        self._files(outcome.cell).write(replace(outcome, ended=ended))

    def read(self, cell: str) -> Outcome | None:
        """The outcome of a cell; `None` where it has none, or one of another run.

        Of a cell that was interrupted, what its probe had said until then.

        Raises:
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        return self._files(cell).read()

    def write_known(self, outcome: Outcome, *, finished: bool) -> None:
        """Write what earlier runs have measured in a cell.

        It is all that is asked of the cell where it is `finished`, else what need not be tested.

        Raises:
            OSError: it cannot be written.
        """
        models = None if finished else tuple(sorted(outcome.reused))
        known = replace(outcome, ended=round(time.time(), 3), models=models)
        self._files(outcome.cell).write_known(known, finished=finished)

    def write_open(self, outcome: Outcome) -> None:
        """Write what is known so far of a cell that has not ended.

        Raises:
            OSError: it cannot be written.
        """
        self._files(outcome.cell).write_open(outcome)

    def write_output(self, cell: str, name: str, content: bytes) -> None:
        """Write a file with large outputs of a check that is known.

        Raises:
            OSError: it cannot be written.
        """
        write_bytes(self.cell_folder(cell) / name, content)

    def known(self, cell: str) -> Outcome | None:
        """What is known of some models of a cell, which are not to be tested again."""
        return self._files(cell).known()

    def is_settled(self, cell: str) -> bool:
        """Whether a cell has an outcome that another try would not better.

        A cell without an environment, with one that cannot be imported, or with a model that was
        changed meanwhile or was not there may say more the next time.
        """
        outcome = self.read(cell) if self.is_finished(cell) else None
        if outcome is None or outcome.verification is None:
            return False
        if outcome.changed or outcome.absent:
            return False
        return outcome.verification.probe.imported is True

    def _files(self, cell: str) -> OutcomeFiles:
        return OutcomeFiles(results=self.folder, cell=cell, run=self.run or self._run_here())

    def _run_here(self) -> str | None:
        try:
            return RunFacts.read(self.run_file).id
        except (OSError, LoadmatrixError, *DAMAGED):
            return None
