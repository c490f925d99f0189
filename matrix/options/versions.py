"""Versions as callers write them: `2.15`, `2.8..2.15`, `2.8,2.15`, `2`, `latest`, a specifier."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from matrix.errors import UsageError

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

_LATEST = "latest"
_VERSION = r"\d{1,4}(?:\.\d{1,4}){0,2}"
_PLAIN = re.compile(rf"{_LATEST}|{_VERSION}|(?:{_VERSION})?\.\.(?:{_VERSION})?")
# No TensorFlow and no Keras has a patch of this number, nor a minor after the last of a major.
_NO_PATCH = 10
_LAST_MINORS = {1: 15, 2: 99}

# Versions from the first to before the second, each as (major, minor, patch).
_Point = tuple[int, int, int]
_Span = tuple[_Point, _Point]
_FIRST, _LAST = (0, 0, 0), (9999, 0, 0)


def newest_tensorflow() -> Version:
    """The newest release of the catalogue."""
    # Here, because a help needs none of it.
    from matrix.catalogue.releases import catalogue

    return catalogue()[-1].version


def newest_keras() -> Version:
    """The newest Keras 3 that we know."""
    from matrix.catalogue.keras import keras_releases

    return keras_releases()[-1].version


def specifier(
    text: str, name: str, newest: Callable[[], Version] = newest_tensorflow
) -> SpecifierSet:
    """The releases that the text behind an option of that name admits.

    Raises:
        UsageError: it is no version and no version specifier.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    items = [item.strip() for item in text.split(",")]
    if all(_PLAIN.fullmatch(item) for item in items) and ".." not in items:
        return SpecifierSet(",".join(_united([_span(item, name, newest) for item in items])))
    try:
        return SpecifierSet(text.strip())
    except InvalidSpecifier as error:
        raise UsageError(
            f"{name} {text} is not a version specifier. Write it like 2.15, 2.8..2.15, 2.8,2.15, "
            f"{_LATEST} or '>=2.8,!=2.11.*'."
        ) from error


def _span(item: str, name: str, newest: Callable[[], Version]) -> _Span:
    if item == _LATEST:
        return _ends("{0.major}.{0.minor}".format(newest()))
    if ".." not in item:
        return _ends(item)
    first, last = item.split("..")
    span = (_ends(first)[0] if first else _FIRST, _ends(last)[1] if last else _LAST)
    if span[0] >= span[1]:
        raise UsageError(f"{name} {item} has no version in it. Write the older one first.")
    return span


def _ends(version: str) -> _Span:
    match [int(number) for number in version.split(".")]:
        case [major, minor, patch]:
            return (major, minor, patch), (major, minor, patch + 1)
        case [major, minor]:
            return (major, minor, 0), (major, minor + 1, 0)
        case [major, *_]:
            return (major, 0, 0), (major + 1, 0, 0)
    raise AssertionError(version)


def _united(spans: Sequence[_Span]) -> Iterator[str]:
    """The parts of a specifier of all that is in any of the spans."""
    merged = _merged(spans)
    if len(merged) == 1 and (alone := _alone(*merged[0])):
        yield alone
        return
    if merged[0][0] != _FIRST:
        yield f">={_written(merged[0][0])}"
    for (_, end), (start, _) in itertools.pairwise(merged):
        yield from _without(end, start)
    if merged[-1][1] != _LAST:
        yield f"<{_written(merged[-1][1])}"


def _merged(spans: Sequence[_Span]) -> list[_Span]:
    merged = list[_Span]()
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _alone(start: _Point, end: _Point) -> str:
    """One major, one minor or one patch; empty for others."""
    major, minor, patch = start
    if (start, end) == ((major, 0, 0), (major + 1, 0, 0)):
        return f"=={major}.*"
    if end == (major, minor + 1, 0) and not patch:
        return f"=={major}.{minor}.*"
    return f"=={major}.{minor}.{patch}" if end == (major, minor, patch + 1) else ""


def _without(start: _Point, end: _Point) -> Iterator[str]:
    """What leaves out the versions of a gap, minor by minor."""
    while start < end:
        major, minor, patch = start
        above = (major, minor + 1, 0)
        if minor > _LAST_MINORS.get(major, end[1]):
            start = (major + 1, 0, 0)
        elif patch or end < above:
            upto = end[2] if end < above else _NO_PATCH
            yield from (f"!={major}.{minor}.{left_out}" for left_out in range(patch, upto))
            start = min(end, above)
        else:
            yield f"!={major}.{minor}.*"
            start = above


def _written(point: _Point) -> str:
    major, minor, patch = point
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"
