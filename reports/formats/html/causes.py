"""The causes that a page names: what each means, how to tell it from others, what helps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reports.causes.neighbours.all import neighbours_of
from reports.report.cause import Cause, Diagnosis
from reports.report.model_report import ModelReport
from reports.report.text import escape


def anchor(cause: Cause) -> str:
    """The address of a cause within the page; no model has a colon in its own."""
    return f"cause:{cause.value}"


def link(diagnosis: Diagnosis) -> str:
    """The causes of a diagnosis in words, leading to what the first of them means."""
    words = escape(diagnosis.causes_in_words)
    return f'<a href="#{anchor(diagnosis.cause)}">{words}</a>'


def render_causes(models: Sequence[ModelReport]) -> Iterator[str]:
    """The section about all causes that occur."""
    occurring = _occurring(models)
    if not occurring:
        return
    yield '<section class="legend causes" aria-labelledby="ui:causes">'
    yield '<h2 id="ui:causes">What the causes mean</h2>'
    for cause in Cause:
        if cause in occurring:
            yield from _cause(cause)
    yield "</section>"


def _occurring(models: Sequence[ModelReport]) -> set[Cause]:
    checks = (check for model in models for cell in model.cells for check in cell.checks)
    found = [check.diagnosis for check in checks if check.diagnosis]
    alternatives = {other.cause for diagnosis in found for other in diagnosis.alternatives}
    return {diagnosis.cause for diagnosis in found} | alternatives


def _cause(cause: Cause) -> Iterator[str]:
    yield f'<div class="about" id="{anchor(cause)}"><h3>{escape(_capital(cause.title))}</h3>'
    yield f"<p>{_text(cause.definition)} {_text(cause.usual_remedy)}</p>"
    pairs = [pair for _, pairs in neighbours_of(cause) for pair in pairs]
    if pairs:
        yield "<details><summary>How to tell it from other causes</summary><ul>"
        for pair in pairs:
            other = escape(_capital(pair.other(cause).title))
            yield f"<li><b>{other}</b>: {_text(pair.alike)} {_text(pair.tell)}</li>"
        yield "</ul></details>"
    command = f"nox -s explain -- --cause {cause.value}"
    yield f"<p>Rules and examples: <code>{escape(command)}</code></p></div>"


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


def _text(text: str) -> str:
    """A sentence of ours, with what stands in backticks as code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
