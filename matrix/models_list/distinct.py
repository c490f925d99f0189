"""Texts that tell things apart: each is as short as the others of the call allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeVar

Key = TypeVar("Key")
# Longer texts than this do not help: then two things have the same one.
_LONGEST = 64


def distinct(keys: Iterable[Key], text: Callable[[Key, int], str]) -> dict[Key, str]:
    """A text for each key; those that several would share become longer for all of them.

    `text(key, level)` is the text of a key at a level from 0 on. From some level on it may stay
    the same; keys that have the same text there keep it.
    """
    level = dict.fromkeys(keys, 0)
    told = {key: text(key, 0) for key in level}
    open_ = set(level)
    for _ in range(_LONGEST):
        shared = {name for name, count in Counter(told.values()).items() if count > 1}
        open_ = {key for key in open_ if told[key] in shared}
        if not open_:
            break
        for key in open_:
            level[key] += 1
            told[key] = text(key, level[key])
    return told
