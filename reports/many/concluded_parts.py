"""What became of the parts of a run that were concluded: together they are the rows of a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.many.conclude_part import ConcludedPart
from reports.overview.row import OverviewRow
from reports.report.internal_errors import InternalErrors


@dataclass(frozen=True, kw_only=True)
class ConcludedParts:
    """The rows of all models, in the order of their places.

    `is_whole` says that each part could be concluded from its results.
    """

    rows: tuple[OverviewRow, ...]
    is_whole: bool


def joined(
    parts: Iterable[tuple[int, ConcludedPart | None]], errors: InternalErrors
) -> ConcludedParts:
    """The parts by number, `None` where its process was killed; what failed is among the errors."""
    rows: list[OverviewRow] = []
    is_whole = True
    for number, part in parts:
        if part is None:
            errors.sentences.append(
                f"the report of part {number} could not be created (its process was killed)"
            )
            is_whole = False
            continue
        errors.sentences.extend(part.sentences)
        errors.unwritten.extend(part.unwritten)
        rows.extend(part.rows)
        is_whole = is_whole and not part.is_lost
    rows.sort(key=lambda row: row.place)
    return ConcludedParts(rows=tuple(rows), is_whole=is_whole)
