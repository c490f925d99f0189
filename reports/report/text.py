"""Text of a model, short on one line."""

from __future__ import annotations

from matrix.shown import on_one_line


def first_line(text: str, most: int = 220) -> str:
    """The first line that says something, short and without control characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = on_one_line(line)
    return line if len(line) <= most else line[: most - 1] + "…"
