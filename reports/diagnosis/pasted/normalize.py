"""A pasted text as the program wrote it: the first step of every explanation.

Tracebacks stay as they are, line by line; only what was put around them goes.
"""

from __future__ import annotations

import re

from reports.diagnosis.pasted.markup import (
    from_notebook,
    without_bold,
    without_colours,
    without_controls,
    without_escapes,
    without_tags,
)
from reports.diagnosis.pasted.prefixes import without_prefixes
from reports.diagnosis.pasted.wraps import without_wraps

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)[\w-]{0,30} {0,9}$", re.MULTILINE)
_CUT = re.compile(
    r"(?:\N{HORIZONTAL ELLIPSIS}|\[\.\.\.\]|\.\.\. ?[\[(]?(?:(?:output )?truncated|more)[\])]?"
    r"|[\[(<](?:snip|snipped|(?:output )?truncated)[\])>])$",
    re.IGNORECASE,
)
_LONGEST_MARK = 30


def normalized(text: str) -> str:
    """Without markup, colours, prefixes of logs and breaks of a terminal.

    A cut end is always `...`.
    """
    text = without_colours(without_escapes(from_notebook(text)))
    text = without_bold(without_tags(without_controls(text)))
    text = without_prefixes(_FENCE.sub("", text))
    return _with_dots(without_wraps(text))


def _with_dots(text: str) -> str:
    end = len(text.rstrip())
    cut = _CUT.search(text, max(0, end - _LONGEST_MARK), end)
    return text[: cut.start()].rstrip() + "..." if cut else text
