"""The cells of a run that no worker has taken yet: a file for each, and who removes it has it.

A folder of its own for each nox that is started: a worker of a run that was killed a moment ago
takes no cell of the next one.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_ALL = ".waiting"
_NAME = re.compile(r"\d+ (.+)")


@dataclass(frozen=True, kw_only=True)
class WaitingCells:
    """The cells that wait in a folder, in the order to run them."""

    folder: Path

    @classmethod
    @contextlib.contextmanager
    def of(cls, results: Path, cells: Sequence[str]) -> Iterator[WaitingCells]:
        """Have these cells wait for the time of a run; none waits afterwards.

        Raises:
            OSError: nothing can be written there.
        """
        place = results / _ALL
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        try:
            waiting = cls(folder=Path(tempfile.mkdtemp(dir=place)))
            for number, cell in enumerate(cells):
                (waiting.folder / f"{number:05} {cell}").touch()
            yield waiting
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def left(self) -> list[str]:
        """The cells that nobody has taken."""
        return [match.group(1) for name in self._names() if (match := _NAME.fullmatch(name))]

    def taken(self) -> Iterator[str]:
        """Take one cell after the other until none is left. No two workers get the same."""
        while (cell := self._next()) is not None:
            yield cell

    def _next(self) -> str | None:
        for name in self._names():
            match = _NAME.fullmatch(name)
            # Another worker was faster where it cannot be removed.
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
                if match:
                    return match.group(1)
        return None

    def _names(self) -> list[str]:
        with contextlib.suppress(OSError):
            return sorted(path.name for path in self.folder.iterdir())
        return []
