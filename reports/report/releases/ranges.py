"""The releases that load a model, as ranges and as a PEP 440 specifier. Pure.

What a bound stands for: a minor release (`2.9`) where its newest patch gave an answer and no other
patch gave another one; otherwise each tested patch for itself (`2.15.0.post1`). `!=` in a range is
a release that was tested and does not load. A minor that was not tested or gave no answer is in no
range: it ends one, and the next begins after it.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import Release, catalogue

# Fewer neighbours are named one by one.
_RUN = 3
# Whether releases load, `None` where there is no answer.
Answers = Mapping[Version, bool | None]


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """`parts` are specifiers without an untested release in them, such as `>=2.4,!=2.9.*,<2.16`.

    `specifier` is one for all of them. It admits the same releases, so where there are several
    parts its `!=` exclude releases that nobody tested as well. `untested` are the releases between
    the first and the last that loads that no part speaks of, such as `2.9`. `order` are all
    releases from the first to the last that loads, so that one can tell which are neighbours.
    """

    parts: tuple[str, ...] = ()
    specifier: str = ""
    untested: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Point:
    """A tested patch, or a whole minor release: what a bound can name."""

    version: Version
    loads: bool | None
    whole: bool

    @property
    def name(self) -> str:
        return minor_name(self.version) if self.whole else str(self.version)

    @property
    def hole(self) -> str:
        return f"!={self.name}.*" if self.whole else f"!={self.name}"

    @property
    def end(self) -> str:
        """An upper bound that admits this and nothing newer."""
        if self.whole:
            return f"<{self.version.major}.{self.version.minor + 1}"
        return f"<={self.version}"


def ranges_of(answers: Answers) -> Ranges:
    """The ranges of the releases that load; none where nothing does."""
    points = _between(list(_points(answers)))
    if not points:
        return Ranges()
    runs = [
        list(run)
        for answered, run in itertools.groupby(points, lambda point: point.loads is not None)
        if answered
    ]
    parts = [_part(good) for run in runs if (good := _between(run))]
    return Ranges(
        parts=tuple(parts),
        specifier=f"tensorflow{_part(points)}",
        untested=tuple(point.name for point in points if point.loads is None),
        order=tuple(point.name for point in points),
    )


def in_words(parts: Sequence[str], tested: Collection[str] = ()) -> str:
    """A range as a specifier; several as the releases they are, since pip takes no `or`.

    `tested` are all releases of which the ranges speak. Empty where there are no ranges.
    """
    if not parts[1:] or not tested:
        return f"tensorflow{' or '.join(parts)}" if parts else ""
    ranges = [SpecifierSet(part, prereleases=True) for part in parts]
    inside = {name for name in tested if any(name in one for one in ranges)}
    return release_spans(inside, list(dict.fromkeys(tested)))


def minor_name(version: Version) -> str:
    return f"{version.major}.{version.minor}"


def spans(names: Sequence[str], order: Sequence[str]) -> str:
    """Neighbours drawn together, from three on: `2.9, 2.12 to 2.14`."""
    places = [place for place, name in enumerate(order) if name in names]
    parts: list[str] = []
    for _, run in itertools.groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        named = [order[place] for _, place in run]
        parts += named if len(named) < _RUN else [f"{named[0]} to {named[-1]}"]
    return ", ".join(parts)


def release_spans(names: Collection[str], tested: Sequence[str]) -> str:
    """Releases in few words for people: `2.4 - 2.15, 2.17`, with no untested minor in a range.

    A patch is named where it is not the newest, or where several of its minor were tested.
    """
    runs: list[list[str]] = []
    before = False
    for shown, releases in _in_order(tested):
        here = bool(names) and bool(releases) and all(one in names for one in releases)
        if here and before:
            runs[-1].append(shown)
        elif here:
            runs.append([shown])
        before = here
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} - {run[-1]}" for run in runs)


def _in_order(tested: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every minor, oldest first, with its tested patches; those of untested ones are none."""
    newest = {release.minor: max((release.version, *release.patches)) for release in catalogue()}
    minors: dict[tuple[int, int], list[str]] = {minor: [] for minor in newest}
    for name in tested:
        major, minor = Version(name).release[:2]
        minors.setdefault((major, minor), []).append(name)
    for key in sorted(minors):
        patches = minors[key]
        if len(patches) == 1 and Version(patches[0]) >= newest.get(key, Version(patches[0])):
            yield f"{key[0]}.{key[1]}", tuple(patches)
        else:
            yield from ((name, (name,)) for name in sorted(patches, key=Version))
            yield from [] if patches else [("", ())]


def _part(points: Sequence[_Point]) -> str:
    """One specifier for what begins and ends with a release that loads."""
    holes = [point.hole for point in points if not point.loads]
    return ",".join([f">={points[0].name}", *holes, points[-1].end])


def _between(points: Sequence[_Point]) -> list[_Point]:
    """From the first that loads to the last that does."""
    good = [place for place, point in enumerate(points) if point.loads]
    return list(points[good[0] : good[-1] + 1]) if good else []


def _points(answers: Answers) -> Iterator[_Point]:
    """Tested minors, and those between them that nobody tested, oldest first."""
    minors: dict[tuple[int, ...], dict[Version, bool | None]] = {}
    for version in sorted(answers):
        minors.setdefault(version.release[:2], {})[version] = answers[version]
    if not minors:
        return
    releases = {release.minor: release for release in catalogue()}
    first, last = min(minors), max(minors)
    for minor in sorted({*minors, *(between for between in releases if first < between < last)}):
        yield from _of_minor(minors.get(minor, {}), releases.get((minor[0], minor[1])))


def _of_minor(answers: Answers, release: Release | None) -> Iterator[_Point]:
    """A minor as a whole where one word holds for it, else each of its patches."""
    patches = {release.version, *release.patches} if release else set(answers)
    newest = max({*patches, *answers})
    said = {answer for answer in answers.values() if answer is not None}
    if not said:
        yield _Point(version=newest, loads=None, whole=True)
    elif answers.get(newest) is not None and len(said) == 1:
        yield _Point(version=newest, loads=said.pop(), whole=True)
    else:
        for version in sorted({*patches, *answers}):
            yield _Point(version=version, loads=answers.get(version), whole=False)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether any says yes; `None` where none does but one has no answer."""
    distinct = set(answers)
    return True if True in distinct else None if None in distinct else False


def cell_spans(names: Sequence[str], order: Sequence[str]) -> str:
    """Cells in few words, neighbours drawn together: `2.6.5, 2.16.2 to 2.21.0`.

    Plain cells, and those with the same beside TensorFlow, are neighbours among their own kind.
    """
    kind_of = {name: CellId.parse(name).kind for name in order}
    kinds = sorted(set(kind_of.values()))
    parts = (
        spans(names, list(_with_gaps([n for n in order if kind_of[n] == kind]))) for kind in kinds
    )
    return ", ".join(filter(None, parts))


def _with_gaps(cells: Sequence[str]) -> Iterator[str]:
    """Cells in their order, parted by an empty name where a minor between them was not tested."""
    minors = sorted(release.minor for release in catalogue())
    places = {f"{major}.{minor}": place for place, (major, minor) in enumerate(minors)}
    before: int | None = None
    for name in cells:
        here = places.get(".".join(CellId.parse(name).version.split(".")[:2]))
        if before is not None and here is not None and here - before > 1:
            yield ""
        before = here
        yield name
