"""`nox -s cache`: what is kept in the cache of the user, and known answers that travel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matrix.costs.rates import Rates
from matrix.entries import Entries
from matrix.environments.disk_usage import all_bytes
from matrix.errors import LoadmatrixError, UsageError
from matrix.known.known import VARIABLE, entries_in
from matrix.known.travel import Imported, export_known, import_known
from matrix.options.cache import EXPORT, CacheOptions, cache_options
from reports.output import echo


def cache(arguments: Sequence[str], folder: Path) -> int:
    """Show the cache, or write known answers into a file, or take in those of one.

    Raises:
        UsageError: a wrong option, or a file that is no export.
        LoadmatrixError: the file ends in the middle; what was whole of it is taken in.
        OSError: a file cannot be written.
    """
    options = cache_options(arguments, folder)
    entries = entries_in(options.envdir, options.known_gb)
    if options.file is None:
        echo("\n".join(_shown(options, entries)))
        return 0
    if entries is None:
        raise UsageError(f"Nothing is kept, as {VARIABLE} says. Unset it.")
    if options.action == EXPORT:
        done = export_known(entries, options.file)
        what = _count(done.entries, "entry", "entries")
        echo(f"Wrote {what} of known answers and inputs into {options.file} ({_mb(done.size)}).")
        return 0
    taken = import_known(entries, options.file)
    echo(_sentence(taken, options.file, entries))
    if taken.torn:
        raise LoadmatrixError(
            f"{options.file} was not read to its end: {taken.torn}. What was whole of it is taken "
            "in. Export it again."
        )
    return 0


def _shown(options: CacheOptions, entries: Entries | None) -> list[str]:
    place = options.envdir / "envs"
    stamps = [path for path in place.glob("*") if path.is_dir()] if place.is_dir() else []
    size = _mb(all_bytes(place)) if stamps else "0 MB"
    lines = [
        f"{options.envdir}:",
        f"  {_count(len(stamps), 'environment', 'environments')}, {size} with files that the cache "
        "of the installer shares",
    ]
    if entries is None:
        lines.append(f"  no known answers are kept, as {VARIABLE} says")
    else:
        kept = _count(sum(1 for _ in entries.all_keys()), "entry", "entries")
        lines.append(
            f"  {kept} of known answers and inputs, {_mb(entries.size())} of at most "
            f"{options.known_gb} GB (--known-gb)"
        )
    cells = _count(Rates.read(options.envdir).cells, "cell", "cells")
    lines.append(f"  what {cells} cost on this machine, for estimates")
    return lines


def _sentence(taken: Imported, file: Path, entries: Entries) -> str:
    parts = [f"{taken.kept:,} were here already"] if taken.kept else []
    parts += [f"{taken.damaged:,} are damaged and were left out"] if taken.damaged else []
    more = f"; {', '.join(parts)}" if parts else ""
    new = _count(taken.new, "entry", "entries")
    return f"Took {new} of known answers and inputs from {file} into {entries.folder}{more}."


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _mb(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"
