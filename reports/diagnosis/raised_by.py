"""Matches a failure by where in the sources of a release its sentence stands."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

from reports.diagnosis.symptom import Symptom

_NAME = re.compile(r"[A-Za-z_][\w./:>-]{0,100}")
_LONGEST = 60
_LESS_THAN_WORDS = 10_000


@dataclass(frozen=True)
class RaisedBy:
    """`module` is a glob of dotted names such as `keras.*saving*`, so is `function`."""

    module: str
    function: str = "*"
    kind: str = "*"

    @property
    def letters(self) -> int:
        """How much of a place it names, all of it less than any word of the failure itself."""
        named = f"{self.module}{self.function}{self.kind}".replace("*", "")
        return len(named) - _LESS_THAN_WORDS

    def search(self, symptom: Symptom) -> re.Match[str] | None:
        """Where in the failure a sentence of such a place stands; `hole` is its first name."""
        for found in symptom.raised:
            named = zip(
                (found.module, found.function, found.kind),
                (self.module, self.function, self.kind),
                strict=True,
            )
            if all(fnmatch.fnmatchcase(name, wanted) for name, wanted in named):
                return _place(found.template, found.holes, symptom.text)
        return None


def _place(template: str, holes: tuple[str, ...], text: str) -> re.Match[str] | None:
    """The name in the sentence, else its longest words, else the first line of the text."""
    pieces = template.split("{}")
    name = _name(pieces, holes)
    words = " ".join(max(pieces, key=len).split())[:_LONGEST].split()
    tried = [rf"(?P<hole>{re.escape(name)})"] if name else []
    tried += [r"\s+".join(map(re.escape, words)), r"[^\n]*"]
    return next(filter(None, (re.search(pattern, text) for pattern in tried)), None)


def _name(pieces: list[str], holes: tuple[str, ...]) -> str:
    """That of the layer, else the first; empty where the sentence names nothing."""
    named = [(piece, hole.strip("'\"` ,.;")) for piece, hole in zip(pieces, holes, strict=False)]
    names = [(piece, hole) for piece, hole in named if _NAME.fullmatch(hole)]
    layers = [hole for piece, hole in names if piece.rstrip("'\"`# ").lower().endswith("layer")]
    return next(iter([*layers, *(hole for _, hole in names)]), "")
