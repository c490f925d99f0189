"""Text of a model, short on one line."""

from __future__ import annotations

from matrix.shown import on_one_line


def first_line(text: str, most: int = 220) -> str:
    """The first line that says something, short and without control characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = on_one_line(line)
    if len(line) <= most:
        return line
    # Between words, unless the last one is so long that much would be lost.
    whole = line[: most - 1].rpartition(" ")[0]
    return f"{whole} …" if len(whole) > most // 2 else line[: most - 1] + "…"
