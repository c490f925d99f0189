"""`nox -s report`: creates the report of stored runs again, or merges several runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from matrix.errors import UsageError
from matrix.options.report import ReportOptions, report_options
from matrix.parts.index import is_index
from matrix.parts.part import PART_SIZE
from matrix.results.merging.merge import left_told, merge
from matrix.results.merging.sources import has_parts, read_sources, results_in
from matrix.results.merging.stored_run import StoredRun, stored_run, torn_outcomes
from matrix.results.merging.storing import store_run
from matrix.run.keeping import earlier
from matrix.run.store import INTERNAL_ERRORS, Store
from reports.build.build_report import Run
from reports.formats.registry import write_formats
from reports.gate.judgement import read_gate
from reports.gate.requirements import Gate
from reports.jobs import conclusion, report_place
from reports.jobs.conclusion import NOT_TESTED, REPORT
from reports.jobs.merging.archives import is_packed, unpacked_places
from reports.jobs.merging.merge_many import merge_many
from reports.jobs.merging.parts_report import is_lone_shard, parts_again
from reports.many.again import finish_again
from reports.many.opened import open_report
from reports.output import echo, json_alone
from reports.report.internal_errors import InternalErrors
from reports.workflow_commands import commands_stopped


@commands_stopped()
def report(arguments: Sequence[str], folder: Path) -> int:
    """Each kind of source its way: one run again, a report alone, several runs together."""
    options = report_options(arguments, folder)
    with json_alone(options.as_json):
        return _report(options, folder)


def _report(options: ReportOptions, folder: Path) -> int:
    gate = read_gate(options.gate, datetime.now(UTC).date())
    places = options.results or (folder / "compatibility",)
    if len(places) > 1 or is_packed(places[0]):
        return _together(places, options.output or folder / "compatibility", gate)
    (place,) = places
    results = results_in(place)
    if is_index(results):
        # Of several shards one may be all that arrived: what is asked, is asked of the whole list.
        output = options.output or (folder / "compatibility" if gate.asks else None)
        if output and is_lone_shard(results) and not _is_that_of(results, output):
            return _together(places, output, gate)
        return parts_again(results, options.output, gate)
    if has_parts(results):
        # Their index is lost: what is whole of them makes another run.
        return _together(places, options.output or folder / "compatibility", gate)
    store = Store(folder=results)
    if not store.plan_file.exists() and (alone := _report_alone(place)):
        return _again(alone, options.output or alone.parent, gate)
    store = _latest(store)
    run = stored_run(store, str(place))
    output = options.output or report_place.for_report(store, complete=run.complete)
    errors = InternalErrors(log=store.internal_errors)
    torn = torn_outcomes(store.folder)
    told = replace(_run(run), complete=run.complete and not torn)
    seen = conclusion.report(left_told(run), store, output, told, errors)
    notes = () if options.output or run.complete else report_place.notes(store, seen)
    code = conclusion.print_summary(seen, output, gate, errors, (*torn, *notes))
    return _with_torn(torn, code)


def _is_that_of(results: Path, output: Path) -> bool:
    """Whether the report of a results folder itself is in a folder."""
    return report_place.output_of(Store(folder=results)).resolve() == output.resolve()


def _together(places: Sequence[Path], output: Path, gate: Gate) -> int:
    """The report of several runs; their results are stored together, for a report of that."""
    store = Store(folder=output / "results")
    with unpacked_places(places) as unpacked:
        sources = read_sources(unpacked)
        if any(one.results.resolve().is_relative_to(store.folder.resolve()) for one in sources):
            raise UsageError(
                f"{store.folder} is one of the runs to merge. Choose another --output for the "
                "merged report."
            )
        if any(source.is_divided for source in sources):
            return merge_many(sources, output, gate)
        merging = merge(
            [stored_run(_latest(Store(folder=one.results)), one.name) for one in sources]
        )
        for sentence in merging.contradictions.values():
            raise UsageError(sentence)
        if len(merging.runs) > 1:
            # A cell has one outcome in a results folder, and these are of different runs.
            return merge_many(sources, output, gate)
        torn = tuple(sentence for one in sources for sentence in torn_outcomes(one.results))
        return _with_torn(torn, _stored(merging.runs[0].run, store, output, gate, torn))


def _with_torn(torn: Sequence[str], code: int) -> int:
    """The exit code of a report: a job does not pass because some of its results were lost."""
    return NOT_TESTED if torn and code == 0 else code


def _stored(merged: StoredRun, store: Store, output: Path, gate: Gate, notes: Sequence[str]) -> int:
    """Store a merged run as one run of these models would have been, and report it."""
    errors = InternalErrors(log=store.internal_errors)
    with store.exclusive(), earlier.kept(store):
        earlier.set_aside(store)
        store_run(merged, store)
        seen = conclusion.report(merged.plan, store, output, _run(merged), errors)
        store.note_end(merged.seconds, complete=merged.complete)
    return conclusion.print_summary(seen, output, gate, errors, notes)


def _again(path: Path, output: Path, gate: Gate) -> int:
    """Every format of a report.json whose results are gone; it is left as it is."""
    opened = open_report(path)
    if len(opened) > PART_SIZE:
        return finish_again(opened, output, gate)
    seen = opened.whole()
    errors = InternalErrors(log=output / INTERNAL_ERRORS)
    errors.written(partial(write_formats, seen, output, errors.guard))
    return conclusion.print_summary(seen, output, gate, errors)


def _latest(store: Store) -> Store:
    """The results of the run, or of the one before where it was killed before any answer."""
    latest = earlier.latest(store)
    if latest != store:
        echo(
            f"The last run in {store.folder} ended before a cell gave an answer. This report shows "
            "the run before it.",
        )
    return latest


def _report_alone(place: Path) -> Path | None:
    path = place if place.name == REPORT or place.is_file() else place / REPORT
    return path if path.is_file() else None


def _run(run: StoredRun) -> Run:
    return Run(started=run.started, seconds=run.seconds, complete=run.complete)
