"""Several errors in one text: each is explained by its own words, never by those of another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.diagnosis.pasted.normalize import normalized
from reports.diagnosis.pasted.traceback_parser import CHAINED, EXCEPTION

# The whole line: IPython writes the type of the exception before it.
_BEGINS = re.compile(r"^.{0,200}?Traceback \(most recent call last\)", re.MULTILINE)
# What Python says where the second traceback tells of the first.
_TOGETHER = re.compile(
    rf"{CHAINED.pattern}|Original exception was:|RemoteTraceback|Error in sys\.excepthook"
)
_MOST = 500


def errors_in(text: str) -> Sequence[str]:
    """The errors of a pasted text in their order; a chain of exceptions is one error.

    A traceback that has no exception below it is quoted by the message of the one before. What
    stands before the first one belongs to it.
    """
    whole_text, text = text, normalized(text)
    starts = [found.start() for found in _BEGINS.finditer(text)]
    if not 1 < len(starts) <= _MOST:
        return (whole_text,)
    ends = [*starts[1:], len(text)]
    errors = [text[: starts[0]]]
    whole = False
    for start, end in zip(starts, ends, strict=True):
        piece = text[start:end]
        if whole and EXCEPTION.search(piece) and not _TOGETHER.search(_last_lines(errors[-1])):
            errors.append(piece)
        else:
            errors[-1] += piece
        whole = bool(EXCEPTION.search(errors[-1]))
    return tuple(errors) if len(errors) > 1 else (whole_text,)


def _last_lines(piece: str) -> str:
    """What follows the last exception of a piece, where Python says how the next belongs to it."""
    *_, last = (0, *(found.start() for found in EXCEPTION.finditer(piece)))
    return piece[last:]
