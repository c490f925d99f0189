"""The report as Markdown, to attach to a model card or paste into an issue."""

from __future__ import annotations

import re

from tabulate import tabulate

from matrix.called import call
from matrix.shown import on_one_line
from reports.formats.table import Note, Table, make_table
from reports.formats.tables.folded_table import folded_table, with_symbols
from reports.formats.tables.once import isolation_of_all, without_told
from reports.report.cause import Cause
from reports.report.model_report import ModelReport
from reports.report.releases.folding import ranges_in_words
from reports.report.report import Report

_HEAD = ("TensorFlow", "Python", "Keras", "Verdict")


def render(report: Report, overview: str = "") -> str:
    """The whole report; `overview` is what stands before its models."""
    together = isolation_of_all(report.models)
    models = [_section(model, isolation=not together) for model in report.models]
    sections = [*filter(None, [overview]), *models]
    sections += [escape(together), ""] if together else []
    cut = (
        ""
        if report.complete
        else " The run was interrupted, or is not whole: some cells are not-run."
    )
    footer = f"Tested on {report.started[:10]} with {report.tool}.{cut}"
    return "\n".join(["# TensorFlow compatibility", "", *sections, footer, ""])


def _section(model: ModelReport, *, isolation: bool) -> str:
    if model.untested:
        return "\n".join([f"## {escape(model.title)}", "", with_code(model.summary.text), ""])
    table = with_symbols(folded_table(make_table(model, ranges_in_words)))
    lines = [f"## {escape(table.title)}", "", with_code(model.summary.text), ""]
    told = without_told(model.lines[1:], table.notes, "the reason is below")
    lines += [f"- {with_code(line)}" for line in told]
    lines += ["", grid(table), ""]
    if table.notes:
        lines += ["### Why", "", *notes(table), "", *_causes(model)]
    below = (model.reused, model.isolation if isolation else "")
    lines += [line for text in below if text for line in (escape(text), "")]
    lines += [f"Format: {model.format_in_words}, {model.digest_name} `{model.sha256}`.", ""]
    return "\n".join(lines)


def _causes(model: ModelReport) -> list[str]:
    """How to read more about the causes that are named."""
    checks = [check for cell in model.cells for check in cell.checks if check.is_answer]
    named = dict.fromkeys(check.diagnosis.cause for check in checks if check.diagnosis)
    known = [cause.value for cause in named if cause is not Cause.UNCLASSIFIED]
    if not known:
        return []
    return [f"More on a cause: `{call('explain', '--cause NAME')}` ({', '.join(known)}).", ""]


def grid(table: Table) -> str:
    """The table itself."""
    rows = [
        [escape(word) for word in (row.cell, row.python, row.keras, row.verdict, *row.words)]
        for row in table.rows
    ]
    headers = [*_HEAD, *table.loaders]
    return tabulate(rows, headers=headers, tablefmt="github", disable_numparse=True)


def notes(table: Table) -> list[str]:
    """Why cells do not run, an item each."""
    return [_note(note) for note in table.notes]


def _note(note: Note) -> str:
    return f"- **{escape(note.where)}**: {with_code(note.text)}"


# The full stop behind a specifier is not part of it.
_RANGE = r"[><=!][0-9.,*><=!]*[0-9*]"
_CODE = re.compile(rf"(`[\w .,:()=\"'/{{}}<>+-]+`|tensorflow{_RANGE}(?: or {_RANGE})*)")


def with_code(text: str) -> str:
    """Escaped text in which calls and specifiers stand as code, as a reader copies them."""
    parts = _CODE.split(on_one_line(text))
    return "".join(
        f"`{part.strip('`')}`" if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def escape(text: str) -> str:
    """Text that cannot become markup: what a model wrote stays text."""
    shown = re.sub(r"([\\`*\[\]<>|~#])", r"\\\1", on_one_line(text))
    # An underscore inside a word is one; at its edge it is emphasis.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", shown)
