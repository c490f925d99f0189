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
from matrix.run.probe_output.events import CheckRecord
from matrix.run.store import Store

_RESULTS = "results"
# The parts of a divided run, below its results.
_PARTS = "parts"
# Models of a part ask for the same cell one after the other.
_AT_HAND = 4


@dataclass(frozen=True, kw_only=True)
class EarlierResults:
    """The results below a folder, those of all parts of a divided run."""

    results: Path

    def found(self, key: str, cell: str, most: int) -> Found | None:
        """The answer of a key in a cell, `None` where there is none that is what was recorded.

        Its large outputs may have `most` bytes.
        """
        for _ in range(2):
            folder = _folders_by_key(self.results, cell).get(_short(key))
            if folder is None:
                return None
            try:
                return _found(key, folder, cell, most)
            except OSError:
                # A run in the same folder has set these results aside since.
                _folders_by_key.cache_clear()
        return None


def results_of(baseline: Path | None) -> EarlierResults | None:
    """The results beside the report of an earlier run, or in its folder, if there are any."""
    if baseline is None:
        return None
    beside = (baseline if baseline.is_dir() else baseline.parent) / _RESULTS
    return EarlierResults(results=beside) if beside.is_dir() else None


@functools.lru_cache(maxsize=64)
def _folders_by_key(results: Path, cell: str) -> Mapping[int, Path]:
    """The results folder of each answer in a cell: thousands of models take little memory."""
    return {
        _short(key): folder for folder in _folders(results) for key in recorded_in(folder / cell)
    }


def _short(key: str) -> int:
    """Enough of a key to find it by."""
    return hash(key)


def _folders(results: Path) -> Iterator[Path]:
    """Every results folder: what a new run in the same place replaces was set aside in it."""
    parts = results / _PARTS
    for folder in (results, *(sorted(parts.iterdir()) if parts.is_dir() else ())):
        yield from (folder, folder / COMPLETE, folder / INTERRUPTED)


def _found(key: str, folder: Path, cell: str, most: int) -> Found | None:
    """The answer of a key in a results folder.

    Raises:
        OSError: it is not there any more.
    """
    changed = (folder / cell / ANSWERS).stat().st_mtime_ns
    recorded = _recorded(folder / cell, changed).get(key)
    number = recorded and _numbers(folder, cell, changed, most).get(recorded.digest)
    answer = number and _answers(folder, cell, changed).get(number)
    whole = answer and with_outputs(answer, folder / cell, most)
    if not whole or not recorded:
        return None
    answer = replace(
        whole[0], measured=recorded.measured, first=recorded.first, asked=recorded.asked
    )
    return Found(key=key, answer=answer, files=whole[1])


@functools.lru_cache(maxsize=_AT_HAND)
def _recorded(folder: Path, _changed: int) -> Mapping[str, Recorded]:
    return recorded_in(folder)


@functools.lru_cache(maxsize=_AT_HAND)
def _numbers(folder: Path, cell: str, changed: int, most: int) -> Mapping[str, str]:
    """The number of each model of a cell, by the digest of what it answered."""
    found = {}
    for number, answer in _answers(folder, cell, changed).items():
        # One at a time: large outputs of all models would fill the memory.
        if whole := with_outputs(answer, folder / cell, most):
            found[Found(key="", answer=whole[0], files=whole[1]).digest] = number
    return found


@functools.lru_cache(maxsize=_AT_HAND)
def _answers(folder: Path, cell: str, _changed: int) -> Mapping[str, Answer]:
    """What each model of a cell answered, by its number."""
    try:
        outcome = Store(folder=folder).read(cell)
    except LoadmatrixError:
        return {}
    if outcome is None or outcome.verification is None:
        return {}
    checks: dict[str, dict[str, CheckRecord]] = {}
    for name, record in outcome.verification.checks.items():
        number, _, unnumbered = name.partition(":")
        checks.setdefault(number, {})[unnumbered] = record
    return {
        number: Answer(
            cell=cell,
            verification=replace(outcome.verification, checks=records),
            measured=0.0,
            seconds=outcome.seconds,
        )
        for number, records in checks.items()
    }
