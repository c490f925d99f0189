"""Whether a pasted text has an error message at all: a README, a tutorial or code has none."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence

from reports.diagnosis.symptom import Link

# A shorter text is about one thing: a word of failure is enough there.
_MANY_LINES = 8
_MANY_LETTERS = 900
# How many lines before and after the words of a program belong to them.
_BEFORE, _AFTER = 1, 4
# Larger than any file of code that somebody pastes by mistake.
_MOST_CODE = 400_000
# `ValueError: If the shape is wrong.` in a docstring says when it would be raised.
_DOCUMENTED = re.compile(r"(?:if|when|whenever|in case|raised|on|for|is raised)\b", re.IGNORECASE)
_CODES = (
    "Aborted|Already exists|Cancelled|Data loss|Deadline exceeded|Failed precondition|Internal"
    "|Invalid argument|Not found|Out of range|Permission denied|Resource exhausted"
    "|Unauthenticated|Unavailable|Unimplemented|Unknown"
)
# What only a program says that fails, wherever it stands in a line.
_SAID_BY_A_PROGRAM = re.compile(
    r"Traceback \(most recent call last\)|\bFile \"[^\"\n]{1,300}\", line \d+"
    r"|\b[A-Z]\w*(?:Error|Exception|Interrupt|NotFound)(?: \([^()\n]{1,80}\))?: (?!\W*(?i:if|when"
    r"|whenever|in case|raised)\b)\S"
    rf"|(?:\b(?:{_CODES}|{_CODES.upper().replace(' ', '_')})(?: error)?|\bStatus: fail): \S"
    r"|\w\.(?:cc|cpp|cu|h|hpp|pyx|go|java|kt):\d+\b(?!\))"
    r"|\berrno ?=? ?-?\d|\[(?:Errno|WinError) -?\d+\]|\bcore dumped\b|\b0x[cC]0{2,}\w{4,}"
    r"|\bSIG(?:SEGV|KILL|ILL|ABRT|BUS|FPE)\b|\bCheck failed: |\bterminate called\b"
    r"|\bCUDA_ERROR_|\bCUDNN_STATUS_|\bOOM when\b|Node (?:number )?\d+ \(?[\w ]*\)? ?failed to"
)
# What begins a line in which a program says that it failed; running text has small letters.
_BEGINS_A_MESSAGE = re.compile(
    r"^[\W_]{0,8}(?:\w[\w.-]{0,60}: )?(?:(?i:(?:fatal )?(?:error|fatal|critical|exception|killed"
    r"|aborted|segmentation fault|bus error|illegal instruction|panic) ?(?:[:\[(!.]|$))"
    r"|(?:Failed to|Could not|Cannot|Can't|Couldn't|Unable to|Unknown|No such) )"
)
_TOLD_BY_A_READER = re.compile(
    r"\b(?:get|gets|got|getting|gives?|gave|throws?|threw|raises?|raised|see|seeing|following"
    r"|this|an) (?:(?:me|the|this|an?|following|below|error|errors) ){0,4}(?:error|exception)\b"
    r"[^.\n]{0,60}(?:[:\-\N{EN DASH}]|\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_HEADING = re.compile(r"^(?:#{1,6} \S|[=\-~^\"'`*+.]{4,}$|\.\. [\w-]+::|:\w[\w ]*: |\[[^\]]+\]: )")


def has_error(text: str, links: Sequence[Link]) -> bool | None:
    """Whether a text, in which `links` were found as exceptions, says that something failed.

    `None` where that is not clear: a short text may be a sentence that was cut out of an error.
    """
    if _is_code(text):
        return False
    if any(not _DOCUMENTED.match(link.message.lstrip("`* ")) for link in links):
        return True
    if _SAID_BY_A_PROGRAM.search(text):
        return True
    lines = [line for line in text.splitlines() if line.strip()]
    documented = _is_document(lines)
    told = _TOLD_BY_A_READER.search(text) is not None and not documented
    if told or any(_BEGINS_A_MESSAGE.match(line) for line in lines if not _is_entry(line)):
        return True
    return False if documented or _is_long(text, lines) else None


def around_errors(text: str) -> str:
    """Of a long text the lines with errors, each with those that may belong to it.

    What else a reader wrote, or a whole README, is about something else.
    """
    lines = text.splitlines()
    if not _is_long(text, [line for line in lines if line.strip()]):
        return text
    found = [
        place
        for place, line in enumerate(lines)
        if _SAID_BY_A_PROGRAM.search(line)
        or _TOLD_BY_A_READER.search(line)
        or (_BEGINS_A_MESSAGE.match(line) and not _is_entry(line))
    ]
    kept = {near for place in found for near in range(place - _BEFORE, place + _AFTER + 1)}
    return "\n".join(line for place, line in enumerate(lines) if place in kept)


def _is_long(text: str, lines: Sequence[str]) -> bool:
    return len(lines) > _MANY_LINES or len(text) > _MANY_LETTERS


def _is_document(lines: Sequence[str]) -> bool:
    """Whether it has the headings of a README."""
    return any(map(_HEADING.match, lines)) and len(lines) > 1


def _is_entry(line: str) -> bool:
    """Whether a line is a row of a table or an entry of a list, which speak of failures."""
    return line.lstrip().startswith(("|", "- ", "* ", "+ "))


def _is_code(text: str) -> bool:
    """Whether it is a whole file of Python, whose sentences nobody has said yet."""
    if len(text) > _MOST_CODE:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
    return any(isinstance(statement, kinds) for statement in body)
