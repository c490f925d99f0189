"""What stands in the holes of a template that was laid over a text."""

from __future__ import annotations

import itertools
import re

from matrix.catalogue.message_words import literals
from reports.diagnosis.sentences.alignment import Alignment, pieces
from reports.diagnosis.sentences.words import Words

_MOST = 300
# Whoever retypes a message changes quotes and spaces.
_QUOTE = "['\"`\u2018\u2019\u201c\u201d]"
_PAIRS = {"'": "'", '"': '"', "`": "`", "[": "]", "(": ")"}
_LOOSE = re.compile(rf"\s+|{_QUOTE}")


def holes(template: str, text: Words, found: Alignment) -> tuple[str, ...]:
    """A value for each hole, empty where the words around it were not found."""
    texts = literals(template)
    values = [""] * (len(texts) - 1)
    there = sorted(found.spans)
    for before, after in itertools.pairwise(there):
        region = text.text[_end(text, found, before) : _start(text, found, after)]
        _fill(values, template, (before, after), region)
    if there[0]:
        start = _start(text, found, there[0])
        line = text.text.rfind("\n", 0, start) + 1
        _fill(values, template, (-1, there[0]), text.text[max(line, start - _MOST) : start])
    if there[-1] < len(texts) - 1:
        end = _end(text, found, there[-1])
        line = text.text.find("\n", end)
        _fill(
            values, template, (there[-1], len(texts)), text.text[end : line if line >= 0 else None]
        )
    return tuple(values)


def _start(text: Words, found: Alignment, number: int) -> int:
    return text.tokens[found.spans[number][0]].start


def _end(text: Words, found: Alignment, number: int) -> int:
    return text.tokens[found.spans[number][1] - 1].end


def _fill(values: list[str], template: str, around: tuple[int, int], region: str) -> None:
    """The values between two pieces that were found; -1 and the number of all are the ends."""
    before, after = around
    parts = pieces(template)
    between = parts[before + 1 : after]
    if any(part.words for part in between):
        return
    opening = parts[before].tail if before >= 0 else ""
    closing = parts[after].head if after < len(parts) else ""
    # At the ends of a template its own outermost texts are no separators between two values.
    separators = [part.head for part in between]
    if before < 0:
        separators = separators[1:]
    if after == len(parts):
        closing, separators = separators[-1] if separators else "", separators[:-1]
    first = max(before, 0)
    rest = _without(region, opening, closing)
    for number, separator in enumerate(separators):
        value, mark, rest_after = _partition(rest, separator)
        values[first + number] = value.strip()[:_MOST]
        rest = rest_after if mark else ""
    if after == len(parts) and not closing and opening[-1:] in _PAIRS:
        # A sentence of C++ in pieces: the next piece closes the quote.
        rest = rest.partition(_PAIRS[opening[-1]])[0]
    values[first + len(separators)] = rest.strip()[:_MOST]


def _without(region: str, opening: str, closing: str) -> str:
    begun = _pattern(opening).match(region) if opening else None
    region = region[begun.end() :] if begun else region
    if closing.strip():
        *_, last = (None, *_pattern(closing).finditer(region))
        region = region[: last.start()] if last and not region[last.end() :].strip() else region
    return region


def _partition(text: str, separator: str) -> tuple[str, str, str]:
    found = _pattern(separator.strip() or separator).search(text)
    if not found or not separator:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]


def _pattern(literal: str) -> re.Pattern[str]:
    """A literal text, whatever its quotes and however wide its spaces."""
    parts = []
    for piece in re.split(f"({_LOOSE.pattern})", literal):
        if not piece:
            continue
        loose = r"\s*" if piece.isspace() else _QUOTE if _LOOSE.fullmatch(piece) else ""
        parts.append(loose or re.escape(piece))
    return re.compile("".join(parts))
