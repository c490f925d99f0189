"""What both pages have: policy, styles, scripts, the head, data for the script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.formats import verdict_style
from reports.formats.html.data import safe_json
from reports.formats.templates.filling import fill, trusted
from reports.report.check_report import MARKS
from reports.report.report import Report

_HERE = Path(__file__).parent


def page(  # noqa: PLR0913 - all of them are values of one template
    template: str,
    report: Report,
    *,
    data: Mapping[str, Any],
    scripts: Sequence[str],
    styles: Sequence[str] = ("page.css",),
    loads_scripts: bool = False,
    **values: Any,
) -> str:
    """A page as text; `data` are documents for its script by name.

    `styles` and `scripts` are files of this folder. `loads_scripts` says that our script may add
    the scripts of models, which lie beside the page.
    """
    style = "".join(map(_read, styles)) + _colours()
    early, late = _read("theme.js"), _script(scripts)
    return fill(
        template,
        report=report,
        policy=trusted(_policy(style, (early, late), loads_scripts=loads_scripts)),
        style=trusted(style),
        early=trusted(early),
        late=trusted(late),
        data=[(name, trusted(safe_json(document))) for name, document in data.items()],
        **values,
    )


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


def meanings(marks: Iterable[str]) -> Mapping[str, str]:
    """What the marks on verdicts mean that occur."""
    occurring = set(marks)
    return {mark: meaning for mark, meaning in MARKS.items() if mark in occurring}
