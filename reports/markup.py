"""Text that stays text in XML and HTML, whatever a model wrote."""

from __future__ import annotations

import html


def escape(text: str) -> str:
    """For element content and quoted attributes; what XML cannot hold becomes a visible mark."""
    return html.escape("".join(map(_shown, text)))


def _shown(character: str) -> str:
    # Direction marks could make a page show something else than it says.
    harmless = character.isprintable() or character in "\n\t"
    return character if harmless else "\N{REPLACEMENT CHARACTER}"
