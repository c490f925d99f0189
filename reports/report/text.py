"""Makes text of a model safe in XML and HTML."""

from __future__ import annotations

import html

from matrix.shown import on_lines


def escape(text: str) -> str:
    """For element content and quoted attributes."""
    return html.escape(on_lines(text))
