"""Text of a model: safe in XML and HTML, or short on one line."""

from __future__ import annotations

import html

from matrix.shown import on_lines, on_one_line


def escape(text: str) -> str:
    """For element content and quoted attributes."""
    return html.escape(on_lines(text))


def first_line(text: str, most: int = 220) -> str:
    """The first line that says something, short and without control characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = on_one_line(line)
    return line if len(line) <= most else line[: most - 1] + "…"
