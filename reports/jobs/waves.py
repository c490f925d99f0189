"""Runs the cells of a plan: all of them, or with `--fast` those that its predictions leave open."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matrix.errors import LoadmatrixError
from matrix.log import logger
from matrix.plan.plan import Plan
from matrix.prediction.fast import Measured, next_models
from matrix.results.answers import answers
from matrix.run.executor import Executor, PlannedRun, run_cells
from matrix.run.keeping.chosen_models import choose, narrowed
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from matrix.shown import some_of
from reports.progress.shown import shown

_LOG = logger(__name__)
_MOST_NAMED = 10
# Cells, with the numbers of the models that are tested there.
Wave = Mapping[str, Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class RunEnd:
    """How a run ended: `interrupted`, and the cells whose sessions failed or were killed."""

    interrupted: bool = False
    lost: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all was tested that was to be tested."""
        return not (self.interrupted or self.lost)

    def check(self) -> None:
        """Tell who called that something is left.

        Raises:
            KeyboardInterrupt: the run was stopped.
            LoadmatrixError: cells were lost.
        """
        if self.interrupted:
            raise KeyboardInterrupt
        if self.lost:
            raise LoadmatrixError(
                "The sessions of these cells failed or were killed: "
                f"{some_of(self.lost, _MOST_NAMED)}. Run the same command again: it tries only "
                "them."
            )


def run_all(executor: Executor, run: PlannedRun, whole: Plan | None = None) -> RunEnd:
    """Run every cell that needs a run, and show what comes of it.

    `whole` is the plan of the run where this is one wave of it.

    Raises:
        LoadmatrixError: no cell could be run.
    """
    with shown(whole or run.plan, run.cells, run.store):
        interrupted = not run_cells(executor, [run])
    lost = tuple(cell for cell in run.cells if not run.store.is_finished(cell))
    return RunEnd(interrupted=interrupted, lost=lost)


def run_fast(executor: Executor, run: PlannedRun, required: Collection[str] = ()) -> RunEnd:
    """Run what the predictions of a whole plan leave open, wave by wave.

    Each wave is chosen by what is known until then, of an earlier call too. The cells in `required`
    are run whatever is predicted.

    Raises:
        LoadmatrixError: no cell could be run.
    """
    try:
        return _all_waves(executor, run, required)
    except KeyboardInterrupt:
        # Between two waves: within one it is an end like any other.
        return RunEnd(interrupted=True)


@dataclass(kw_only=True)
class Waves:
    """The waves of one plan, each chosen by what is known until then.

    The cells in `required` are run whatever is predicted. `tried` has the models that this call has
    tested, by cell; `is_known` says whether anything was known when the last wave was chosen.
    """

    required: Collection[str]
    tried: dict[str, set[int]] = field(default_factory=dict)
    is_known: bool = False

    def next(self, run: PlannedRun) -> Wave:
        """The cells of a whole plan to run next, with their models; none where all is known."""
        known = _known(run, self.tried)
        self.is_known = bool(known)
        wave = _next(run.plan, known, self.tried, self.required)
        for cell, models in wave.items():
            self.tried.setdefault(cell, set()).update(models)
        return _with_known(wave, known)


def _all_waves(executor: Executor, run: PlannedRun, required: Collection[str]) -> RunEnd:
    waves, again = Waves(required=required), False
    while wave := waves.next(run):
        _tell(wave, run.plan, again=again)
        again = True
        try:
            end = _run_wave(executor, run, wave)
        except (LoadmatrixError, OSError) as error:
            if not waves.is_known:
                raise
            # What the waves before have found out is worth a report.
            _LOG.warning("%s", error)
            end = RunEnd(lost=tuple(wave))
        if not end.is_whole:
            return end
    return RunEnd()


def _next(
    plan: Plan,
    known: Mapping[str, Outcome],
    tried: Mapping[str, Collection[int]],
    required: Collection[str],
) -> Wave:
    """What to test next; where that cannot be said, all that is left."""
    try:
        return next_models(plan, _measured(plan, known, tried), required)
    except Exception as error:  # noqa: BLE001 - a bug of ours costs time, and no report
        said = f"{type(error).__name__}: {error}"[:300]
        _LOG.warning("--fast cannot choose cells (%s), which is a bug: testing all.", said)
    every = {
        cell: sorted({check.model for check in plan.cell(cell).checks}) for cell in plan.run_order
    }
    left = {
        cell: [
            model
            for model in models
            if model not in tried.get(cell, ())
            and not (cell in known and known[cell].tested(model))
        ]
        for cell, models in every.items()
    }
    return {cell: models for cell, models in left.items() if models}


def _measured(
    plan: Plan, known: Mapping[str, Outcome], tried: Mapping[str, Collection[int]]
) -> Measured:
    """What was answered; what was tried without an answer is not tried again by this call."""
    changed = {model for outcome in known.values() for model in (*outcome.changed, *outcome.absent)}
    silent = {(model, cell) for cell, models in tried.items() for model in models}
    # What is no longer the model of the plan, or was not there, answers nowhere.
    silent |= {(model, cell) for model in changed for cell in plan.run_order}
    return {**{pair: {} for pair in silent}, **answers(plan, known)}


def _known(run: PlannedRun, tried: Collection[str]) -> dict[str, Outcome]:
    """The outcomes that stand: those of this call, and of earlier ones that need no other try."""
    return {
        cell: outcome
        for cell in run.plan.run_order
        if (outcome := _standing(run, cell, tried=cell in tried))
    }


def _standing(run: PlannedRun, cell: str, *, tried: bool) -> Outcome | None:
    if tried or run.store.is_settled(cell):
        return run.store.read(cell)
    # Of some of its models earlier runs may have measured what they answer.
    return run.store.known(cell)


def _with_known(wave: Wave, known: Mapping[str, Outcome]) -> Wave:
    """The wave with the models that its cells have tested before: an outcome is of one test."""
    before = {cell: known[cell].models or () for cell in wave if cell in known}
    return {cell: sorted({*models, *before.get(cell, ())}) for cell, models in wave.items()}


def _run_wave(executor: Executor, run: PlannedRun, wave: Wave) -> RunEnd:
    end = run_all(executor, begun(run, wave), run.plan)
    for cell, models in wave.items():
        note_models(run.store, cell, models)
    return end


def begun(run: PlannedRun, wave: Wave) -> PlannedRun:
    """The run of a wave alone, whose cells are not done yet whatever was known of them."""
    for cell, models in wave.items():
        choose(run.store, cell, models)
    run.store.try_again(wave)
    cells = tuple(narrowed(planned, wave.get(planned.cell.id, ())) for planned in run.plan.cells)
    plan = replace(run.plan, cells=cells, run_order=tuple(wave))
    return replace(run, cells=tuple(wave), held=plan)


def note_models(store: Store, cell: str, models: Sequence[int]) -> None:
    """Have the outcome of a cell of a wave say which models were tested.

    An executor of another machine does not know what was chosen here.
    """
    outcome = store.read(cell) if store.is_finished(cell) else None
    if outcome and outcome.models is None:
        store.write(replace(outcome, models=tuple(models)))


def _tell(wave: Wave, plan: Plan, *, again: bool) -> None:
    names = ", ".join(wave)
    if again:
        _LOG.info("--fast: what is known by now leaves more open: testing %s too.", names)
    else:
        _LOG.info("--fast: testing %d of %d cells: %s.", len(wave), len(plan.run_order), names)
