"""The symbol and the colour of a verdict in a terminal; neither is ever without the word. Pure."""

from __future__ import annotations

import re

from rich.text import Text

from matrix.plan.prediction import EXPECTED
from matrix.results.verdicts import Predicted, kind_of, words
from reports.formats.verdict_style import symbol_of

# Colours of the terminal's own palette, which its user can read on its background.
_STYLES = {
    "good": "green",
    "fair": "cyan",
    "warn": "yellow",
    "bad": "red",
    "died": "magenta",
    "wall": "yellow",
    "none": "dim",
    "faint": "dim",
    "hollow": "dim",
}
_EXPECTED_BY_WORDS = {told: word for word, told in EXPECTED.items()}


def marked(phrase: str) -> str:
    """A phrase that begins with a verdict, and its symbol before it: `✓ runs (compile=False)`."""
    if expected := _EXPECTED_BY_WORDS.get(phrase):
        return f"{symbol_of(Predicted.word, expected)} {phrase}"
    verdict = phrase.partition(" ")[0]
    return f"{symbol_of(verdict)} {phrase}" if verdict in words() else phrase


def style_of(tone: str) -> str:
    """The colour of a tone of verdicts."""
    return _STYLES[tone]


def coloured(grid: str) -> Text:
    """A table whose verdicts have symbols, in colours; the line of headings is bold."""
    text = Text(grid)
    text.highlight_regex(r"(?m)\A.*$", "bold")
    return highlighted(text)


def highlighted(text: Text) -> Text:
    """The same text, whose verdicts that have symbols are in colours."""
    for verdict in words():
        style = _STYLES[kind_of(verdict).tone]
        symbol = re.escape(symbol_of(verdict))
        told = "|".join(map(re.escape, [verdict, *EXPECTED.values()]))
        text.highlight_regex(rf"{symbol} (?:{told})(?![\w-])(?: \([^)]*\))?", style)
    return text
