"""`nox -s report`: creates the report of stored runs again, or merges several runs."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from matrix.errors import UsageError
from matrix.options.options import report_options
from matrix.plan.plan_json import plan_document
from matrix.results.merging.merge import merge
from matrix.results.merging.stored_run import StoredRun, stored_run
from matrix.run.keeping import earlier
from matrix.run.store import INTERNAL_ERRORS, Store
from reports.build.build_report import Run
from reports.formats.registry import write_formats
from reports.gate.judgement import read_gate
from reports.gate.requirements import Gate
from reports.jobs import conclusion, report_place
from reports.jobs.conclusion import REPORT
from reports.output import echo
from reports.report.internal_errors import InternalErrors
from reports.report.report_json import read_report
from reports.workflow_commands import commands_stopped


@commands_stopped()
def report(arguments: Sequence[str], folder: Path) -> int:
    """Each kind of source its way: one run again, a report alone, several runs together."""
    options = report_options(arguments, folder)
    gate = read_gate(options.gate, datetime.now(UTC).date())
    places = options.results or (folder / "compatibility" / "results",)
    if len(places) > 1:
        return _together(places, options.output or folder / "compatibility", gate)
    (place,) = places
    store = _store(place)
    if not store.plan_file.exists() and (alone := _report_alone(place)):
        return _again(alone, options.output or alone.parent, gate)
    store = _latest(store)
    run = stored_run(store, str(place))
    output = options.output or report_place.for_report(store, complete=run.complete)
    errors = InternalErrors(log=store.internal_errors)
    seen = conclusion.report(run.plan, store, output, _run(run), errors)
    notes = () if options.output else report_place.notes(store, seen)
    return conclusion.print_summary(seen, output, gate, errors, notes)


def _together(places: Sequence[Path], output: Path, gate: Gate) -> int:
    """The report of several runs; their results are stored together, for a report of that."""
    store = Store(folder=output / "results")
    sources = [_store(place) for place in places]
    if any(one.folder.resolve().is_relative_to(store.folder.resolve()) for one in sources):
        raise UsageError(
            f"{store.folder} is one of the runs to merge. Choose another --output for the "
            "merged report."
        )
    pairs = zip(sources, places, strict=True)
    merged = _merged([stored_run(_latest(one), str(place)) for one, place in pairs])
    errors = InternalErrors(log=store.internal_errors)
    with store.exclusive(), earlier.kept(store):
        earlier.set_aside(store)
        store.reset_for(plan_document(merged.plan), merged.started)
        _copy(merged, store)
        seen = conclusion.report(merged.plan, store, output, _run(merged), errors)
        store.note_end(merged.seconds, complete=merged.complete)
    return conclusion.print_summary(seen, output, gate, errors)


def _merged(runs: Sequence[StoredRun]) -> StoredRun:
    """One run of them all.

    Raises:
        UsageError: they cannot be one run.
    """
    merging = merge(runs)
    for sentence in merging.contradictions.values():
        raise UsageError(sentence)
    return merging.runs[0].run


def _copy(merged: StoredRun, store: Store) -> None:
    """Everything the cells left, logs and outputs included; outcomes as they are numbered now."""
    for cell, folder in merged.folders.items():
        if folder.is_dir():
            shutil.copytree(folder, store.cell_folder(cell), dirs_exist_ok=True)
    for number, files in enumerate(merged.inputs):
        place = store.place_for_inputs(number)
        for file in files:
            shutil.copy2(file, place)
    for outcome in merged.outcomes.values():
        if outcome:
            store.write(outcome)


def _again(path: Path, output: Path, gate: Gate) -> int:
    """Every format of a report.json whose results are gone; it is left as it is."""
    seen = read_report(path)
    errors = InternalErrors(log=output / INTERNAL_ERRORS)
    errors.written(partial(write_formats, seen, output, errors.guard))
    return conclusion.print_summary(seen, output, gate, errors)


def _store(place: Path) -> Store:
    """The results meant by their folder, by the folder of the report, or by the report."""
    folder = place.parent if place.name == REPORT else place
    return Store(folder=folder if (folder / "plan.json").exists() else folder / "results")


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
