"""Groups of releases with different outputs, if it is unknown which is correct. Pure."""

from __future__ import annotations

from matrix.results.agreeing_groups import Grouping
from matrix.results.result import ModelResult
from reports.build.build_cell import finite
from reports.report.releases.ranges import cell_spans
from reports.report.summary_report import GroupReport
from reports.report.text import first_line


def build_groups(result: ModelResult) -> tuple[GroupReport, ...]:
    """The groups of a model, each with its sentences."""
    order = [cell.cell.id for cell in result.cells]
    return tuple(_group(grouping, order) for grouping in result.groups)


def _group(grouping: Grouping, order: list[str]) -> GroupReport:
    difference = grouping.difference
    return GroupReport(
        loader=grouping.loader,
        variant=grouping.variant.label,
        cells=grouping.cells,
        between=grouping.between,
        output=difference.output,
        largest=finite(difference.max_abs_diff),
        relative=finite(difference.max_rel_diff),
        explanation=difference.explanation,
        text=_text(grouping, order),
    )


def _text(grouping: Grouping, order: list[str]) -> str:
    """Who answers alike, and how far the groups are apart; none of them is called wrong."""
    with_tags = f" ({grouping.variant})" if grouping.variant.label else ""
    named = "; ".join(
        f"group {number} is {cell_spans(cells, order)}"
        for number, cells in enumerate(grouping.cells, 1)
    )
    first, second = grouping.between
    apart = first_line(grouping.difference.explanation)
    return (
        f"{grouping.loader}{with_tags}: {len(grouping.cells)} groups of releases give different "
        f"outputs, and the file does not say which is correct: {named}. Between groups {first} "
        f"and {second}, {first_line(grouping.difference.output)} {apart}. Give the expected "
        "outputs with --inputs."
    )
