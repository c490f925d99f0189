"""What both pages have: policy, styles, scripts, the head, choices of filters, the legend."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.results.verdicts import kind_of
from reports.formats import verdict_style
from reports.formats.html.data import safe_json
from reports.report.check_report import MARKS
from reports.report.report import Report
from reports.report.text import escape

PANEL = '<dialog id="ui:panel" aria-labelledby="ui:panel-title"></dialog>'
_HERE = Path(__file__).parent
_INTERRUPTED = (
    '<p class="note" role="note"><b>This run was interrupted, or is not whole.</b> The cells that '
    "it did not reach are shown as not-run.</p>"
)


def frame(
    title: str,
    body: Iterable[str],
    *,
    scripts: Sequence[str],
    styles: Sequence[str] = ("page.css",),
    loads_scripts: bool = False,
) -> str:
    """A page as text.

    `styles` and `scripts` are files of this folder. `loads_scripts` says that our script may add
    the scripts of models, which lie beside the page.
    """
    style = "".join(map(_read, styles)) + _colours()
    early, late = _read("theme.js"), _script(scripts)
    policy = _policy(style, (early, late), loads_scripts=loads_scripts)
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>TensorFlow compatibility of {escape(title)}</title>",
        f"<style>{style}</style>\n<script>{early}</script>\n</head>\n<body>",
        *body,
        f"<script>{late}</script>\n</body>\n</html>",
    ]
    return "\n".join(parts) + "\n"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _script(names: Sequence[str]) -> str:
    """The parts of the script as one, with names of its own."""
    parts = "\n".join(map(_read, names))
    return f'(() => {{\n"use strict";\n{parts}}})();'


def _policy(style: str, scripts: Sequence[str], *, loads_scripts: bool) -> str:
    """Nothing is loaded from anywhere; the only script and style that run are our own.

    A page from disk has no origin that a policy could name: where the scripts of models are
    loaded, the policy trusts what our own script adds (`strict-dynamic`).
    """

    def sources(*texts: str) -> str:
        digests = (hashlib.sha256(text.encode()).digest() for text in texts)
        return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)

    more = " 'strict-dynamic'" if loads_scripts else ""
    return (
        f"default-src 'none'; style-src {sources(style)}; script-src {sources(*scripts)}{more}; "
        "base-uri 'none'; form-action 'none'"
    )


def _colours() -> str:
    """The colours and symbols of the verdicts, which pictures share."""
    return "\n".join(verdict_style.rules()) + "\n"


def head(report: Report) -> Iterator[str]:
    """When, with what and where the models were tested, and whether the run was interrupted."""
    platform = str(report.host.get("platform", ""))
    when = report.started[:10]
    yield '<header class="top"><div><h1>TensorFlow compatibility</h1>'
    yield (
        f'<p>Tested on <time datetime="{escape(report.started)}">{escape(when)}</time> '
        f"with {escape(str(report.tool))}{f' on {escape(platform)}' if platform else ''}</p></div>"
    )
    yield '<button type="button" id="ui:theme" class="js">Theme: system</button></header>'
    if not report.complete:
        yield _INTERRUPTED


def chip(verdict: str) -> str:
    """A verdict as a word on its colour."""
    return f'<span class="chip {verdict_style.classes_of(verdict)}">{escape(verdict)}</span>'


def choices(title: str, name: str, options: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Boxes to tick: the value of each, and what stands beside it as HTML."""
    yield f"<fieldset><legend>{title}</legend>"
    for value, text in options:
        yield (
            f'<label class="choice"><input type="checkbox" name="{name}" value="{escape(value)}">'
            f"{text}</label>"
        )
    yield "</fieldset>"


def legend(
    words: Sequence[str], marks: Iterable[str] = (), *, name: str = "legend"
) -> Iterator[str]:
    """What the verdicts and the marks on them mean; `name` is that of the section."""
    if not words:
        return
    yield f'<section class="legend" aria-labelledby="ui:{name}">'
    yield f'<h2 id="ui:{name}">What the words mean</h2><dl>'
    for word in words:
        yield f"<div><dt>{chip(word)}</dt><dd>{escape(kind_of(word).meaning)}</dd></div>"
    occurring = set(marks)
    for mark in (mark for mark in MARKS if mark in occurring):
        yield f"<div><dt>{escape(mark)}</dt><dd>{escape(MARKS[mark])}</dd></div>"
    yield (
        "</dl><p>Only <i>fails</i> means that a release cannot load a model. The verdict of a "
        "cell is the best verdict of its loaders.</p></section>"
    )


def data_element(name: str, value: Any) -> str:
    """Values for the script, as JSON inside the page."""
    return f'<script type="application/json" id="data:{name}">{safe_json(value)}</script>'
