"""The stored outcome of each cell: `results/CELL/outcome.json`.

Written by the `probe` session when a cell is done, read by the `matrix` session, which runs in
another process. A cell without such a file was never started, or never finished.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from matrix.errors import UsageError
from matrix.files import write_json
from matrix.run.outcome import Outcome, from_document, to_document
from matrix.run.probe_output.events import read_events
from matrix.run.probe_process import FIRST_PROBE, Verification
from matrix.schemas import SCHEMA, require_schema

_OUTCOME = "outcome.json"
_PLAN = "plan.json"
_RUN = "run.json"
# Tracebacks of what this tool could not do while it made the report.
INTERNAL_ERRORS = "internal-errors.log"
_INPUTS = "inputs"
RULES = "rules.json"
_FIRST = "first.json"


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """When a run began and how many seconds it took; `complete` where it came to its end."""

    started: datetime
    seconds: float
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Store:
    """The `results/` folder of a run: its plan, and a folder for each cell."""

    folder: Path

    def cell_folder(self, cell: str) -> Path:
        return self.folder / cell

    def inputs(self, model: int) -> tuple[Path, ...]:
        """The files of arrays that a model is fed with, in the order to try them."""
        files = (self.folder / _INPUTS / str(model)).glob("*.npz")
        return tuple(sorted(files, key=lambda path: (len(path.stem), path.stem)))

    def rules(self, model: int) -> dict[str, Any] | None:
        """What is known of a model for inputs that no file has.

        `first` are the files to try first, by signature.
        """
        rules = self._read(model, RULES)
        return None if rules is None else {**rules, "first": self._read(model, _FIRST) or {}}

    def try_first(self, model: int, files: Mapping[str, str]) -> None:
        """Have the cells that follow begin with the files that signatures ran with.

        The first cell that runs a signature decides: that is the one nearest to the writer.
        """
        known = self._read(model, _FIRST) or {}
        if set(files) - set(known):
            write_json(self.folder / _INPUTS / str(model) / _FIRST, {**files, **known})

    def _read(self, model: int, name: str) -> dict[str, Any] | None:
        try:
            return dict(json.loads((self.folder / _INPUTS / str(model) / name).read_text("utf-8")))
        except (OSError, ValueError):
            return None

    def place_for_inputs(self, model: int) -> Path:
        """An empty folder for them."""
        place = self.folder / _INPUTS / str(model)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def stored(self, cell: str, file: str, key: str) -> Any:
        """A large output that a check of a cell stored; `None` where it cannot be read."""
        from matrix.npz import stored_array

        place = self.cell_folder(cell)
        path = place / file
        inside = path.resolve().is_relative_to(place.resolve())
        return stored_array(path, key) if inside else None

    @property
    def internal_errors(self) -> Path:
        return self.folder / INTERNAL_ERRORS

    @property
    def plan_file(self) -> Path:
        return self.folder / _PLAN

    @property
    def run_file(self) -> Path:
        return self.folder / _RUN

    @property
    def inputs_folder(self) -> Path:
        return self.folder / _INPUTS

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """For the time of a run: its cells read the plan from here, and no other may replace it.

        Raises:
            UsageError: another run is writing here.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            message = f"Another run is writing to {self.folder}."
            raise UsageError(
                f"{message} Wait until it ends, or choose another --output."
            ) from error
        try:
            yield
        finally:
            lock.release()

    def reset_for(self, plan: Mapping[str, Any], started: datetime | None = None) -> None:
        """Make room for a new run: what an earlier one left must not be taken for its results.

        From now on the run can be reported, whatever ends it.
        """
        for file in (self.run_file, self.internal_errors):
            file.unlink(missing_ok=True)
        for cell in self.cells_on_disk():
            shutil.rmtree(self.cell_folder(cell))
        write_json(self.plan_file, plan)
        self.note_run(started or datetime.now(UTC), 0.0, complete=False)

    def cells_on_disk(self) -> list[str]:
        """The cells that were begun here, whatever the plan says."""
        marks = (_OUTCOME, f"{FIRST_PROBE}/request.json")
        paths = [path for mark in marks for path in self.folder.glob(f"*/{mark}")]
        return sorted({path.relative_to(self.folder).parts[0] for path in paths})

    def note_run(self, started: datetime, seconds: float, *, complete: bool) -> None:
        """Write when the run began, how long it has taken, and whether it came to its end."""
        text = started.astimezone(UTC).isoformat(timespec="seconds")
        facts = {
            "schema": SCHEMA,
            "started": text,
            "seconds": round(seconds, 3),
            "complete": complete,
        }
        write_json(self.run_file, facts)

    def run_facts(self) -> RunFacts:
        """When the run began, how many seconds it took, and whether it came to its end.

        Of a run that was killed, the time until its last cell was done.

        Raises:
            OSError: there is no run here.
            ValueError, KeyError, TypeError: what is here is damaged.
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        # Older versions wrote this file only when a run had ended.
        facts = json.loads(self.run_file.read_text("utf-8")) if self.run_file.exists() else {}
        if facts:
            require_schema(facts, self.run_file, silent=True)
        planned = datetime.fromtimestamp(self.plan_file.stat().st_mtime, UTC)
        started = datetime.fromisoformat(facts["started"]) if facts else planned
        if facts.get("complete"):
            return RunFacts(started=started, seconds=facts["seconds"], complete=True)
        # Not the times of files: results are copied, and unpacked on other machines.
        outcomes = map(self.read, self.cells_on_disk())
        ends = [outcome.ended for outcome in outcomes if outcome and outcome.ended]
        seconds = max(ends, default=0.0) - started.timestamp()
        return RunFacts(
            started=started, seconds=max(0.0, seconds, facts.get("seconds", 0.0)), complete=False
        )

    def plan(self) -> dict[str, Any]:
        return json.loads(self.plan_file.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def is_finished(self, cell: str) -> bool:
        """Whether a cell has its outcome."""
        return (self.cell_folder(cell) / _OUTCOME).exists()

    def write(self, outcome: Outcome) -> None:
        ended = outcome.ended or round(time.time(), 3)
        document = to_document(replace(outcome, ended=ended))
        write_json(self.cell_folder(outcome.cell) / _OUTCOME, document)

    def read(self, cell: str) -> Outcome | None:
        """The outcome of a cell; `None` where it has none, or one that is not whole.

        Of a cell that was interrupted, what its probe had said until then.

        Raises:
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        path = self.cell_folder(cell) / _OUTCOME
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            require_schema(document, path, silent=True)
            return from_document(document)
        except FileNotFoundError:
            return self._interrupted(cell)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _interrupted(self, cell: str) -> Outcome | None:
        folder = self.cell_folder(cell) / FIRST_PROBE
        probe, records = read_events(folder)
        if not probe.imported:
            return None
        # A check that had not ended, or died and was not repeated, has not answered.
        whole = {name: record for name, record in records.items() if record.exit is None}
        seen = Verification(probe=probe, checks=whole)
        return Outcome(cell=cell, seconds=0.0, verification=seen)
