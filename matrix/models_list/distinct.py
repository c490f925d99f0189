"""Texts that tell things apart: each is as short as the others of the call allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath
from typing import TypeVar

from matrix.shown import on_one_line

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


def told_apart(models: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    """What models are called that are given as name and path, by place.

    It is the name, or as much of the end of the path as tells it from others. Models of the same
    path get the number that they have in the list, from 1.
    """
    parts = {
        place: PurePosixPath(path.replace("\\", "/")).parts for place, (_, path) in models.items()
    }
    names = {place: name for place, (name, _) in models.items()}

    def text(place: int, level: int) -> str:
        told = "/".join(parts[place][-level - 1 :]).replace("//", "/") if level else names[place]
        # One path that was given twice has no longer text.
        again = f" (model {place + 1})" if level >= len(parts[place]) else ""
        return on_one_line(f"{told}{again}")

    return distinct(names, text)
