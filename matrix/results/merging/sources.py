"""What is to be merged: runs as they lie in folders, with what is known of each of their parts.

Of each part only small values are read here: which models it has, and how they were asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from matrix.called import call
from matrix.catalogue.releases import catalogue
from matrix.errors import LoadmatrixError
from matrix.model.facts import last_part
from matrix.models_list.shard import Shard
from matrix.parts.index import PartsIndex, is_index
from matrix.parts.part import PARTS
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_from
from matrix.plan.untested import Untested
from matrix.run.keeping import earlier
from matrix.run.store import Store
from matrix.stored_files import DAMAGED


@dataclass(frozen=True, kw_only=True)
class SourceModel:
    """A model of a part: `number` is that in the plan, `None` where it could not be tested."""

    path: str
    sha256: str
    number: int | None
    untested: Untested | None = None


@dataclass(frozen=True, kw_only=True)
class SourcePart:
    """A run of some models in a folder; `name` is what to call it in a sentence.

    `models` are all of them in their order, `places` where they are in the list of their source;
    without an index nothing says so. `plan` is that of the run without models and checks.
    """

    name: str
    folder: Path
    models: tuple[SourceModel, ...]
    places: tuple[int, ...] | None
    plan: Plan
    started: datetime
    seconds: float
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Source:
    """One of the runs to merge. `faults` are sentences about what of it cannot be read."""

    name: str
    results: Path
    index: PartsIndex | None = None
    parts: tuple[SourcePart, ...] = ()
    faults: tuple[str, ...] = field(default=())

    @property
    def shard(self) -> Shard | None:
        return self.index.shard if self.index else None

    @property
    def is_divided(self) -> bool:
        """Whether it was stored in parts, or what is left of it is."""
        return self.index is not None or has_parts(self.results)

    @property
    def seconds(self) -> float:
        return self.index.seconds if self.index else sum(part.seconds for part in self.parts)

    @property
    def started(self) -> datetime | None:
        """When it began, as far as anything says so."""
        if self.index:
            return self.index.started
        return min((part.started for part in self.parts), default=None)


def results_in(place: Path) -> Path:
    """The results folder that is meant by it, by the folder of the report, or by the report."""
    folder = place.parent if place.name == "report.json" else place
    tried = (folder, folder / "results", folder / "compatibility" / "results")
    return next((one for one in tried if _has_results(one)), folder / "results")


def _has_results(folder: Path) -> bool:
    return (folder / "plan.json").exists() or is_index(folder) or has_parts(folder)


def has_parts(results: Path) -> bool:
    """Whether there are parts of a run, whatever became of their index."""
    return any(results.glob(f"{PARTS}/[0-9]*"))


def read_source(place: Path, name: str) -> Source:
    """The run at a place, with sentences about what of it is damaged."""
    results = results_in(place)
    index, faults = None, []
    if is_index(results):
        try:
            index = PartsIndex.read(results)
        except (OSError, LoadmatrixError) as error:
            faults.append(str(error))
    parts: list[SourcePart] = []
    for folder, places, called in _folders(results, index, name):
        try:
            names = index.names if index else ()
            parts.append(_part(folder, places, called, names))
        except LoadmatrixError as error:
            faults.append(str(error))
    if not parts and not faults and index is None:
        faults.append(
            f"{name} does not contain the results of a run (there is no plan.json and no "
            f"parts.json). Give the folder that `{call('matrix', 'MODEL')}` wrote."
        )
    return Source(name=name, results=results, index=index, parts=tuple(parts), faults=tuple(faults))


def _folders(
    results: Path, index: PartsIndex | None, name: str
) -> Iterator[tuple[Path, tuple[int, ...] | None, str]]:
    """The folders of the parts, with the places of their models and what they are called."""
    if index:
        for part in index.parts:
            if part.places:
                called = f"part {part.number} of {name}" if len(index.parts) > 1 else name
                yield part.folder(results), part.places, called
        return
    for folder in sorted(results.glob(f"{PARTS}/[0-9]*")):
        yield (
            folder,
            None,
            f"part {int(folder.name)} of {name}" if folder.name.isdecimal() else name,
        )
    if (results / "plan.json").exists():
        yield results, None, name


def _part(
    folder: Path, places: tuple[int, ...] | None, name: str, names: Sequence[str]
) -> SourcePart:
    """What a part consists of; `names` are those of all models of its source.

    Raises:
        LoadmatrixError: it is missing or damaged.
    """
    # Where a run was killed before any answer, the one before it is still there.
    store = earlier.latest(Store(folder=folder))
    try:
        document = store.plan()
        facts = store.run_facts()
        models = tuple(_models(document))
        if places is not None and len(models) != len(places):
            raise ValueError(f"it has {len(models)} models, and parts.json says {len(places)}")
        # The list may have changed between the run that was killed and the one before it.
        if store.folder != folder and places and not _are_called(models, places, names):
            store = Store(folder=folder)
            raise FileNotFoundError(store.plan_file)
        plan = plan_from(without_models(document), catalogue())
    except (OSError, *DAMAGED) as error:
        why = "it is missing" if isinstance(error, FileNotFoundError) else str(error)[:200]
        raise LoadmatrixError(f"{store.plan_file} of {name} cannot be used: {why}.") from error
    return SourcePart(
        name=name,
        folder=store.folder,
        models=models,
        places=places,
        plan=plan,
        started=facts.started,
        seconds=facts.seconds,
        complete=facts.complete,
    )


def _are_called(models: Sequence[SourceModel], places: Sequence[int], names: Sequence[str]) -> bool:
    """Whether models are those at some places of a list, as far as names say so."""
    return all(
        last_part(model.path) == last_part(names[place])
        for model, place in zip(models, places, strict=True)
    )


def _models(document: Mapping[str, Any]) -> Iterator[SourceModel]:
    """The models of a plan in the order in which they were named, with those not tested."""
    models: list[SourceModel] = [
        SourceModel(path=str(model["path"]), sha256=str(model["sha256"]), number=number)
        for number, model in enumerate(document["models"])
    ]
    for entry in sorted(document.get("untested", ()), key=lambda one: int(one["place"])):
        untested = plan_from({**_NOTHING, "untested": [entry]}, ()).untested[0]
        model = SourceModel(
            path=untested.path, sha256=untested.sha256, number=None, untested=untested
        )
        models.insert(untested.place, model)
    yield from models


def without_models(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document of a plan without its models: what was asked, and in which cells."""
    cells = [{**cell, "checks": [], "needs": []} for cell in document["cells"]]
    return {**document, **_NOTHING, "schema": document.get("schema"), "cells": cells}


_NOTHING: Mapping[str, Any] = {
    "schema": 1,
    "models": [],
    "cells": [],
    "order": [],
    "nearest": [],
    "findings": [],
    "risks": [],
    "places": [],
    "predictions": [],
    "untested": [],
}


def read_sources(places: Sequence[tuple[Path, str, str]]) -> tuple[Source, ...]:
    """The runs at these places, each once however often it was given.

    Each place has what to call it in a sentence, and what is wrong with it already, if anything.
    """
    found: dict[Path, Source] = {}
    for place, name, fault in places:
        source = read_source(place, name)
        if fault:
            source = replace(source, faults=(fault,))
        found.setdefault(source.results.resolve(), source)
    return tuple(found.values())
