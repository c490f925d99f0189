"""What is stored of one cell: its outcome, what its probe has said, what was known before.

A cell that is tried again keeps what was known of it until its new outcome is there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.files import write_json, write_text
from matrix.log import logger
from matrix.run.keeping import orphans, spare_outcomes
from matrix.run.keeping.joined_outcomes import together
from matrix.run.outcome import Outcome, from_document, to_document
from matrix.run.probe_output.events import read_events
from matrix.run.probe_process import FIRST_PROBE, Verification
from matrix.schemas import require_schema
from matrix.stored_files import DAMAGED, plain_text

OUTCOME = "outcome.json"
# Which run began the cell.
BEGUN = "begun.json"
# What was known of a cell that is tried again.
EARLIER = "earlier.json"
# What is known of some of its models, which are not tested again.
KNOWN = "known.json"
_OF_THE_PROBE = (f"{FIRST_PROBE}/events.jsonl", f"{FIRST_PROBE}/request.json")
# Each of them says that a cell was begun here. Older versions left no other than the last.
MARKS = (OUTCOME, BEGUN, EARLIER, KNOWN, *_OF_THE_PROBE)
_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class OutcomeFiles:
    """The files of one cell in its folder below `results`.

    `run` is the id of the run in that folder, `None` where that is not known. What another run
    wrote is not read.
    """

    results: Path
    cell: str
    run: str | None

    @property
    def folder(self) -> Path:
        return self.results / self.cell

    @property
    def is_finished(self) -> bool:
        """Whether the cell has its outcome, here or where it was kept."""
        if (self.folder / OUTCOME).exists():
            return True
        return spare_outcomes.spare_file(self.results, self.cell) is not None

    def begin(self) -> None:
        """Say that the run begins with this cell: what lies here from now on is of this run."""
        write_json(self.folder / BEGUN, {"run": self.run})

    def write(self, outcome: Outcome) -> None:
        """Write an outcome, or keep it elsewhere where it cannot be written.

        Raises:
            OSError: it can be written nowhere.
            KeyboardInterrupt: the run is gone, and has killed what this outcome is about.
        """
        if orphans.is_ending():
            raise KeyboardInterrupt
        document = {**to_document(outcome), "run": self.run}
        try:
            write_json(self.folder / OUTCOME, document, durable=True)
        except OSError as error:
            place = spare_outcomes.keep(self.results, self.cell, document)
            if place is None:
                raise
            _LOG.warning(
                "The outcome of %s cannot be written (%s), so it is kept in %s. The report and the "
                "next run find it there.",
                self.cell,
                error.strerror or error,
                place,
            )
        else:
            spare_outcomes.forget(self.results, self.cell)
            (self.folder / EARLIER).unlink(missing_ok=True)

    def read(self) -> Outcome | None:
        """What is known of the cell; `None` where that is nothing.

        Raises:
            LoadmatrixError: another version wrote it, in a form that this one does not read.
        """
        if self.folder.is_symlink():
            # It leads to logs and answers of somebody else.
            return None
        if outcome := self._outcome():
            return outcome
        seen, known = _fuller(self._interrupted(), self._stored(EARLIER)), self.known()
        return together(seen, known) if seen and known else seen or known

    def known(self) -> Outcome | None:
        """What is known of some of its models, which need no test."""
        return self._stored(KNOWN)

    def write_known(self, outcome: Outcome, *, finished: bool) -> None:
        """Write what is known of a cell: all that is asked, or of some of its models."""
        document = {**to_document(outcome), "run": self.run}
        # Nothing is lost with it, so it need not outlive a power failure; and there may be many.
        write_text(self.folder / (OUTCOME if finished else KNOWN), f"{json.dumps(document)}\n")

    def write_open(self, outcome: Outcome) -> None:
        """Write what is known of a cell that has not ended."""
        document = {**to_document(outcome), "run": self.run}
        write_json(self.folder / EARLIER, document, durable=True)

    def try_again(self) -> None:
        """Make room for a new outcome, and keep what is known until it is there."""
        if known := self.read():
            self.write_open(known)
        for name in (OUTCOME, *_OF_THE_PROBE):
            (self.folder / name).unlink(missing_ok=True)
        spare_outcomes.forget(self.results, self.cell)

    def _outcome(self) -> Outcome | None:
        if stored := self._stored(OUTCOME):
            return stored
        spare = spare_outcomes.spare_file(self.results, self.cell)
        return self._read(spare) if spare else None

    def _stored(self, name: str) -> Outcome | None:
        return self._read(self.folder / name)

    def _read(self, path: Path) -> Outcome | None:
        document = _document(path)
        if document is None or self.run not in (None, document.get("run")):
            return None
        require_schema(document, path, silent=True)
        try:
            outcome = from_document(document)
        except DAMAGED:
            return None
        # A folder that was copied or renamed says nothing about another cell.
        return outcome if outcome.cell == self.cell else None

    def _interrupted(self) -> Outcome | None:
        """What the probe of a cell had said that was interrupted."""
        begun = _document(self.folder / BEGUN) or {}
        if self.run not in (None, begun.get("run")):
            return None
        folder = self.folder / FIRST_PROBE
        if folder.is_symlink():
            return None
        probe, records = read_events(folder)
        if not probe.imported:
            return None
        # A check that had not ended, or died and was not repeated, has not answered.
        whole = {name: record for name, record in records.items() if record.exit is None}
        seen = Verification(probe=probe, checks=whole)
        return Outcome(cell=self.cell, seconds=0.0, verification=seen)


def _document(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(plain_text(path))
    except (OSError, *DAMAGED):
        return None
    return document if isinstance(document, dict) else None


def _fuller(first: Outcome | None, second: Outcome | None) -> Outcome | None:
    """Of two that are known of a cell the one with more checks."""
    known = [outcome for outcome in (first, second) if outcome]
    return max(known, key=_checks, default=None)


def _checks(outcome: Outcome) -> int:
    return len(outcome.verification.checks) if outcome.verification else 0
