"""Lays a template over a text: which of its words stand there, and what stands in its holes.

Nothing has to fit exactly: words may be missing at either end, one in the middle may be another, a
word may be broken by the end of a line. Each step looks forward from the last, so the work grows
with the length of the template and never with its square.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matrix.catalogue.message_words import WORD, literals
from reports.diagnosis.sentences.words import Words

# How far a value may reach, in words.
_MOST_BETWEEN = 400
_MOST_BETWEEN_SHORT = 60
_SURE = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A literal text of a template: its words, and what stands before and after them."""

    words: tuple[str, ...]
    head: str
    tail: str


@functools.lru_cache(maxsize=4096)
def pieces(template: str) -> tuple[Piece, ...]:
    """The literal texts of a template, one more than it has holes."""
    return tuple(map(_piece, literals(template)))


def _piece(text: str) -> Piece:
    found = list(WORD.finditer(text))
    if not found:
        return Piece((), text, "")
    head, tail = text[: found[0].start()], text[found[-1].end() :]
    return Piece(tuple(match.group().lower() for match in found), head, tail)


# A hit is the first token, the one after the last, how many words were found and their letters.
_Hit = tuple[int, int, int, int]
_NO_HIT: _Hit = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """`spans` are the first token and the one after the last of each piece that was found.

    `words` are those of the template, without those behind the place where the text ends.
    """

    spans: Mapping[int, tuple[int, int]]
    found: int
    words: int
    letters: int
    # Whether the text ends in the middle of the template.
    cut: bool
    # Whether all words from the first that was found to the last of the template are there.
    tail: bool

    @property
    def share(self) -> float:
        return self.found / self.words

    @property
    def start(self) -> int:
        return min(first for first, _ in self.spans.values())

    @property
    def end(self) -> int:
        return max(last for _, last in self.spans.values())


def align(template: str, text: Words, at: int, group: Sequence[str]) -> Alignment | None:
    """The template over the text, with one of its groups of words at a token."""
    parts = pieces(template)
    anchor = next(_with_group(parts, group), None)
    if anchor is None:
        return None
    number, offset = anchor
    hits: dict[int, _Hit] = {}
    hits[number] = _around(parts[number].words, text, at, offset)
    end = hits[number][1]
    for later in range(number + 1, len(parts)):
        hit = _after(parts[later].words, text, end)
        if hit:
            hits[later], end = hit, hit[1]
    start = hits[number][0]
    for earlier in range(number - 1, -1, -1):
        hit = _before(parts[earlier].words, text, start)
        if hit:
            hits[earlier], start = hit, hit[0]
    return _alignment(parts, text, hits)


def _with_group(parts: Sequence[Piece], group: Sequence[str]) -> Iterator[tuple[int, int]]:
    size, wanted = len(group), tuple(group)
    for number, part in enumerate(parts):
        for offset in range(len(part.words) - size + 1):
            if part.words[offset : offset + size] == wanted:
                yield number, offset


def _alignment(parts: Sequence[Piece], text: Words, hits: Mapping[int, _Hit]) -> Alignment:
    last = max(hits)
    end = hits[last][1]
    remaining = hits[last][2] < len(parts[last].words) or any(p.words for p in parts[last + 1 :])
    whole = hits[last][2] == len(parts[last].words)
    cut = remaining and text.ends_after(end, value=whole)
    words = sum(len(part.words) for part in (parts[:last] if cut else parts))
    return Alignment(
        spans={number: (hit[0], hit[1]) for number, hit in hits.items()},
        found=sum(hit[2] for hit in hits.values()),
        words=words + (hits[last][2] if cut else 0),
        letters=sum(hit[3] for hit in hits.values()),
        cut=cut,
        tail=_is_tail(parts, text, hits),
    )


def _is_tail(parts: Sequence[Piece], text: Words, hits: Mapping[int, _Hit]) -> bool:
    first = min(hits)
    last_word = text.tokens[hits[first][1] - 1].word
    later = (
        len(part.words) == hits.get(number, _NO_HIT)[2]
        for number, part in enumerate(parts)
        if number > first
    )
    return last_word == parts[first].words[-1] and all(later)


def _around(words: Sequence[str], text: Words, at: int, offset: int) -> _Hit:
    """A piece whose word number `offset` stands at a token: on to its end, back to its begin."""
    _, end, found, letters = _forward(words[offset:], text, at)
    place = at
    for word in reversed(words[:offset]):
        if text.steps(place - 1, word):
            place -= 1
        elif place >= 2 and text.tokens[place - 2].whole == word:  # noqa: PLR2004
            place -= 2
        else:
            break
        found, letters = found + 1, letters + len(word) + 1
    return place, end, found, letters


def _forward(words: Sequence[str], text: Words, at: int) -> _Hit:
    """As many of the words as follow each other from a token on, one of them another at most."""
    place, end, found, letters, spare = at, at, 0, 0, 1
    for number, word in enumerate(words):
        steps = text.steps(place, word)
        if not steps and spare and number:
            # One word more in the text, or another in the place of this.
            spare = 0
            if text.steps(place + 1, word):
                place, steps = place + 1, text.steps(place + 1, word)
            elif number + 1 < len(words) and text.steps(place + 1, words[number + 1]):
                place += 1
                continue
        if not steps:
            break
        place, found, letters = place + steps, found + 1, letters + len(word) + 1
        end = place
    return at, end, found, letters


def _after(words: Sequence[str], text: Words, start: int) -> _Hit | None:
    """The piece where it next stands: its first words must be there."""
    if not words:
        return None
    places = text.places.get(words[0], ())
    reach = start + (_MOST_BETWEEN if len(words) > 1 else _MOST_BETWEEN_SHORT)
    for place in places[bisect.bisect_left(places, start) :][:_MOST_BETWEEN_SHORT]:
        if place > reach:
            break
        hit = _forward(words, text, place)
        if hit[2] >= min(_SURE, len(words)):
            return hit
    return None


def _before(words: Sequence[str], text: Words, end: int) -> _Hit | None:
    """The piece where it last stood: its last words must be there."""
    if not words:
        return None
    places = text.places.get(words[-1], ())
    reach = end - (_MOST_BETWEEN if len(words) > 1 else _MOST_BETWEEN_SHORT)
    last = bisect.bisect_left(places, end)
    for place in reversed(places[max(0, last - _MOST_BETWEEN_SHORT) : last]):
        if place < reach:
            break
        hit = _around(words, text, place, len(words) - 1)
        if hit[2] >= min(_SURE, len(words)):
            return hit
    return None
