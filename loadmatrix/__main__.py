"""The command: `loadmatrix` and `python -m loadmatrix` run this."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """Run the command with the words of the call; gives its exit code."""
    try:
        from reports.cli import main as command

        return command()
    except KeyboardInterrupt:
        # While it was still being imported.
        sys.stderr.write("loadmatrix: interrupted.\n")
        return 130


def _without_the_caller() -> None:
    """Look for modules here, and not in the folder of the caller, as the command does.

    `-m` looks there first, and who calls may have a folder `reports` or a `click.py`.
    """
    here = str(Path(__file__).resolve().parents[1])
    sys.path[:] = [here, *(place for place in sys.path if place not in ("", os.getcwd()))]  # noqa: PTH109 - as Python spells it


if __name__ == "__main__":
    _without_the_caller()
    sys.exit(main())
