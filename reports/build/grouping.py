"""Groups of releases that answer differently, while nothing tells which is right. Pure."""

from __future__ import annotations

import math
from typing import Any

from matrix.results.agreeing_groups import Grouping
from matrix.results.conclude import ModelResult
from reports.report.reasons import first_line
from reports.report.spans import spans


def groups_document(result: ModelResult) -> list[dict[str, Any]]:
    """The groups of a model as JSON values, each with its sentences."""
    order = [cell.cell.id for cell in result.cells]
    return [_document(one, order) for one in result.groups]


def _document(one: Grouping, order: list[str]) -> dict[str, Any]:
    off = one.difference
    return {
        "loader": one.loader,
        "variant": one.variant,
        "cells": [list(cells) for cells in one.cells],
        "between": list(one.between),
        "output": off.output,
        "largest": _finite(off.largest),
        "relative": _finite(off.relative),
        "explanation": off.explanation,
        "text": _text(one, order),
    }


def _text(one: Grouping, order: list[str]) -> str:
    """Who answers alike, and how far the groups are apart; none of them is called wrong."""
    with_tags = f" ({one.variant})" if one.variant else ""
    named = "; ".join(
        f"group {number} is {spans(cells, order)}" for number, cells in enumerate(one.cells, 1)
    )
    first, second = one.between
    apart = first_line(one.difference.explanation)
    return (
        f"{one.loader}{with_tags}: {len(one.cells)} groups of releases give different outputs, "
        f"and the file does not say which is correct: {named}. Between groups {first} and "
        f"{second}, {first_line(one.difference.output)} {apart}. Give the expected outputs with "
        "--inputs."
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
