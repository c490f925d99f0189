"""The words of a text, also those that a line break tore apart or the end of the text cut off."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matrix.catalogue.message_words import WORD

# How many words the last value may have where a text ends with one.
_MOST_CUT_VALUE = 12
_BREAK = re.compile(r"[ \t\r]*\n[ \t\r]*")
_CUT = re.compile(r"\s*(?:\.\.\.|\N{HORIZONTAL ELLIPSIS}|\[truncated\]|$)")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text, in small letters, with its place; `whole` joins it to one that a line
    break may have torn off."""

    word: str
    start: int
    end: int
    whole: str = ""


class Words:
    """The words of a text, and where each of them stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = list(WORD.finditer(text))
        self.tokens: list[Token] = []
        for match, after in itertools.zip_longest(found, found[1:]):
            word = match.group().lower()
            torn = after is not None and _BREAK.fullmatch(text, match.end(), after.start())
            whole = word + after.group().lower() if torn and after is not None else ""
            self.tokens.append(Token(word, match.start(), match.end(), whole))

    @functools.cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        """The places of each word, torn ones included."""
        places: dict[str, list[int]] = {}
        for place, token in enumerate(self.tokens):
            for word in {token.word, token.whole} - {""}:
                places.setdefault(word, []).append(place)
        return places

    def steps(self, place: int, word: str) -> int:
        """How many tokens from `place` on are this word: one, two where it is torn, or none."""
        if not 0 <= place < len(self.tokens):
            return 0
        token = self.tokens[place]
        if token.word == word:
            return 1
        if token.whole == word:
            return 2
        return int(place == len(self.tokens) - 1 and self.is_cut(token, word))

    def ends_after(self, place: int, value: bool) -> bool:
        """Whether the text ends at a token, or with the `value` that may stand there."""
        rest = self.text[self.tokens[place - 1].end :].strip() if place else self.text
        more = len(self.tokens) - place
        return more == 0 or (value and more <= _MOST_CUT_VALUE and "\n" not in rest)

    def is_cut(self, token: Token, word: str) -> bool:
        """Whether the text ends within this word."""
        begun = len(token.word) > 1 and word.startswith(token.word)
        return begun and _CUT.fullmatch(self.text, token.end) is not None
