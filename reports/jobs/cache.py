"""`nox -s cache`: what is kept in the cache of the user, and known answers that travel."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from matrix.costs.rates import Rates
from matrix.entries import Entries
from matrix.environments.disk_usage import all_bytes
from matrix.errors import LoadmatrixError, UsageError
from matrix.known.known import VARIABLE, entries_in
from matrix.known.travel import Imported, export_known, import_known
from matrix.options.cache import EXPORT, CacheOptions, cache_options
from matrix.schemas import SCHEMA
from reports.output import document, echo, json_alone


def cache(arguments: Sequence[str], folder: Path) -> int:
    """Show the cache, or write known answers into a file, or take in those of one.

    Raises:
        UsageError: a wrong option, or a file that is no export.
        LoadmatrixError: the file ends in the middle; what was whole of it is taken in.
        OSError: a file cannot be written.
    """
    options = cache_options(arguments, folder)
    with json_alone(options.as_json):
        return _cache(options)


def _cache(options: CacheOptions) -> int:
    entries = entries_in(options.envdir, options.known_gb)
    if options.file is None:
        kept = _Kept.of(options, entries)
        _as_json(folder=str(options.envdir), **asdict(kept))
        echo("\n".join(_shown(kept, options)))
        return 0
    if entries is None:
        raise UsageError(f"Nothing is kept, as {VARIABLE} says. Unset it.")
    if options.action == EXPORT:
        done = export_known(entries, options.file)
        _as_json(file=str(options.file), **asdict(done))
        what = _count(done.entries, "entry", "entries")
        echo(f"Wrote {what} of known answers and inputs into {options.file} ({_mb(done.size)}).")
        return 0
    taken = import_known(entries, options.file)
    _as_json(file=str(options.file), **asdict(taken))
    echo(_sentence(taken, options.file, entries))
    if taken.torn:
        raise LoadmatrixError(
            f"{options.file} was not read to its end: {taken.torn}. What was whole of it is taken "
            "in. Export it again."
        )
    return 0


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """What is in a cache, with bytes; `None` where no known answers are kept."""

    environments: int
    environment_bytes: int
    known_answers: int | None
    known_bytes: int | None
    measured_cells: int

    @classmethod
    def of(cls, options: CacheOptions, entries: Entries | None) -> Self:
        place = options.envdir / "envs"
        stamps = [path for path in place.glob("*") if path.is_dir()] if place.is_dir() else []
        return cls(
            environments=len(stamps),
            environment_bytes=all_bytes(place) if stamps else 0,
            known_answers=None if entries is None else sum(1 for _ in entries.all_keys()),
            known_bytes=None if entries is None else entries.size(),
            measured_cells=Rates.read(options.envdir).cells,
        )


def _shown(kept: _Kept, options: CacheOptions) -> Iterator[str]:
    yield f"{options.envdir}:"
    size = _mb(kept.environment_bytes) if kept.environments else "0 MB"
    yield (
        f"  {_count(kept.environments, 'environment', 'environments')}, {size} with files that the "
        "cache of the installer shares"
    )
    if kept.known_answers is None or kept.known_bytes is None:
        yield f"  no known answers are kept, as {VARIABLE} says"
    else:
        yield (
            f"  {_count(kept.known_answers, 'entry', 'entries')} of known answers and inputs, "
            f"{_mb(kept.known_bytes)} of at most {options.known_gb} GB (--known-gb)"
        )
    yield (
        f"  what {_count(kept.measured_cells, 'cell', 'cells')} cost on this machine, for estimates"
    )


def _as_json(**values: Any) -> None:
    document(json.dumps({"schema": SCHEMA, **values}, indent=2) + "\n")


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
