"""Markdown of values: tables whose cells cannot break them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, with the empty lines that it needs around it."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    rule = "|" + "---|" * len(heads)
    return "\n".join(["", f"| {' | '.join(heads)} |", rule, *lines, "", ""])


def sentence(text: str) -> str:
    """The words of a help or a docstring as a cell: one line that begins with a capital."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


def code(*words: str) -> str:
    """Words as code, with commas between them."""
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
