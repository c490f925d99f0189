"""Merges shards and other runs of many models: stored part by part, reported as one run."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from matrix.errors import LoadmatrixError, NothingTestable
from matrix.parts.index import IndexedPart, PartsIndex
from matrix.parts.part import PARTS, part_folder
from matrix.plan.untested import not_run
from matrix.results.merging.merge import same_options
from matrix.results.merging.new_parts import NewPart, NewParts, new_parts
from matrix.results.merging.part_merging import StoredPart, store_part
from matrix.results.merging.sources import Source
from matrix.results.merging.whole_list import WholeList, whole_list
from matrix.run.keeping import earlier
from matrix.run.keeping.run_facts import RunFacts
from matrix.run.store import Store
from reports.gate.requirements import Gate
from reports.jobs.conclusion import NOT_TESTED
from reports.jobs.merging.notes import lacking, notes_on
from reports.jobs.merging.part_processes import Processes, processes
from reports.jobs.merging.parts_report import report_of_parts
from reports.many.finish import finish
from reports.report.internal_errors import InternalErrors

_WORK = ".merging"


@dataclass(frozen=True, kw_only=True)
class _Stored:
    """The merged run as it was stored, with what is to be said of its parts."""

    index: PartsIndex
    parts: Sequence[StoredPart]


def merge_many(sources: Sequence[Source], output: Path, gate: Gate) -> int:
    """The report of runs of many models, or of shards, as one run would have given it.

    Raises:
        LoadmatrixError: nothing of them can be read, or they are not parts of one run.
    """
    parts = [part for source in sources for part in source.parts]
    if not parts:
        faults = [fault for source in sources for fault in source.faults]
        raise NothingTestable("\n".join(faults) or "The runs to merge have no models.")
    for part in parts:
        same_options(part, parts[0])
    whole = whole_list(sources)
    new = new_parts(whole, sources)
    store = Store(folder=output / "results")
    errors = InternalErrors(log=store.internal_errors)
    with store.exclusive(), processes(len(whole.names)) as work:
        stored = _stored(whole, new, sources, store, work)
        host = parts[0].plan.host
        many = report_of_parts(store.folder, stored.index, work, errors, host)
        notes = notes_on(new, sources, stored.parts, whole)
        gate, lost = gate.told_lacking(lacking(new))
        code = finish(many, output, gate, errors, (*lost, *notes))
    is_torn = any(source.faults for source in sources) or any(part.torn for part in stored.parts)
    return NOT_TESTED if code == 0 and is_torn else code


def _stored(
    whole: WholeList,
    new: NewParts,
    sources: Sequence[Source],
    store: Store,
    work: Processes,
) -> _Stored:
    """Store all parts, then put them in the place of what was there before."""
    folder = store.folder / _WORK
    shutil.rmtree(folder, ignore_errors=True)
    tasks = [
        partial(_store, part, folder / f"{number:05}", whole.names)
        for number, part in enumerate(new.parts)
    ]
    pieces: list[StoredPart] = []
    for some in work.each(tasks, "Merged %d of %d parts."):
        if some is None:
            raise LoadmatrixError(
                "A process that merges a part was killed twice, perhaps for lack of memory. Merge "
                "again where more memory is free."
            )
        pieces += some
    _make_room(store)
    indexed = []
    for number, piece in enumerate(pieces, start=1):
        place = part_folder(store.folder, number)
        place.parent.mkdir(parents=True, exist_ok=True)
        piece.folder.rename(place)
        indexed.append(IndexedPart(number=number, places=piece.places))
    shutil.rmtree(folder, ignore_errors=True)
    started = min(source.started for source in sources if source.started)
    facts = replace(
        RunFacts.begun(started, key=""),
        seconds=sum(source.seconds for source in sources),
        complete=all(piece.complete for piece in pieces) and not new.missing,
    )
    index = PartsIndex(names=whole.names, shard=None, parts=tuple(indexed), facts=facts)
    index.write(store.folder)
    return _Stored(index=index, parts=pieces)


def _make_room(store: Store) -> None:
    """Remove the results of the run that the merged one replaces."""
    earlier.set_aside(store)
    for place in (earlier.previous(store), earlier.interrupted(store)):
        shutil.rmtree(place.folder, ignore_errors=True)
    shutil.rmtree(store.folder / PARTS, ignore_errors=True)


def _store(part: NewPart, folder: Path, names: Sequence[str]) -> tuple[StoredPart, ...]:
    """Store a part; where what it is taken from cannot be read, its models are not run."""
    try:
        return store_part(part, folder)
    except LoadmatrixError as error:
        shutil.rmtree(folder, ignore_errors=True)
        lost = tuple((place, not_run(names[place], str(error))) for place in part.places)
        (stored,) = store_part(replace(part, taken_from=(), untested=lost), folder)
        return (replace(stored, torn=(str(error),)),)
