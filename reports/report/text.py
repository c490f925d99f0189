"""Makes text of a model safe in XML and HTML."""

from __future__ import annotations

import html


def escape(text: str) -> str:
    """For element content and quoted attributes."""
    return html.escape(shown(text))


def shown(text: str) -> str:
    """The same text where every character is what it seems: others become a visible mark.

    Control characters are not allowed in XML, and direction marks could make a page show something
    else than it says. Lines and tabs stay.
    """
    if text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line if line.isprintable() else "".join(map(_mark, line)) for line in lines)


def _mark(character: str) -> str:
    if character.isprintable() or character == "\t":
        return character
    return " " if character in "\N{NO-BREAK SPACE}\u3000" else "\N{REPLACEMENT CHARACTER}"
