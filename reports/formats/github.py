"""What GitHub Actions shows of a run: a step summary and annotations."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from reports.formats.markdown import escape, grid, notes, with_code
from reports.formats.table import make_table
from reports.formats.tables.folded_table import folded_table, with_symbols
from reports.formats.tables.once import isolation_of_all
from reports.gate.judgement import Judgement
from reports.output import echo
from reports.overview.listing import MOST_ROWS
from reports.overview.markdown import render_beside, render_overview
from reports.overview.row import row_of
from reports.report.model_report import ModelReport
from reports.report.releases.folding import ranges_in_words
from reports.report.report import Report
from reports.workflow_commands import command, commands_allowed, is_here

# What GitHub refuses is 1 MiB for a step; what it shows is ten annotations of a kind.
LIMIT = 1024 * 1024
_MOST = 10
UNFINISHED = (
    "The run was interrupted, or a part of it is missing: the cells that it did not reach are "
    "shown as not-run."
)
_NOTE = "\n_This summary is too long: {} left out. See the full report._\n"
_RESERVED = len(_NOTE.encode()) + 80


def tell(report: Report, judgement: Judgement) -> None:
    """Write the summary of the step and print the annotations, where this is a step."""
    tell_with(
        lambda: workflow_commands(report, judgement),
        lambda room: step_summary(report, judgement, room),
    )


def tell_with(annotate: Callable[[], Sequence[str]], summarize: Callable[[int], str]) -> None:
    """The same for what makes the commands, and the summary in so many bytes."""
    if not is_here():
        return
    with commands_allowed():
        for line in annotate():
            echo(line)
    if name := os.environ.get("GITHUB_STEP_SUMMARY"):
        path = Path(name)
        used = path.stat().st_size if path.exists() else 0
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(summarize(LIMIT - used))


def workflow_commands(report: Report, judgement: Judgement) -> list[str]:
    """The workflow commands: errors for what makes the run fail, warnings for missing answers."""
    answered = any(cell.kind.is_answer for model in report.models for cell in model.cells)
    untested = [f"{model.name}: {model.summary.text}" for model in report.models if model.untested]
    silent = [
        f"{model.name}: no answer for {', '.join(cells)}"
        for model in report.models
        if (
            cells := [
                cell.id for cell in model.cells if cell.loads is None and not cell.is_predicted
            ]
        )
    ]
    told = [f"{model.name}: {model.summary.text}" for model in report.models if not model.untested]
    # A model that could not be tested makes the run fail, and so does a run without any answer.
    failed = [*judgement.errors, *untested, *([] if answered else silent)]
    return [
        *commands("error", failed),
        *commands("warning", [*_cut(report), *judgement.warnings, *(silent if answered else [])]),
        *commands("notice", [*told, *judgement.notices]),
    ]


def commands(kind: str, texts: Sequence[str]) -> Iterator[str]:
    """The commands of one kind: `error`, `warning` or `notice`."""
    shown = texts if len(texts) <= _MOST else texts[: _MOST - 1]
    yield from (command(kind, text) for text in shown)
    if hidden := len(texts) - len(shown):
        yield command(kind, f"{hidden} more: see the summary of this step, or its log")


def step_summary(report: Report, judgement: Judgement, room: int = LIMIT) -> str:
    """Markdown of at most `room` bytes: what does not fit is left out by whole sections.

    The overview and the sentences of all models go before any table, tables before reasons.
    """
    sections = [(0, head(report, judgement)), *_overview(report)]
    together = isolation_of_all(report.models)
    for model in report.models:
        sections += _model(model, isolation=not together)
    sections += [(0, f"{escape(together)}\n\n")] if together else []
    kept, left = set[int](), room - _RESERVED
    for rank in range(3):
        for place, (mine, text) in enumerate(sections):
            size = len(text.encode("utf-8", "backslashreplace"))
            if mine == rank and size <= left:
                kept.add(place)
                left -= size
    text = "".join(text for place, (_, text) in enumerate(sections) if place in kept)
    missing = len(sections) - len(kept)
    if not missing:
        return text
    note = _NOTE.format(f"{missing} section{'' if missing == 1 else 's'}")
    return text + note if len(note) <= room else ""


def _overview(report: Report) -> list[tuple[int, str]]:
    """What several models share and what stands in the way of each, before all their tables."""
    if len(report.models) == 1:
        return []
    rows = [row_of(model, place) for place, model in enumerate(report.models)]
    together = render_beside(rows)
    return [
        (0, f"{render_overview(rows, MOST_ROWS, groups=_MOST)}\n"),
        *([(1, f"{together}\n\n")] if together else []),
    ]


def head(report: Report, judgement: Judgement) -> str:
    """What stands above the models."""
    lines = ["## TensorFlow compatibility", ""]
    warnings = (*_cut(report), *judgement.warnings)
    marks = (("❌", judgement.errors), ("⚠️", warnings), ("ℹ️", judgement.notices))  # noqa: RUF001
    lines += [f"- {mark} {with_code(text)}" for mark, texts in marks for text in texts]
    return "\n".join([*lines, "", f"Tested on {report.started[:10]} with {report.tool}.", "", ""])


def _cut(report: Report) -> Sequence[str]:
    return () if report.complete else (UNFINISHED,)


def _model(model: ModelReport, *, isolation: bool) -> list[tuple[int, str]]:
    """The sections of a model, each with its rank."""
    if model.untested:
        return [(0, f"### {escape(model.title)}\n\n{with_code(model.summary.text)}\n\n")]
    table = with_symbols(folded_table(make_table(model, ranges_in_words)))
    sentence = "\n".join(
        [f"### {escape(table.title)}", "", *_sentences(model, isolation=isolation), "", ""]
    )
    sections = [(0, sentence), (1, f"{grid(table)}\n\n")]
    if table.notes:
        why = "\n".join(["<details><summary>Why</summary>", "", *notes(table), "", "</details>"])
        sections.append((2, f"{why}\n\n"))
    return sections


def _sentences(model: ModelReport, *, isolation: bool) -> list[str]:
    narrower = [f"- {with_code(line)}" for line in model.lines[1:]]
    told = (model.reused, model.isolation if isolation else "")
    below = [line for text in told if text for line in ("", escape(text))]
    return [with_code(model.summary.text), *(["", *narrower] if narrower else []), *below]
