"""The option of the `clean` session, which empties the cache."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matrix.cache import cache_folder
from matrix.options.declared import on_the_line
from matrix.options.line import Line
from matrix.options.options import Options
from matrix.options.parsing import absolute
from matrix.options.reading import from_the_file


def clean_line() -> Line:
    """The command line of the `clean` session."""
    return Line("clean", {"envdir": on_the_line(Options)["envdir"]})


def clean_options(arguments: Sequence[str], folder: Path) -> Path:
    """The cache folder that `nox -s clean` empties.

    Raises:
        UsageError: anything but `--envdir` was given.
    """
    written = from_the_file(folder) | clean_line().read(arguments)
    return absolute(folder, written["envdir"]) if "envdir" in written else cache_folder()
