"""The options of the `clean` session, which empties the cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.cache import cache_folder
from matrix.options.command_line.declared import on_the_line
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import JSON, absolute
from matrix.options.reading import from_the_file


@dataclass(frozen=True, kw_only=True)
class CleanOptions:
    """The cache folder that is emptied, and whether what was removed is told as JSON."""

    envdir: Path
    as_json: bool = False


def clean_line() -> Line:
    """The command line of the `clean` session."""
    return Line("clean", {"envdir": on_the_line(Options)["envdir"], "json": JSON})


def clean_options(arguments: Sequence[str], folder: Path) -> CleanOptions:
    """The options of a call of the `clean` session made in `folder`.

    Raises:
        UsageError: an option that it has not.
    """
    written = from_the_file(folder) | clean_line().read(arguments)
    envdir = absolute(folder, written["envdir"]) if "envdir" in written else cache_folder()
    return CleanOptions(envdir=envdir, as_json="json" in written)
