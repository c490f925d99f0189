"""A diagnosis for a terminal, in eight lines or more: the cause, why, what to do. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from reports.report.cause import Cause, Diagnosis, Remedy
from reports.report.text import first_line

MOST_LINES = 8
_MARGIN = " " * 12
# A sentence that takes more lines is cut: `--json` has it whole.
_MOST_OF_EACH = 3


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Lines that stand together. Of those that do not all fit, the lowest `turn` comes first."""

    turn: int
    lines: tuple[str, ...]


def in_words(
    diagnosis: Diagnosis,
    width: int = 100,
    exists: str = "",
    more: str = "",
    most: int = MOST_LINES,
) -> str:
    """The lines that help most, at most as many as there is room for.

    `exists` says which releases have the sentence, `more` where more is told of the cause.
    """
    parts = list(_parts(diagnosis, width, exists, more))
    kept, room = set[int](), most
    for place in sorted(range(len(parts)), key=lambda place: parts[place].turn):
        if len(parts[place].lines) <= room:
            kept.add(place)
            room -= len(parts[place].lines)
    return "\n".join(line for place in sorted(kept) for line in parts[place].lines)


def _parts(diagnosis: Diagnosis, width: int, exists: str, more: str) -> Iterator[_Part]:
    """What can be said, in the order in which it is read."""
    cause = diagnosis.cause
    sure = f" ({diagnosis.certainty.value})" if diagnosis.certainty else ""
    yield _Part(turn=0, lines=_labelled("Cause", f"{cause.title}{sure}", width))
    yield _Part(turn=1, lines=_labelled("Why", diagnosis.explanation, width))
    for other in diagnosis.alternatives:
        yield _Part(turn=3, lines=_labelled("Or", f"{other.cause.title}: {other.in_words}", width))
    for number, remedy in enumerate(diagnosis.remedies):
        label = "" if number else "What to do"
        yield _Part(turn=7 if number else 2, lines=_labelled(label, _told(remedy), width))
        yield _Part(turn=8 if number else 4, lines=_code(remedy))
    if cause is Cause.UNCLASSIFIED and not diagnosis.remedies:
        yield _Part(turn=2, lines=_labelled("What to do", cause.usual_remedy, width))
    elif diagnosis.evidence:
        evidence = first_line(diagnosis.evidence, width - len(_MARGIN))
        yield _Part(turn=5, lines=_labelled("It says", evidence, width))
    yield _Part(turn=9, lines=_labelled("Said by", exists, width))
    yield _Part(turn=6, lines=_labelled("More", more, width))


def _told(remedy: Remedy) -> str:
    return f"{remedy.text} (verified in this run)" if remedy.verified else remedy.text


def _code(remedy: Remedy) -> tuple[str, ...]:
    """A snippet to copy: its lines are never wrapped."""
    return tuple(f"{_MARGIN}    {line}".rstrip() for line in remedy.snippet.splitlines())


def _labelled(label: str, text: str, width: int) -> tuple[str, ...]:
    if not text:
        return ()
    head = f"{label}:" if label else ""
    lines = textwrap.wrap(
        text,
        width,
        initial_indent=head.ljust(len(_MARGIN)),
        subsequent_indent=_MARGIN,
        max_lines=_MOST_OF_EACH,
        placeholder=" …",
        break_on_hyphens=False,
    )
    return tuple(lines)
