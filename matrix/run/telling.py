"""Has a cell say how far it is while it is run."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from matrix.log import logger
from matrix.model.facts import ModelFacts
from matrix.plan.plan import PlannedCell
from matrix.run import progress
from matrix.run.store import Store


@dataclass(kw_only=True)
class Telling:
    """What one cell says of itself; `models` are those of the plan."""

    store: Store
    planned: PlannedCell
    models: Sequence[ModelFacts] = ()
    _warnings: list[str] = field(default_factory=list)

    def installing(self, what: str) -> None:
        """The environment is made ready; `what` says which part of that."""
        self._note(progress.INSTALLING, detail=what)

    def starting(self) -> None:
        """A probe starts: importing TensorFlow is what takes its time."""
        self._note(progress.STARTING, total=len(self.planned.checks))

    def testing(self, check: str) -> None:
        """The check of an id begins."""
        ids = [each.id for each in self.planned.checks]
        place = ids.index(check) if check in ids else 0
        self._note(progress.TESTING, done=place, total=len(ids), detail=self._model(place))

    def ended(self) -> None:
        """The outcome of the cell is stored."""
        self._note(progress.DONE, done=len(self.planned.checks), total=len(self.planned.checks))

    def warned(self, sentence: str) -> None:
        """Something that a user must know: it stays until the cell is run again."""
        self._warnings.append(sentence)

    def _model(self, place: int) -> str:
        """The name of the model that is tested, where there are several."""
        number = self.planned.checks[place].model if self.planned.checks else 0
        several = 1 < len(self.models) > number
        return self.models[number].name if several else ""

    def _note(self, phase: str, done: int = 0, total: int = 0, detail: str = "") -> None:
        count = {"done": done, "total": total}
        cell, warnings = self.planned.cell.id, self._warnings
        progress.note(self.store, cell, phase, **count, detail=detail, warnings=warnings)


@contextlib.contextmanager
def told(telling: Telling) -> Iterator[Telling]:
    """For the time in which a cell is run: what is logged on its environment is told as well."""
    progress.forget(telling.store, telling.planned.cell.id)
    root = logger("matrix")
    handler = _Handler(telling)
    root.addHandler(handler)
    try:
        yield telling
    finally:
        root.removeHandler(handler)


class _Handler(logging.Handler):
    """Tells what is done to the environment of a cell, and every warning."""

    def __init__(self, telling: Telling) -> None:
        super().__init__(logging.INFO)
        self._telling = telling
        self._thread = threading.get_ident()
        self._environments = logger("matrix.environments").name

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._thread:
            # Another cell may be made ready beside this one.
            return
        if record.levelno >= logging.WARNING:
            self._telling.warned(record.getMessage())
        elif record.levelno == logging.INFO and record.name.startswith(self._environments):
            self._telling.installing(record.getMessage())
