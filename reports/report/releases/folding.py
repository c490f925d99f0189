"""Cells that have the same to say, as ranges of releases: `2.4 - 2.15`. Pure.

A range speaks of tested releases only: it ends where a release has another answer or none, and
where a release lies that was not tested.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence

from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import catalogue
from matrix.versions import version_of
from reports.report.releases.ranges import minor_name

_DASH = " - "


def folded(cells: Sequence[str], said: Callable[[str], object]) -> list[tuple[str, ...]]:
    """Groups of cells, each of neighbours of one kind that say the same, in the order given."""
    groups: list[tuple[str, ...]] = []
    for kind in dict.fromkeys(map(_kind, cells)):
        groups += _groups([cell for cell in cells if _kind(cell) == kind], said)
    return sorted(groups, key=lambda group: cells.index(group[0]))


def range_name(group: Sequence[str], cells: Sequence[str]) -> str:
    """`2.4 - 2.15 +tf_keras` for a group of `cells`; a cell alone keeps its name."""
    if len(group) == 1:
        return group[0]
    alike = [cell for cell in cells if _kind(cell) == _kind(group[0])]
    ends = [CellId.parse(cell).version for cell in (group[0], group[-1])]
    if all(_is_whole(cell, alike) for cell in (group[0], group[-1])):
        ends = [minor_name(version) for end in ends if (version := version_of(end))]
    beside = group[0].removeprefix(CellId.parse(group[0]).version)
    return _DASH.join(ends) + (f" {beside}" if beside else "")


def ranges_in_words(names: Sequence[str], cells: Sequence[str]) -> str:
    """Some of `cells` in few words: `2.4 - 2.9, 2.11.1, 2.16 - 2.21 +tf_keras`."""
    some = set(names)
    groups = folded(cells, lambda cell: cell in some)
    return ", ".join(range_name(group, cells) for group in groups if group[0] in some)


def values_in_words(values: Sequence[str]) -> str:
    """The oldest and the newest of several versions in short, or the only one."""
    named = sorted(filter(None, values), key=lambda value: version_of(value) or Version("0"))
    if not named or named[0] == named[-1]:
        return named[0] if named else ""
    ends = [version_of(named[0]), version_of(named[-1])]
    short = list(dict.fromkeys(minor_name(end) for end in ends if end))
    return _DASH.join(short if len(short) > 1 else [named[0], named[-1]])


def _kind(cell: str) -> tuple[object, ...]:
    """What two cells share that differ in the release of TensorFlow alone."""
    parsed = CellId.parse(cell)
    return parsed.python, parsed.labels


def _groups(cells: Sequence[str], said: Callable[[str], object]) -> Iterator[tuple[str, ...]]:
    group: list[str] = []
    for cell in cells:
        if group and not (said(group[-1]) == said(cell) and _are_neighbours(group[-1], cell)):
            yield tuple(group)
            group = []
        group.append(cell)
    if group:
        yield tuple(group)


def _are_neighbours(older: str, newer: str) -> bool:
    """Whether no release lies between them that nobody tested.

    The newest patch stands for the minor release, as in a specifier.
    """
    first, last = version_of(CellId.parse(older).version), version_of(CellId.parse(newer).version)
    if first is None or last is None or first >= last or not {first, last} <= set(_known()):
        return False
    between = [version for version in _known() if first < version < last]
    if not between:
        return True
    return _is_newest(last) and all(_minor(version) == _minor(last) for version in between)


def _is_whole(cell: str, cells: Sequence[str]) -> bool:
    """Whether a cell stands for its minor release: the newest patch, and alone of its minor."""
    version = version_of(CellId.parse(cell).version)
    if version is None or not _is_newest(version):
        return False
    others = [version_of(CellId.parse(other).version) for other in cells]
    return sum(other is not None and _minor(other) == _minor(version) for other in others) == 1


def _is_newest(version: Version) -> bool:
    alike = [other for other in _known() if _minor(other) == _minor(version)]
    return version == max(alike, default=None)


@functools.cache
def _known() -> tuple[Version, ...]:
    releases = catalogue()
    return tuple(one for release in releases for one in (*release.patches, release.version))


def _minor(version: Version) -> tuple[int, int]:
    return version.major, version.minor
