"""Makes the plan from models, releases and options. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from packaging.version import Version

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import Release
from matrix.errors import UsageError
from matrix.model.facts import ModelFacts
from matrix.options.options import Options
from matrix.plan.axes import axis_cells, left_out
from matrix.plan.axis import AxisCell
from matrix.plan.check import Check
from matrix.plan.loaders import LOADERS
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.selection.cells import CandidateCell, CellChoice
from matrix.plan.selection.checks import checks_for
from matrix.plan.selection.possible import check_possible
from matrix.plan.selection.releases import ChosenRelease, selected
from matrix.plan.selection.writers import nearest_release, producing_release
from matrix.plan.workarounds.attempts import attempts_for


def make_plan(  # noqa: PLR0913 - all that a machine decides
    models: Sequence[ModelFacts],
    releases: Sequence[Release],
    options: Options,
    pythons: Collection[str],
    platform: str,
    *,
    contained: bool = True,
) -> Plan:
    """What a run will do; asks neither disk nor network.

    `pythons` are the minor versions that this machine has. The plan names versions alone, so that
    another machine can run it too. `contained` says whether walls hold back what models should
    not do.

    Raises:
        UsageError: the selection leaves nothing to test.
    """
    releases = [release.on(platform) for release in releases]
    check_possible(options, releases)
    nearest = [nearest_release(model, releases) for model in models]
    chosen = list(selected(releases, options, nearest))
    choice = CellChoice(
        models=models,
        options=options,
        pythons=pythons,
        newest=releases[-1],
        axes=tuple(_axis_cells(models, chosen, options, contained=contained)),
    )
    cells = [cell for one in chosen for cell in choice.cells(one.release, one.models)]
    cells.sort(key=lambda candidate: candidate.cell.age)
    if not cells:
        # Of releases that are there for the model alone.
        raise UsageError(
            f"None of the selected releases has Python {' or '.join(options.pythons)}. Choose "
            "another --python."
        )
    planned = tuple(_planned(candidate, models, options, platform) for candidate in cells)
    if options.loaders:
        planned = tuple(_of_loaded(entry) for entry in planned if entry.checks)
    runnable = [entry.cell for entry in planned if entry.checks and entry.unavailable is None]
    order = sorted(runnable, key=lambda cell: _writers_first(cell, nearest, chosen))
    return Plan(
        models=tuple(models),
        cells=planned,
        run_order=tuple(cell.id for cell in order),
        nearest=tuple(
            _home(model, release, releases) for model, release in zip(models, nearest, strict=True)
        ),
        numerics=options.numerics,
        custom_objects=options.custom_objects,
        allow_lambda=options.allow_lambda,
        trust=options.isolation.trust,
        readable=tuple(map(str, options.isolation.readable)),
        loaders=options.loaders,
        fast=options.fast,
        paths=options.paths,
        left_out=() if contained else tuple(_left_out(models, chosen, options)),
    )


def _axis_cells(
    models: Sequence[ModelFacts],
    chosen: Sequence[ChosenRelease],
    options: Options,
    *,
    contained: bool,
) -> Iterator[AxisCell]:
    """The cells of all axes, found for each model alone: on the releases it is tested in."""
    for number, model in enumerate(models):
        releases = [one.release for one in chosen if number in one.models]
        for cell in axis_cells([model], releases, options, contained=contained):
            yield replace(cell, models=frozenset({number}))


def _left_out(
    models: Sequence[ModelFacts], chosen: Sequence[ChosenRelease], options: Options
) -> Iterator[str]:
    for number, model in enumerate(models):
        releases = [one.release for one in chosen if number in one.models]
        of_model = f"{model.name}: " if len(models) > 1 else ""
        yield from (of_model + said for said in left_out([model], releases, options))


def reads_none(asked: Sequence[str], model: ModelFacts) -> str:
    """The sentence for a model that none of the loaders reads which the caller asks for."""
    readers = [loader.name for loader in LOADERS.values() if model.format in loader.formats]
    return (
        f"--loader {' and '.join(asked)} does not read {model.shown} in the selected releases. "
        f"It is a {model.format.value}, which these read: {', '.join(readers)}."
    )


def _of_loaded(planned: PlannedCell) -> PlannedCell:
    """The cell for the models alone that have something to try in it."""
    tried = {check.model for check in planned.checks}
    return replace(
        planned,
        models=tuple(sorted(tried)),
        needs=tuple(need for need in planned.needs if need.model in tried),
    )


def _planned(
    candidate: CandidateCell, models: Sequence[ModelFacts], options: Options, platform: str
) -> PlannedCell:
    everyone = candidate.cell.plain and len(candidate.models) == len(models)
    return PlannedCell(
        cell=candidate.cell,
        checks=tuple(_checks(candidate, models, options)),
        unavailable=_obstacle(candidate.cell, platform) or candidate.obstacle,
        models=None if everyone else tuple(sorted(candidate.models)),
        needs=candidate.needs,
    )


def _home(
    model: ModelFacts, nearest: Release | None, releases: Sequence[Release]
) -> Version | None:
    release = nearest or producing_release(model, releases)
    return release.version if release else None


def _checks(
    candidate: CandidateCell, models: Sequence[ModelFacts], options: Options
) -> Iterator[Check]:
    for number in sorted(candidate.models):
        planned = checks_for(
            number,
            models[number],
            candidate.cell,
            allow_lambda=options.allow_lambda,
            asked=options.loaders,
        )
        custom = options.custom_objects.source if options.custom_objects else None
        checks = [
            replace(check, imports=candidate.cell.imports, custom_objects=custom)
            for check in planned
        ]
        attempts = attempts_for(models[number], candidate.cell, checks) if options.remedies else ()
        for check in checks:
            yield replace(check, skip_if_loaded=None) if options.every_variant else check
        yield from attempts


def _obstacle(cell: Cell, platform: str) -> str | None:
    if not cell.runtime.needs_tensorflow or platform in cell.release.distributions:
        return None
    return f"TensorFlow {cell.release.version} has no wheels for {platform}."


def _writers_first(
    cell: Cell, nearest: Sequence[Release | None], chosen: Sequence[ChosenRelease]
) -> tuple[int, int]:
    """Sort key: the release nearest to the writer of a model, then newest first.

    Predictions tell more (`matrix/prediction/run_order.py`), and not every plan has some.
    """
    minors = [release.minor for release in nearest if release]
    rank = minors.index(cell.release.minor) if cell.release.minor in minors else len(minors)
    age = [one.release.version for one in chosen].index(cell.release.version)
    return (rank * 2 + (not cell.plain), -age)
