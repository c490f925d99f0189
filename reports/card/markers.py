"""The section of a model card: where it stands, and whether it is as it was written. Pure text.

Every character outside the markers stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from matrix.errors import UsageError

BEGIN = "<!-- BEGIN LOADMATRIX -->"
END = "<!-- END LOADMATRIX -->"

_MARKER = re.compile(r"(?<!`)<!--[ \t]*(BEGIN|END) LOADMATRIX[ \t]*-->")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_GET_STARTED = re.compile(r" {0,3}#{1,6}[ \t]+.*\bhow to get started\b", re.IGNORECASE)
_STAMP = re.compile(
    r"<!-- (?P<tool>[^\n]{1,80}), (?P<date>\d{4}-\d\d-\d\d), sha256:(?P<digest>[0-9a-f]{64})\."
)


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What a section says of itself: which tool made it, when, and the checksum of its text."""

    tool: str
    date: str
    digest: str = ""


def stamped(body: str, stamp: Stamp) -> str:
    """A whole section around its text, from marker to marker, with line feeds."""
    facts = f"{stamp.tool}, {stamp.date}, sha256:{checksum(body)}"
    return (
        f"{BEGIN}\n<!-- {facts}. Edits are lost when it is made again. -->\n{body.strip()}\n{END}"
    )


def checksum(body: str) -> str:
    """The SHA-256 of the text of a section, whatever its line ends are."""
    return hashlib.sha256(body.replace("\r\n", "\n").strip().encode()).hexdigest()


def stamp_of(section: str) -> Stamp | None:
    """What a section says of itself; `None` where its first line is no longer there."""
    found = _STAMP.search(section)
    return Stamp(**found.groupdict()) if found else None


def is_untouched(section: str) -> bool:
    """Whether a section still is what was written: `False` when somebody edited it."""
    stamp = stamp_of(section)
    _, found, rest = section.replace("\r\n", "\n").partition(" -->\n<!-- ")
    body = rest.partition(" -->\n")[2].removesuffix(END)
    return stamp is not None and bool(found) and checksum(body) == stamp.digest


def section_of(card: str) -> str | None:
    """The section of a card, markers included; `None` where it has none.

    Raises:
        UsageError: a marker without its other, twice, or in the wrong order.
    """
    span = _span(card)
    return card[slice(*span)] if span else None


def placed(card: str, section: str) -> str:
    """The card with this section instead of its own, or with it put in.

    Raises:
        UsageError: as `section_of`.
    """
    end = line_end(card)
    section = section.replace("\n", end)
    if span := _span(card):
        return card[: span[0]] + section + card[span[1] :]
    for start, line in _prose(card):
        if _GET_STARTED.match(line):
            return card[:start] + section + end * 2 + card[start:]
    last = "" if not card or card.endswith(("\n", "\r")) else end
    gap = end if card.strip("\ufeff\r\n") else ""
    return card + last + gap + section + end


def line_end(text: str) -> str:
    """What most lines of a text end in."""
    windows, old = text.count("\r\n"), len(re.findall(r"\r(?!\n)", text))
    unix = text.count("\n") - windows
    if windows > unix:
        return "\r\n"
    return "\r" if old > unix else "\n"


def _span(card: str) -> tuple[int, int] | None:
    marks = [
        (found.group(1), start + found.start(), start + found.end())
        for start, line in _prose(card)
        for found in _MARKER.finditer(line)
    ]
    if not marks:
        return None
    if [name for name, _, _ in marks] != ["BEGIN", "END"]:
        names = ", ".join(name for name, _, _ in marks)
        raise UsageError(
            f"The card has the markers {names}, but the section stands between one BEGIN and one "
            f"END. Remove all but one pair of '{BEGIN}' and '{END}'."
        )
    return marks[0][1], marks[1][2]


def _prose(card: str) -> Iterator[tuple[int, str]]:
    """The lines outside fenced code, with where they begin."""
    fence = ""
    start = 0
    for line in card.splitlines(keepends=True):
        found = _FENCE.match(line)
        if fence:
            closes = found and found.group(1).startswith(fence) and not line[found.end() :].strip()
            fence = "" if closes else fence
        elif found:
            fence = found.group(1)
        else:
            yield start, line
        start += len(line)
