"""Which sentences may stand in a text: those with a group of words that the text has too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.catalogue.message_words import number
from matrix.catalogue.messages import Messages
from reports.diagnosis.sentences.words import Words

_MOST_CANDIDATES = 400


def candidates(known: Messages, words: Words) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Each sentence that has a group of words with the text, with the place of the group."""
    hits: dict[int, tuple[int, tuple[str, ...]]] = {}
    shared: dict[int, int] = {}
    asked: dict[tuple[str, ...], Sequence[int]] = {}
    for place, group in _groups(words):
        if group not in asked:
            asked[group] = known.with_group(number(group))
        for identity in asked[group]:
            hits.setdefault(identity, (place, group))
            shared[identity] = shared.get(identity, 0) + 1
    most = sorted(hits, key=lambda identity: (-shared[identity], identity))
    yield from ((identity, *hits[identity]) for identity in most[:_MOST_CANDIDATES])


def _groups(words: Words) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each two and three neighbours of a text, with words whole that a line break tore apart."""
    tokens = words.tokens
    for place in range(len(tokens) - 1):
        for group in _starting(words, place, 3):
            yield place, group[:2]
            if len(group) > 2:  # noqa: PLR2004
                yield place, group


def _starting(words: Words, place: int, size: int) -> Iterator[tuple[str, ...]]:
    if size == 0 or place >= len(words.tokens):
        yield ()
        return
    token = words.tokens[place]
    for rest in _starting(words, place + 1, size - 1):
        yield (token.word, *rest)
    if token.whole:
        for rest in _starting(words, place + 2, size - 1):
            yield (token.whole, *rest)
