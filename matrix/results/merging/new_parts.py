"""Divides a merged run into parts: models that are taken from the same parts of the same runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from matrix.models_list.shard import Shard
from matrix.parts.part import PART_SIZE
from matrix.plan.untested import Untested, not_run
from matrix.results.merging.sources import Source
from matrix.results.merging.whole_list import Take, WholeList

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class TakenFrom:
    """A stored part that models are taken from; `numbers` are those in its plan, in their order."""

    folder: Path
    name: str
    numbers: tuple[int, ...]
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """A part of the merged run: its models by place, and where they come from.

    `untested` are models without results by place. `options` is the plan of a part that says what
    was asked. `cells` are the plain cells of the whole run, each with the plan that has it: a model
    that lacks one of them has not been run there.
    """

    places: tuple[int, ...]
    taken_from: tuple[TakenFrom, ...]
    untested: tuple[tuple[int, Untested], ...]
    options: Path
    cells: Mapping[str, Path]


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Models that none of the runs has: why, and how many."""

    why: str
    models: int


@dataclass(frozen=True, kw_only=True)
class NewParts:
    """The parts of a merged run, what is missing in it, and what a reader should know."""

    parts: tuple[NewPart, ...]
    missing: tuple[Missing, ...]
    remarks: tuple[str, ...] = ()


def new_parts(whole: WholeList, sources: Sequence[Source]) -> NewParts:
    """The parts of the merged run of these sources."""
    missing = _WhyMissing(whole, sources)
    remarks: list[str] = []
    groups: dict[tuple[Path, ...], list[tuple[int, tuple[Take, ...]]]] = {}
    lost: dict[str, list[int]] = {}
    for place, takes in enumerate(whole.takes):
        used = _used(takes, whole.names[place], remarks)
        if used:
            key = tuple(dict.fromkeys(take.part.folder for take in used))
            groups.setdefault(key, []).append((place, used))
        else:
            lost.setdefault(missing.why(place), []).append(place)
    cells = _plain_cells(sources)
    options = next(part.folder for source in sources for part in source.parts)
    parts = [_part(some, options, cells) for group in groups.values() for some in _cut(group)]
    for why, places in lost.items():
        parts += [_missing_part(some, why, whole.names, options, cells) for some in _cut(places)]
    parts.sort(key=lambda part: part.places)
    return NewParts(
        parts=tuple(parts),
        missing=tuple(Missing(why=why, models=len(places)) for why, places in lost.items()),
        remarks=tuple(remarks),
    )


def _used(takes: Sequence[Take], name: str, remarks: list[str]) -> tuple[Take, ...]:
    """Where a model is taken from: where it was tested, or else any that says why it was not."""
    tested = [take for take in takes if take.model.number is not None]
    if not tested:
        return tuple(takes[:1])
    newest = max(tested, key=lambda take: take.part.started)
    same = [take for take in tested if take.model.sha256 == newest.model.sha256]
    if len(same) < len(tested):
        other = next(take for take in tested if take not in same)
        remarks.append(
            f"{name} was changed between {other.part.name} and {newest.part.name}: only what "
            "was found with the newer bytes is used."
        )
    # One part may have the same bytes under one name twice only if its list does.
    return tuple({take.part.folder: take for take in same}.values())


def _cut(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), PART_SIZE):
        yield values[start : start + PART_SIZE]


def _part(
    group: Sequence[tuple[int, tuple[Take, ...]]], options: Path, cells: Mapping[str, Path]
) -> NewPart:
    first = group[0][1]
    taken = []
    for number, take in enumerate(first):
        positions = [used[number].position for _, used in group]
        models = take.part.models
        numbers = [models[position].number for position in positions]
        taken.append(
            TakenFrom(
                folder=take.part.folder,
                name=take.part.name,
                numbers=tuple(one for one in numbers if one is not None),
                is_whole=positions == list(range(len(models))),
            )
        )
    untested = [(place, used[0].model.untested) for place, used in group if used[0].model.untested]
    return NewPart(
        places=tuple(place for place, _ in group),
        taken_from=tuple(taken),
        untested=tuple(untested),
        options=options,
        cells=cells,
    )


def _missing_part(
    places: Sequence[int],
    why: str,
    names: Sequence[str],
    options: Path,
    cells: Mapping[str, Path],
) -> NewPart:
    untested = [(place, not_run(names[place], why)) for place in places]
    return NewPart(
        places=tuple(places),
        taken_from=(),
        untested=tuple(untested),
        options=options,
        cells=cells,
    )


def _plain_cells(sources: Sequence[Source]) -> Mapping[str, Path]:
    """The plain cells in which all models are tested, each with a plan that has it."""
    return {
        planned.cell.id: part.folder
        for source in sources
        for part in source.parts
        for planned in part.plan.cells
        if planned.cell.plain and planned.models is None
    }


def _fault(source: Source, name: str) -> str:
    """What is wrong with the part of a source that has a model, or with another of its parts."""
    index = source.index
    place = index.names.index(name) if index else -1
    folders = [
        str(part.folder(source.results))
        for part in (index.parts if index else ())
        if place in part.places
    ]
    about = [fault for fault in source.faults if any(folder in fault for folder in folders)]
    return (about or source.faults)[0]


class _WhyMissing:
    """Why a model is in none of the runs."""

    def __init__(self, whole: WholeList, sources: Sequence[Source]) -> None:
        self._whole = whole
        self._sources = sources
        self._known: dict[str, frozenset[str]] = {}

    def why(self, place: int) -> str:
        name, of = self._whole.names[place], self._whole.of
        mine = [s for s in self._sources if s.index and (not s.shard or s.shard.has(name))]
        having = [s for s in mine if s.index and name in self._names(s)]
        if torn := next((s for s in having if s.faults), None):
            return _fault(torn, name)
        shard = next((s for s in mine if s.shard), None)
        if shard and shard.shard:
            return (
                f"Shard {shard.shard.number} of {of} ({shard.name}) was run before this model was "
                "in its list. Run that shard again."
            )
        if of:
            return f"Shard {Shard.with_model(name, of).number} of {of} is missing."
        if faults := [fault for source in self._sources for fault in source.faults]:
            return faults[0]
        return "None of the merged runs has it."

    def _names(self, source: Source) -> frozenset[str]:
        if source.name not in self._known:
            names = source.index.names if source.index else ()
            self._known[source.name] = frozenset(names)
        return self._known[source.name]
