"""One logger for all rooms: what is done, for who wants to follow it.

Library code logs and never prints. Who calls it decides what is shown: `reports/terminal.py` for
our own sessions and command, any handler of the logger `loadmatrix` elsewhere.
"""

from __future__ import annotations

import logging

NAME = "loadmatrix"
# What a command wrote, line by line: below the commands themselves, which are DEBUG.
OUTPUT = 5
logging.addLevelName(OUTPUT, "OUTPUT")


def logger(module: str) -> logging.Logger:
    """The logger of one of our modules: `loadmatrix.matrix.run.cell`."""
    return logging.getLogger(f"{NAME}.{module}")
