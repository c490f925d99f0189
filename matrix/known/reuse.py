"""Takes what is known into the results of a run, before its cells are run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from matrix.isolation.self_test import self_test
from matrix.known import fed
from matrix.known.answers import fed_files, is_fed_as, numbered
from matrix.known.fed import inputs_digest, known_inputs_digest
from matrix.known.known import Known, entries_in, known_of
from matrix.known.recorded import Found, record
from matrix.log import logger
from matrix.options.options import Options
from matrix.plan.plan import Plan, PlannedCell
from matrix.run.keeping.joined_outcomes import together
from matrix.run.outcome import Outcome
from matrix.run.store import Store

_LOG = logger(__name__)


def left_to_run(plan: Plan, options: Options, store: Store, *, with_inputs: bool) -> Plan:
    """The plan with only those cells to run of which something is not known; the rest is written.

    `with_inputs` says that the inputs of the models have to be written first. What cannot be used
    is measured.

    Raises:
        OSError: the inputs cannot be written.
        MissingWalls: a wall that the caller asked for cannot be had.
    """
    known = None if options.fresh else known_of(plan, options)
    if with_inputs:
        fed.store_inputs(plan, store, entries_in(options.envdir), fresh=options.fresh)
    if known is None:
        return plan
    try:
        return take_known(plan, store, known)
    except Exception as error:  # noqa: BLE001 - what is known only saves time
        said = f"{type(error).__name__}: {error}"[:300]
        _LOG.warning("Not all that earlier runs have measured can be used (%s).", said)
        left = (cell for cell in plan.run_order if not store.is_finished(cell))
        return replace(plan, run_order=tuple(left))


def take_known(plan: Plan, store: Store, known: Known) -> Plan:
    """Write what is known as outcomes; the plan that is returned runs only what is left.

    Cells are asked in the order in which they would be run: the first that ran a signature decides
    which inputs come first, and one that was fed others is run again, to be compared with it.
    """
    inputs = [inputs_digest(store, number) for number in range(len(plan.models))]
    first = [store.inputs(number).first for number in range(len(plan.models))]
    left = []
    for planned, found, is_whole in _looked_up(plan, known, inputs, first):
        if found:
            _write(planned, found, store, finished=is_whole)
        if not is_whole:
            left.append(planned.cell.id)
    for number, files in enumerate(first):
        store.inputs(number).try_first(files)
    _tell(store, plan.run_order, left)
    return replace(plan, run_order=tuple(left))


def known_cells(plan: Plan, options: Options) -> frozenset[str]:
    """The cells of which all is known, before anything of a run is there."""
    known = None if options.fresh or options.numerics.inputs else known_of(plan, options)
    if known is None:
        return frozenset()
    inputs = [known_inputs_digest(model, known.entries) for model in plan.models]
    first: list[dict[str, str]] = [{} for _ in plan.models]
    looked_up = _looked_up(plan, known, inputs, first)
    return frozenset(planned.cell.id for planned, _, is_whole in looked_up if is_whole)


def _looked_up(
    plan: Plan, known: Known, inputs: Sequence[str | None], first: Sequence[dict[str, str]]
) -> Iterator[tuple[PlannedCell, Mapping[int, Found], bool]]:
    """What is known in each cell by the numbers of models, and whether that is all.

    `inputs` are digests of what models are fed, `first` is filled with what comes first of it.
    """
    held = self_test(known.isolation.options).observed
    cells = {planned.cell.id: planned for planned in plan.cells}
    for name in plan.run_order:
        planned = cells[name]
        models = {check.model for check in planned.checks}
        found: dict[int, Found] = {}
        for model in sorted(models):
            fed_with = inputs[model]
            seen = fed_with and known.answer(planned, model, fed_with, held)
            if seen and is_fed_as(seen.answer, first[model]):
                found[model] = seen
                for signature, file in fed_files(seen.answer.verification.checks.values()):
                    first[model].setdefault(signature, file)
        yield planned, found, found.keys() == models


def _tell(store: Store, cells: Sequence[str], left: Sequence[str]) -> None:
    whole = len(cells) - len(left)
    partly = sum(store.known(cell) is not None for cell in left)
    if not whole and not partly:
        return
    what = [f"{whole} of {len(cells)} cells"] if whole else []
    what += [f"some models of {partly} {'more' if whole else f'of {len(cells)} cells'}"]
    said = ", and ".join(what if partly else what[:1])
    _LOG.info("Known from earlier runs: %s; --fresh measures them again.", said)


def _write(
    planned: PlannedCell, found: Mapping[int, Found], store: Store, *, finished: bool
) -> None:
    outcome: Outcome | None = None
    for model, one in found.items():
        records = numbered(one.answer, planned, model)
        place = f"known-{model}"
        for name, said in records.items():
            if said.stored:
                records[name] = replace(said, stored=f"{place}/{said.stored}")
        for name, content in one.files.items():
            store.write_output(planned.cell.id, f"{place}/{name}", content)
        alone = Outcome(
            cell=planned.cell.id,
            seconds=one.answer.seconds,
            verification=replace(one.answer.verification, checks=records),
            reused={model: one.answer.measured},
        )
        outcome = together(outcome, alone) if outcome else alone
    if outcome is not None:
        store.write_known(outcome, finished=finished)
        record(store, planned.cell.id, found.values())
