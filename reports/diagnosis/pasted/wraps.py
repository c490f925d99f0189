"""Lines that a terminal broke at its width, also in the middle of words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_NARROWEST, _WIDEST = 40, 400
_USUAL = frozenset((72, 76, 78, 79, 80, 96, 99, 100, 110, 119, 120, 130, 132, 140, 150, 160, 200))
_SEVERAL = 2
# What begins a line of its own, whatever the length of the line before.
_OWN_LINE = re.compile(
    r'\s*$|\s+File "|Traceback |During handling|The above exception|\s+\^|-{3,}|={3,}|\s{2,}\S'
    r"|(?:[a-z_][\w.]{0,120}\.)?[A-Z]\w{0,80}(?:Error|Exception|Warning)\b"
)


def without_wraps(text: str) -> str:
    """Lines that end exactly at the width, put together with what follows them."""
    lines = text.split("\n")
    width = _width(lines)
    if not width:
        return text
    whole: list[str] = []
    open_line = False
    for line in lines:
        if open_line and not _OWN_LINE.match(line):
            whole[-1] += line
        else:
            whole.append(line)
        open_line = len(line) == width
    return "\n".join(whole)


def _width(lines: Sequence[str]) -> int:
    """The width that no line passes and several reach, or one where it is a usual one; or 0."""
    lengths = Counter(len(line) for line in lines)
    widest = max(lengths, default=0)
    reached = lengths[widest]
    if not _NARROWEST <= widest <= _WIDEST or len(lines) < _SEVERAL:
        return 0
    return widest if reached >= _SEVERAL or widest in _USUAL else 0
