"""The report of one part of a large run: its models are written, and only their rows are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from matrix.errors import LoadmatrixError
from matrix.files import write_text
from matrix.parts.index import PartsIndex
from matrix.parts.part import part_folder
from matrix.results.merging.stored_run import StoredRun, stored_run
from matrix.run.store import INTERNAL_ERRORS, Store
from reports.build.build_report import build_models
from reports.formats.html.many.model_script import model_script
from reports.jobs.conclusion import concluded
from reports.many.model_files import script_of, unread, write_model
from reports.overview.row import OverviewRow, row_of
from reports.report.internal_errors import InternalErrors
from reports.report.model_report import ModelReport

_NOT_INSPECTED = "The run was interrupted before this model was inspected."
_NOT_PREPARED = (
    "The process that inspected this model and others was killed twice, perhaps for lack of "
    "memory. Run the same command again where more memory is free."
)
_NOT_MADE = "The report of this model could not be created."


@dataclass(frozen=True, kw_only=True)
class ConcludedPart:
    """What is left of a part in memory: one row a model, and what could not be made or written.

    `is_lost` says that its results are missing or damaged.
    """

    number: int
    rows: tuple[OverviewRow, ...]
    is_lost: bool = False
    sentences: tuple[str, ...] = ()
    unwritten: tuple[str, ...] = ()


def conclude_part(
    results: Path, number: int, places: Sequence[int], output: Path, *, complete: bool = True
) -> ConcludedPart:
    """Conclude part `number` of the run in `results`, and write the files of each model.

    Runs in a process of its own, or several at once. `places` are those of the models of the part,
    `output` is where `models/` is written. `complete` is false after an interrupt. A model of which
    nothing can be read has its row and its file all the same, which say why.
    """
    errors = InternalErrors(log=results / INTERNAL_ERRORS)
    run = _run(results, number, complete=complete)
    if isinstance(run, str):
        models = iter([unread(_name(results, place), run) for place in places])
    else:
        models = _models(run, results, number, errors, complete=complete)
    rows = []
    for place in places:
        made = errors.guard(f"the report of part {number}", partial(next, models, None), None)
        model = made or unread(_name(results, place), _NOT_MADE)
        errors.written(partial(write_files, model, place, output, errors))
        rows.append(row_of(model, place))
    return ConcludedPart(
        number=number,
        rows=tuple(rows),
        is_lost=isinstance(run, str),
        sentences=tuple(errors.sentences),
        unwritten=tuple(errors.unwritten),
    )


def _run(results: Path, number: int, *, complete: bool) -> StoredRun | str:
    """What is stored of a part, or why it cannot be read."""
    store = Store(folder=part_folder(results, number))
    try:
        return stored_run(store, str(store.folder))
    except LoadmatrixError as error:
        # A part that was prepared has its plan.
        if store.plan_file.exists():
            return str(error)
        if _is_lost(results, number):
            return _NOT_PREPARED
        return str(error) if complete else _NOT_INSPECTED


def _is_lost(results: Path, number: int) -> bool:
    """Whether the index says that a part could not be prepared."""
    try:
        parts = PartsIndex.read(results).parts
    except (OSError, LoadmatrixError):
        return False
    return any(part.lost for part in parts if part.number == number)


def _models(
    run: StoredRun, results: Path, number: int, errors: InternalErrors, *, complete: bool
) -> Iterator[ModelReport]:
    """The models of a part in order, one at a time."""
    folder = part_folder(results, number)
    beside = folder.relative_to(results).as_posix()
    for model in _built(run, Store(folder=folder), errors, complete=complete):
        yield replace(model, inputs=f"{beside}/{model.inputs}") if model.inputs else model


def _built(
    run: StoredRun, store: Store, errors: InternalErrors, *, complete: bool
) -> Iterator[ModelReport]:
    # Which cells a fast run leaves to their predictions is known at its end.
    plan = run.plan if complete else replace(run.plan, fast=False)
    return build_models(plan, concluded(plan, store, run.outcomes, errors.guard), errors.guard)


def write_files(model: ModelReport, place: int, output: Path, errors: InternalErrors) -> None:
    """Write what the report and the page have of a model."""
    write_model(model, place, output)
    script = output / script_of(place)
    text = errors.guard(f"the page of {model.name}", partial(model_script, model, place), None)
    if text is None:
        script.unlink(missing_ok=True)
    else:
        write_text(script, text)


def _name(results: Path, place: int) -> str:
    """What a model was called in the list of the run."""
    try:
        return PartsIndex.read(results).names[place]
    except (OSError, LoadmatrixError, IndexError):
        return f"model {place + 1}"
