"""Which cells of a model were measured, reused or predicted, in a sentence each. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from matrix.results.result import Source
from reports.report.cell_report import CellReport


def measured_sentence(cells: Sequence[CellReport]) -> str:
    """How much was measured, where a fast run left cells to their predictions; else empty."""
    predicted = _of(cells, Source.PREDICTED)
    if not predicted:
        return ""
    measured = [cell for cell in cells if cell not in predicted and cell.kind.is_answer]
    whole = len(measured) + len(predicted)
    alone = all(cell.plain for cell in cells) and len({c.tensorflow for c in cells}) == len(cells)
    noun = "TensorFlow releases" if alone else "cells"
    others = "the other is" if len(predicted) == 1 else f"the other {len(predicted)} are"
    return (
        f"Measured in {len(measured)} of {whole} {noun} (--fast); {others} predicted: "
        "run without --fast to measure them."
    )


def reused_sentence(cells: Sequence[CellReport]) -> str:
    """What an earlier run measured, and when; empty where this run measured everything."""
    reused = _of(cells, Source.REUSED)
    if not reused:
        return ""
    known = len(cells) - len(_of(cells, Source.PREDICTED))
    days = sorted({cell.measured_at[:10] for cell in reused if cell.measured_at})
    when = f" ({days[0]}{f' to {days[-1]}' if len(days) > 1 else ''})" if days else ""
    if len(reused) == known:
        who = f"All {known} cells were" if known > 1 else "The cell was"
    else:
        who = f"{len(reused)} of {known} cells {'was' if len(reused) == 1 else 'were'}"
    them = "it" if len(reused) == 1 else "them"
    return f"{who} measured earlier{when} and reused; --fresh measures {them} again."


def _of(cells: Sequence[CellReport], source: Source) -> list[CellReport]:
    return [cell for cell in cells if cell.source == source.value]
