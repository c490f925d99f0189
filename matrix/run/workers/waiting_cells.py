"""The cells that no worker has taken yet: a file for each, and who removes it has it.

The name of a file says the place of the cell in the order, the run and the cell; its content is
the results folder of that run. A folder of its own for each nox that is started: a worker of a run
that was killed a moment ago takes no cell of the next one.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_ALL = ".waiting"
# While it is there, more cells may come.
_MORE = "more"
_NAME = re.compile(r"(\d+) (\d+) (.+)")
_POLL_SECONDS = 0.1


@dataclass(frozen=True, kw_only=True)
class WaitingCell:
    """A cell that waits: `run` is the number of the run it is of, `results` its results folder."""

    run: int
    cell: str
    results: Path


@dataclass(frozen=True, kw_only=True)
class WaitingCells:
    """The cells that wait in a folder, in the order to run them."""

    folder: Path

    @classmethod
    @contextlib.contextmanager
    def of(cls, results: Path) -> Iterator[WaitingCells]:
        """A place for cells to wait in, for the time of a run; none waits afterwards.

        Raises:
            OSError: nothing can be written there.
        """
        place = results / _ALL
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        try:
            waiting = cls(folder=Path(tempfile.mkdtemp(dir=place)))
            (waiting.folder / _MORE).touch()
            yield waiting
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def add(self, run: int, cells: Sequence[str], results: Path) -> None:
        """Have cells wait, after those that are there; runs come in the order of their numbers.

        Raises:
            OSError: they cannot be written.
        """
        for number, cell in enumerate(cells):
            place = self.folder / f"{run:05} {number:05} {cell}"
            # No worker shall read half a file.
            half = place.with_name(f"half {cell}")
            half.write_text(str(results), encoding="utf-8")
            half.replace(place)

    def no_more(self) -> None:
        """Say that those were all: a worker that finds none ends."""
        with contextlib.suppress(OSError):
            (self.folder / _MORE).unlink()

    def left(self) -> list[tuple[int, str]]:
        """The cells that nobody has taken, each with the number of its run."""
        found = filter(None, map(_NAME.fullmatch, self._names()))
        return [(int(match.group(1)), match.group(3)) for match in found]

    def taken(self) -> Iterator[WaitingCell]:
        """Take one cell after the other until no more come. No two workers get the same."""
        while True:
            # In this order: one may be added before it is said that no more come.
            may_come = (self.folder / _MORE).exists()
            if (cell := self._next()) is not None:
                yield cell
            elif not may_come:
                return
            else:
                time.sleep(_POLL_SECONDS)

    def _next(self) -> WaitingCell | None:
        for name in self._names():
            if not (match := _NAME.fullmatch(name)):
                continue
            # Another worker was faster where it cannot be removed.
            with contextlib.suppress(OSError):
                results = (self.folder / name).read_text(encoding="utf-8")
                (self.folder / name).unlink()
                run, cell = int(match.group(1)), match.group(3)
                return WaitingCell(run=run, cell=cell, results=Path(results))
        return None

    def _names(self) -> list[str]:
        with contextlib.suppress(OSError):
            return sorted(path.name for path in self.folder.iterdir())
        return []
