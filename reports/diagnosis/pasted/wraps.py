"""Lines that a terminal broke at its width, also in the middle of words."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

_NARROWEST, _WIDEST = 40, 400
# One long line may be as long as a terminal is wide by chance; two are not.
_SEVERAL = 2
# What begins a line of its own, whatever the length of the line before.
_OWN_LINE = re.compile(
    r'\s*$|\s+File "|Traceback |During handling|The above exception|\s+\^|[-=]{3,}|\t|\s{2,}\S'
    r"|(?:[a-z_][\w.]{0,120}\.)?[A-Z]\w{0,80}(?:Error|Exception|Warning)\b|[-*>#<\[({]|\d+[.:)] "
)
# What ends a line of its own.
_ENDS = re.compile(r"[.:;!?>)\]}]$")


def without_wraps(text: str) -> str:
    """Lines that end exactly at the width, put together with what follows them."""
    lines = text.split("\n")
    width = _width(lines)
    if not width:
        return text
    whole = lines[:1]
    for before, line in itertools.pairwise(lines):
        if len(before) == width and not _OWN_LINE.match(line):
            whole[-1] += line
        else:
            whole.append(line)
    return "\n".join(whole)


def _width(lines: Sequence[str]) -> int:
    """The width that no line passes and several reach in the middle of a sentence; or 0."""
    widest = max(map(len, lines))
    broken = {line for line in lines[:-1] if len(line) == widest and not _ENDS.search(line)}
    return widest if _NARROWEST <= widest <= _WIDEST and len(broken) >= _SEVERAL else 0
