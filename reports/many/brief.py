"""What is shown of many models where there is room for few: report.md, and GitHub's summary."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reports.formats import github
from reports.gate.judgement import Judgement
from reports.many.many_models import ManyModels
from reports.many.model_files import name_of
from reports.overview.markdown import render_overview
from reports.overview.obstacles.groups import grouped
from reports.overview.sentences import group_sentence, headline

# Bytes of Markdown that GitHub still renders when a file is opened there.
MOST_RENDERED = 500_000
_GROUPS = 10
_MOST = 50


def markdown(many: ManyModels, most_bytes: int = MOST_RENDERED) -> str:
    """report.md: what models share, then a line for each with a link to its file.

    If GitHub would not show so many lines, those that need attention most are there.
    """
    cut = (
        ""
        if many.header.complete
        else " The run was interrupted, or is not whole: some cells are not-run."
    )
    footer = f"Tested on {many.header.started[:10]} with {many.header.tool}.{cut}"

    def text(most: int | None) -> str:
        overview = render_overview(many.rows, most, lambda row: name_of(row.place))
        return f"# TensorFlow compatibility\n\n{overview}\n{footer}\n"

    return _fitting(text, len(many.rows), most_bytes)


def tell(many: ManyModels, judgement: Judgement) -> None:
    """Write the summary of the step on GitHub and print the annotations, where this is a step."""
    github.tell_with(partial(_annotations, many, judgement), partial(summary, many, judgement))


def summary(many: ManyModels, judgement: Judgement, room: int = github.LIMIT) -> str:
    """Markdown of at most `room` bytes: what is required, what models share, as many as fit."""
    head = github.head(many.header, judgement)

    def text(most: int | None) -> str:
        return f"{head}{render_overview(many.rows, most, groups=_GROUPS)}\n"

    said = _fitting(text, min(_MOST, len(many.rows)), room)
    return said if _size(said) <= room else ""


def _annotations(many: ManyModels, judgement: Judgement) -> list[str]:
    """Few: GitHub shows ten of a kind."""
    shared = [group_sentence(group) for group in grouped(many.rows) if group.size > 1]
    return [
        *github.commands("error", judgement.errors),
        *github.commands("warning", judgement.warnings),
        *github.commands("notice", [headline(many.rows), *shared, *judgement.notices]),
    ]


def _fitting(text: Callable[[int | None], str], models: int, most_bytes: int) -> str:
    """The text with as many models as fit."""
    said = text(models)
    while models > 0 and _size(said) > most_bytes:
        # A tenth more than what is too much: lines are not equally long.
        models = int(models * min(0.9, 0.9 * most_bytes / _size(said)))
        said = text(models)
    return said


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
