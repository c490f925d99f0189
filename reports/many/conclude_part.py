"""The report of one part of a large run: its models are written, and only their rows are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.overview.row import OverviewRow


@dataclass(frozen=True, kw_only=True)
class ConcludedPart:
    """What is left of a part in memory: one row a model, and what could not be made or written."""

    number: int
    rows: tuple[OverviewRow, ...]
    sentences: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()


def conclude_part(
    results: Path, number: int, places: Sequence[int], output: Path, *, complete: bool = True
) -> ConcludedPart:
    """Conclude part `number` of the run in `results`, and write the file of each model.

    Runs in a process of its own, or several at once. `places` are those of the models of the part,
    `output` is where `models/` is written. `complete` is false after an interrupt.
    """
    raise NotImplementedError
