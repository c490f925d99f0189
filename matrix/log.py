"""One logger for all rooms; `-v` and `-q` choose what is shown.

Library code logs and never prints. Its caller decides what is shown: `reports/output.py` for our
own sessions and command, any handler of the logger `loadmatrix` elsewhere. Progress is INFO, what
was decided and run is DEBUG, what commands wrote is OUTPUT, and what a user must know is WARNING.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

NAME = "loadmatrix"
# What a command wrote, line by line: below the commands themselves, which are DEBUG.
OUTPUT = 5
logging.addLevelName(OUTPUT, "OUTPUT")


# What -q, nothing, -v and -vv show.
LEVELS = {-1: logging.WARNING, 0: logging.INFO, 1: logging.DEBUG, 2: OUTPUT}


def verbosity() -> int:
    """How much is shown now: -1 where only results are, 0 by default, up to 2."""
    level = logging.getLogger(NAME).level
    return next((number for number, shown in LEVELS.items() if shown == level), 0)


def logger(module: str) -> logging.Logger:
    """The logger of one of our modules: `loadmatrix.matrix.run.cell`."""
    return logging.getLogger(f"{NAME}.{module}")


class WarnedOnce:
    """Warnings that come from several processes or cells, each logged once."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._told: set[str] = set()

    def warn(self, sentences: Iterable[str]) -> None:
        """Log those of these sentences that were not logged before."""
        for sentence in sentences:
            if sentence not in self._told:
                self._told.add(sentence)
                self._log.warning("%s", sentence)
