"""Pages and pictures from templates, in which everything is escaped that is not marked as ours.

jinja2 is imported when the first is made: most calls of the command make none.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matrix.called import call
from matrix.plan.prediction import EXPECTED
from matrix.results.verdicts import kind_of
from matrix.shown import on_lines
from reports.formats.grid import place_of
from reports.formats.table import words
from reports.formats.verdict_style import classes_of, symbol_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_IN_BACKTICKS = re.compile(r"`([^`]*)`")
# A word with a hyphen that fits a line of a telephone.
_HYPHENATED = re.compile(r"(?<!\S)(?=\S*-)\S{1,32}(?!\S)")
_FOLDER = Path(__file__).parent
# What templates say of verdicts.
_SHARED: Mapping[str, Any] = {
    "EXPECTED": EXPECTED,
    "call": call,
    "classes_of": classes_of,
    "kind_of": kind_of,
    "place_of": place_of,
    "symbol_of": symbol_of,
    "words": words,
}


def fill(name: str, **values: Any) -> Markup:
    """A template of this folder with its values; what is a text becomes escaped."""
    return trusted(_templates().get_template(name).render(values))


def trusted(text: str) -> Markup:
    """A text of our own that is markup. Never one that a model, a path or a user has a say in."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - this is the only place that says so


@functools.cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        # A name that is not given is a mistake of ours, not an empty place.
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.globals.update(_SHARED)
    templates.filters.update(capital=_capital, code=_code, size=_size)
    return templates


def _visible(value: object) -> object:
    """Control characters and those that turn lines around are shown, not done; before escaping."""
    return value if hasattr(value, "__html__") else on_lines(str(value))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _code(text: str) -> Markup:
    """A sentence with what stands in backticks as code."""
    from markupsafe import escape

    return trusted(_IN_BACKTICKS.sub(_as_code, str(escape(on_lines(text)))))


def _as_code(found: re.Match[str]) -> str:
    """Options and names of packages are one piece where they are short: browsers part hyphens."""
    text = _HYPHENATED.sub(r'<span class="whole">\g<0></span>', found[1])
    return f"<code>{text}</code>"


def _size(size: float) -> str:
    for unit in ("bytes", "KB", "MB"):
        if size < 1000:  # noqa: PLR2004
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
