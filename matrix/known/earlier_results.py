"""The results of an earlier run as known answers: what was measured there is not measured again.

They serve where the key is the same that was recorded when it was measured: the same bytes of the
model, packages, machine and version of this tool. Nothing is guessed of results without keys.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.known.answers import Answer
from matrix.known.outputs import with_outputs
from matrix.known.recorded import ANSWERS, Found, Recorded, recorded_in
from matrix.run.keeping.earlier import COMPLETE, INTERRUPTED
from matrix.run.outcome import Outcome
from matrix.run.store import Store

_RESULTS = "results"
# The parts of a divided run, below its results.
_PARTS = "parts"
# Models of a part ask for the same cell one after the other.
_AT_HAND = 4
# A results folder, and the number of a model in it.
_Place = tuple[Path, int]


@dataclass(frozen=True, kw_only=True)
class EarlierResults:
    """The results below a folder, those of all parts of a divided run."""

    results: Path

    def found(self, key: str, cell: str, most: int) -> Found | None:
        """The answer of a key in a cell, `None` where there is none that is what was recorded.

        Its large outputs may have `most` bytes.
        """
        for _ in range(2):
            place = _places(self.results, cell).get(_short(key))
            if place is None:
                return None
            try:
                return _found(key, place, cell, most)
            except OSError:
                # A run in the same folder has set these results aside since.
                _places.cache_clear()
        return None


def results_of(baseline: Path | None) -> EarlierResults | None:
    """The results beside the report of an earlier run, or in its folder, if there are any."""
    if baseline is None:
        return None
    beside = (baseline if baseline.is_dir() else baseline.parent) / _RESULTS
    return EarlierResults(results=beside) if beside.is_dir() else None


@functools.lru_cache(maxsize=64)
def _places(results: Path, cell: str) -> Mapping[int, _Place]:
    """Where the answers of a cell lie, by their keys: thousands of models take little memory."""
    return {
        _short(recorded.key): (folder, model)
        for folder in _folders(results)
        for model, recorded in recorded_in(folder / cell).items()
    }


def _short(key: str) -> int:
    """Enough of a key to find it by."""
    return hash(key)


def _folders(results: Path) -> Iterator[Path]:
    """Every results folder: what a new run in the same place replaces was set aside in it."""
    parts = results / _PARTS
    for folder in (results, *(sorted(parts.iterdir()) if parts.is_dir() else ())):
        yield from (folder, folder / COMPLETE, folder / INTERRUPTED)


def _found(key: str, place: _Place, cell: str, most: int) -> Found | None:
    """The answer at a place.

    Raises:
        OSError: it is not there any more.
    """
    folder, model = place
    changed = (folder / cell / ANSWERS).stat().st_mtime_ns
    recorded = _recorded(folder / cell, changed).get(model)
    outcome = _outcome(folder, cell, changed)
    if recorded is None or recorded.key != key or outcome is None or outcome.verification is None:
        return None
    seen, start = outcome.verification, f"{model}:"
    checks = {
        name.removeprefix(start): record
        for name, record in seen.checks.items()
        if name.startswith(start)
    }
    answer = Answer(
        cell=cell,
        verification=replace(seen, checks=checks),
        measured=recorded.measured,
        seconds=outcome.seconds,
        first=recorded.first,
        asked=recorded.asked,
    )
    whole = with_outputs(answer, folder / cell, most)
    if whole is None:
        return None
    found = Found(key=key, answer=whole[0], files=whole[1])
    return found if found.digest == recorded.digest else None


@functools.lru_cache(maxsize=_AT_HAND)
def _recorded(folder: Path, _changed: int) -> Mapping[int, Recorded]:
    return recorded_in(folder)


@functools.lru_cache(maxsize=_AT_HAND)
def _outcome(folder: Path, cell: str, _changed: int) -> Outcome | None:
    try:
        return Store(folder=folder).read(cell)
    except LoadmatrixError:
        return None
