"""Text that a model wrote, for people: every character is what it seems.

Colours, line breaks and direction marks in the name of a layer would make a terminal or a page show
something else than is there. They are written out as escapes: `\\x1b`, `\\n`, `\\u202e`.
"""

from __future__ import annotations

from collections.abc import Sequence

_SPACES = "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\N{FIGURE SPACE}"


def on_one_line(text: str) -> str:
    """A name or a sentence on one line, whatever is in it."""
    return text if text.isprintable() else "".join(map(_visible, text))


def on_lines(text: str) -> str:
    """The same for a text of several lines, which keeps them and its tabs."""
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(on_one_line(part) for part in line.split("\t")) for line in lines)


def some_of(names: Sequence[str], most: int) -> str:
    """The first `most` names of a list, and how many more there are: `a, b and 3 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character in _SPACES else character.encode("unicode_escape").decode("ascii")
