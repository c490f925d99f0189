"""The report of a run that is stored in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from matrix.errors import LoadmatrixError
from matrix.files import remove
from matrix.models_list.shard import Shard
from matrix.parts.index import PartsIndex
from matrix.results.merging.stored_run import torn_outcomes
from matrix.run.keeping.run_facts import RunFacts
from matrix.run.store import Store
from matrix.stored_files import DAMAGED
from reports.build.build_report import Run
from reports.gate.requirements import Gate
from reports.jobs import report_place
from reports.jobs.conclusion import NOT_TESTED
from reports.jobs.merging.notes import first_of
from reports.jobs.merging.part_processes import Processes, processes
from reports.many.conclude_part import conclude_part
from reports.many.concluded_parts import joined
from reports.many.finish import finish
from reports.many.many_models import ManyModels, header_of, place_for_models
from reports.report.internal_errors import InternalErrors


def report_of_parts(
    results: Path,
    index: PartsIndex,
    work: Processes,
    errors: InternalErrors,
    host: Mapping[str, Any] | None = None,
) -> ManyModels:
    """Conclude every part of the run in `results`; `host` is the machine that the report names."""
    place = place_for_models(results)
    remove(place)
    tasks = [
        partial(
            conclude_part,
            results,
            part.number,
            part.places,
            place,
            complete=index.complete or _is_over(part.folder(results)),
        )
        for part in index.parts
    ]
    done = work.each(tasks, "Concluded %d of %d parts.")
    numbers = [part.number for part in index.parts]
    concluded = joined(zip(numbers, done, strict=True), errors)
    complete = index.complete and concluded.is_whole
    run = Run(started=index.started, seconds=index.seconds, complete=complete)
    header = header_of(results, run)
    if host:
        header = replace(header, host=dict(host))
    return ManyModels(header=header, rows=concluded.rows, folder=place)


def _is_over(folder: Path) -> bool:
    """Whether a part came to its end, so that what it did not measure may be predicted."""
    try:
        facts = RunFacts.read(Store(folder=folder).run_file)
    except (OSError, LoadmatrixError, *DAMAGED):
        return False
    return facts.complete or facts.chosen


def parts_again(results: Path, output: Path | None, gate: Gate) -> int:
    """The report of a run in parts once more, from its results.

    Raises:
        LoadmatrixError: its index is damaged.
    """
    index = PartsIndex.read(results)
    store = Store(folder=results)
    errors = InternalErrors(log=store.internal_errors)
    place = output or report_place.for_report(store, complete=index.complete)
    with store.exclusive(), processes(len(index.places)) as work:
        many = report_of_parts(results, index, work, errors)
        # Nobody can continue a merged run, which has no key.
        notes = report_place.notes(store, many.header) if index.key and not output else ()
        torn = [told for part in index.parts for told in torn_outcomes(part.folder(results))]
        if torn:
            many = replace(many, header=replace(many.header, complete=False))
        lost = lost_shards(index)
        gate, told = gate.told_lacking(lost)
        code = finish(many, place, gate, errors, (*told, *first_of(torn), *notes))
        # What is asked of a list is not met by one of its shards.
        return NOT_TESTED if (torn or (lost and gate.asks)) and code == 0 else code


def is_lone_shard(results: Path) -> bool:
    """Whether there are models of the list of this run that only other shards have.

    Raises:
        LoadmatrixError: its index is damaged.
    """
    return bool(lost_shards(PartsIndex.read(results)))


def lost_shards(index: PartsIndex) -> tuple[str, ...]:
    """What the report of a shard alone has not: other shards, with the number of their models."""
    shard = index.shard
    if shard is None:
        return ()
    others = Counter(Shard.with_model(name, shard.of).number for name in index.names)
    del others[shard.number]
    return tuple(
        f"Shard {number} of {shard.of} is missing: {models:,} "
        f"{'model is' if models == 1 else 'models are'} not in this report."
        for number, models in sorted(others.items())
    )
