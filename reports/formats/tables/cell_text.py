"""One cell of a report for a terminal: each loader with its verdict, and why. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from matrix.plan.variant import UNCOMPILED, Variant
from reports.causes.answer import in_words
from reports.formats.shared_reasons import why
from reports.formats.table import words
from reports.formats.tables.marks import marked
from reports.report.cause import Cause
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.text import first_line

_MOST = 600
# With room for a whole script: a sentence that says "like this" has it below.
_MOST_LINES = 60


def render_cell(
    model: ModelReport, cell: CellReport, width: int = 100, *, symbols: bool = False
) -> str:
    """What the cell is, then its best check by loader, in lines of at most `width`."""
    made_of = [f"{n} {v}" for n, v in (("Python", cell.python), ("Keras", cell.keras)) if v]
    beside = f" ({', '.join(map(first_line, made_of))})" if made_of else ""
    verdict = marked(cell.verdict) if symbols else cell.verdict
    title = first_line(f"{model.title} in {cell.id}{beside}: {verdict}")
    parts = ["\n".join(textwrap.wrap(title, width, subsequent_indent="    "))]
    best = [check for loader in cell.loaders if (check := cell.best(loader))]
    for check in best:
        lines = [*_check(model, check, width, symbols), *_uncompiled(cell, check, width)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _check(model: ModelReport, check: CheckReport, width: int, symbols: bool) -> Iterator[str]:
    told = words(check)
    yield first_line(f"{check.loader}: {marked(told) if symbols else told}", width)
    diagnosis = check.diagnosis
    if diagnosis is not None and check.is_answer and diagnosis.cause is not Cause.UNCLASSIFIED:
        text = in_words(diagnosis, width - 4, most=_MOST_LINES)
    else:
        reason = first_line(why(check), _MOST).removeprefix(f"{check.verdict}: ")
        text = "\n".join(textwrap.wrap(reason, width - 4))
    yield from (
        f"    {line}".rstrip() for line in text.replace(model.path, model.name).splitlines()
    )


def _uncompiled(cell: CellReport, best: CheckReport, width: int) -> Iterator[str]:
    """Why a check has `compile=False`: the same call failed without."""
    failed = next(
        (one for one in cell.checks if one.loader == best.loader and one.loads is False), None
    )
    if Variant.parse(best.variant) == UNCOMPILED and failed is not None:
        reason = first_line(why(failed), _MOST)
        yield from (
            f"    {line}" for line in textwrap.wrap(f"Without {best.variant}: {reason}", width - 4)
        )
