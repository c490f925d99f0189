"""The report as Markdown: what is attached to a model card or pasted into an issue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tabulate import tabulate

from matrix.model.facts import ModelFacts
from reports.summary import Summary
from reports.table import Note, Table

_HEAD = ("TensorFlow", "Python", "Keras", "Verdict")


def render(models: Sequence[tuple[ModelFacts, Table, Summary]], when: str, tool: str) -> str:
    """The whole report; `when` is a date, `tool` the name and version of this tool."""
    sections = [_section(*one) for one in models]
    footer = f"Tested on {when} with {tool}."
    return "\n".join(["# TensorFlow compatibility", "", *sections, footer, ""])


def _section(model: ModelFacts, table: Table, summary: Summary) -> str:
    rows = [
        [escape(word) for word in (row.cell, row.python, row.keras, row.verdict, *row.words)]
        for row in table.rows
    ]
    grid = tabulate(
        rows, headers=[*_HEAD, *table.loaders], tablefmt="github", disable_numparse=True
    )
    lines = [f"## {escape(table.title)}", "", escape(summary.text), ""]
    lines += [f"- {escape(line)}" for line in summary.lines[1:]]
    lines += ["", grid, ""]
    if table.notes:
        lines += ["### Why", "", *map(_note, table.notes), ""]
    lines += [f"Format `{model.format.value}`, SHA-256 `{model.sha256}`.", ""]
    return "\n".join(lines)


def _note(note: Note) -> str:
    return f"- **{escape(note.where)}**: {escape(note.text)}"


def escape(text: str) -> str:
    """Text that cannot become markup: what a model wrote stays text."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    shown = re.sub(r"([\\`*\[\]<>|~#])", r"\\\1", shown)
    # An underscore inside a word is one; at its edge it is emphasis.
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", shown)
