"""Stores what releases answer: names with spans of releases in which the answer was the same."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def spans(answers: Sequence[Mapping[str, Any]]) -> dict[str, list[list[Any]]]:
    """`[first, last, answer]` for each name; first and last are places in the list of answers."""
    names: Iterable[str] = sorted(set().union(*answers))
    return {name: _spans_of(name, answers) for name in names}


def _spans_of(name: str, answers: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    found: list[list[Any]] = []
    for index, known in enumerate(answers):
        if name not in known:
            continue
        if found and found[-1][1] == index - 1 and found[-1][2] == known[name]:
            found[-1][1] = index
        else:
            found.append([index, index, known[name]])
    return found


def compressed(document: Mapping[str, Any]) -> bytes:
    """The document as a file that is the same, byte for byte, wherever it is made."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return lzma.compress(text.encode(), preset=9)
