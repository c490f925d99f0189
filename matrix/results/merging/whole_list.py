"""The whole list of models that several runs are about, and where each of them has its models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from matrix.errors import UsageError
from matrix.results.merging.renumbering import ends_alike
from matrix.results.merging.sources import Source, SourceModel, SourcePart


@dataclass(frozen=True, kw_only=True)
class Take:
    """One of the places that a model can be taken from: a part, and its number among its models."""

    part: SourcePart
    position: int

    @property
    def model(self) -> SourceModel:
        return self.part.models[self.position]


@dataclass(frozen=True, kw_only=True)
class WholeList:
    """All models in their order, by the names they were given by, with what the runs have of each.

    `of` is the number of shards, 0 where none of the runs is a shard.
    """

    names: tuple[str, ...]
    takes: tuple[tuple[Take, ...], ...]
    of: int = 0


def whole_list(sources: Sequence[Source]) -> WholeList:
    """The list that the sources are about: one list, or the union of what it was each time.

    Raises:
        UsageError: they are shards of different divisions, or of lists with nothing in common.
    """
    of = _number_of_shards(sources)
    names = _all_names(sources)
    takes: list[list[Take]] = [[] for _ in names]
    known: dict[str, list[tuple[str, int]]] = {}
    place_of = {name: place for place, name in enumerate(names)}
    for source in sources:
        if not source.index:
            continue
        moved = _moved(source.index.names, names, place_of)
        for part in source.parts:
            for position, place in enumerate(part.places or ()):
                takes[moved[place]].append(Take(part=part, position=position))
                model = part.models[position]
                known.setdefault(model.sha256, []).append((model.path, moved[place]))
    all_names = list(names)
    for source in sources:
        for part in source.parts:
            if part.places is None:
                _place(part, all_names, takes, known)
    return WholeList(names=tuple(all_names), takes=tuple(map(tuple, takes)), of=of)


def _number_of_shards(sources: Sequence[Source]) -> int:
    shards = [(source.name, source.shard) for source in sources if source.shard]
    for name, shard in shards:
        first_name, first = shards[0]
        if first and shard and shard.of != first.of:
            raise UsageError(
                f"{first_name} is shard {first} and {name} is shard {shard}. Merge only shards of "
                "the same division."
            )
    return shards[0][1].of if shards and shards[0][1] else 0


def _all_names(sources: Sequence[Source]) -> tuple[str, ...]:
    """The names of all lists; what only one list has stands behind the same model as there."""
    indexed = [source for source in sources if source.index]
    # The newest list is the one that a run of today would have.
    indexed.sort(key=lambda source: source.index.started if source.index else 0, reverse=True)
    names: list[str] = []
    for source in indexed:
        others = source.index.names if source.index else ()
        if not names:
            names = list(others)
            continue
        if tuple(names) == others or _elsewhere(others, names):
            continue
        there = set(names)
        if others and not there.intersection(others):
            raise UsageError(
                f"{source.name} and {indexed[0].name} are not parts of a run of the same list: "
                "they have no model in common. Merge only shards of the same list."
            )
        _insert(names, others)
    return tuple(names)


def _insert(names: list[str], others: Sequence[str]) -> None:
    """Add the names that are not there, each behind the one that it follows in its own list."""
    there = set(names)
    behind: dict[str | None, list[str]] = {}
    last: str | None = None
    for name in others:
        if name in there:
            last = name
        else:
            behind.setdefault(last, []).append(name)
    merged = behind.get(None, [])
    for name in names:
        merged += [name, *behind.get(name, ())]
    names[:] = merged


def _elsewhere(names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two lists are the same one on machines that keep models in different folders."""
    return len(names) == len(others) and all(
        name == other or (_is_absolute(name) and _is_absolute(other) and ends_alike(name, other))
        for name, other in zip(names, others, strict=True)
    )


def _is_absolute(name: str) -> bool:
    return PurePosixPath(name).is_absolute() or name[1:3] in (":/", ":\\")


def _moved(
    names: Sequence[str], all_names: Sequence[str], place_of: Mapping[str, int]
) -> Sequence[int]:
    """The place of each model of a list in the whole list."""
    if _elsewhere(names, all_names):
        return range(len(names))
    return [place_of[name] for name in names]


def _place(
    part: SourcePart,
    names: list[str],
    takes: list[list[Take]],
    known: dict[str, list[tuple[str, int]]],
) -> None:
    """Find the models of a run without a list: by their bytes, then by the ends of their paths."""
    taken: set[int] = set()
    for position, model in enumerate(part.models):
        place = _place_of(model, names, known, taken)
        if place is None:
            place = len(names)
            names.append(model.path)
            takes.append([])
        taken.add(place)
        takes[place].append(Take(part=part, position=position))
        if model.sha256:
            known.setdefault(model.sha256, []).append((model.path, place))


def _place_of(
    model: SourceModel,
    names: Sequence[str],
    known: Mapping[str, Sequence[tuple[str, int]]],
    taken: set[int],
) -> int | None:
    same = [
        (ends_alike(path, model.path), -place)
        for path, place in known.get(model.sha256, ())
        if model.sha256 and place not in taken
    ]
    if same:
        return -max(same)[1]
    for place, name in enumerate(names):
        if place not in taken and ends_alike(name, model.path) == len(_parts(name)):
            return place
    return None


def _parts(name: str) -> list[str]:
    return name.replace("\\", "/").split("/")
