"""The plan: which cells, which checks in each, in which order. Pure: values in, values out."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.version import Version

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import Release
from matrix.errors import UsageError
from matrix.inputs.hints import InputHints
from matrix.model.contents.contents import Contents
from matrix.model.facts import ModelFacts
from matrix.model.integrity.finding import Finding
from matrix.model.place import Place
from matrix.model.risks.brought_python import brought_python
from matrix.model.risks.risk import Risk
from matrix.options.custom_objects import CustomObjects
from matrix.options.options import Options
from matrix.options.tolerances import Numerics
from matrix.plan.axes import axis_cells, left_out
from matrix.plan.axis import AxisCell
from matrix.plan.cell_selection import CandidateCell, CellChoice
from matrix.plan.check import Check
from matrix.plan.check_selection import checks_for
from matrix.plan.loaders import LOADERS
from matrix.plan.prediction import Prediction, Predictions
from matrix.plan.release_selection import ChosenRelease, nothing_selected, selected
from matrix.plan.required_packages import MissingPackage
from matrix.plan.untested import Untested
from matrix.plan.workarounds.attempts import attempts_for
from matrix.plan.writers import nearest_release, producing_release


@dataclass(frozen=True, kw_only=True)
class PlannedCell:
    """A cell with the checks to run in it; `unavailable` says why it cannot be built here.

    `models` are the numbers of those that are tested in it, `None` for all. `needs` are the
    companions that its models ask for and a plain cell lacks.
    """

    cell: Cell
    checks: tuple[Check, ...]
    unavailable: str | None = None
    models: tuple[int, ...] | None = None
    needs: tuple[MissingPackage, ...] = ()

    def concerns(self, model: int) -> bool:
        """Whether a model is tested here."""
        return self.models is None or model in self.models


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Models and cells, oldest release first.

    `run_order` are the ids of the cells that need a run, in the order to run them. `nearest` is,
    for each model, the release that comes nearest to what wrote it, which is no fact about it;
    `findings` what is wrong with its bytes, `risks` what it could do and `places` what lies at its
    path, or nothing at all where nobody looked. `hints` is what their inputs are made by and
    `contents` what rules of prediction need; both are not written to the disk. `predictions` are,
    for each model, what is expected of each loader in each of its cells. `host` is the machine that
    it was made on.
    `numerics` is what is fed and how close is close enough. `custom_objects` is Python of the
    caller, and `allow_lambda` says that the model's own may run. `trust` says that the caller
    vouches for the Python that models bring. `readable` are files and folders that models may read
    besides. `loaders` are those that the caller asked for, none
    where all are tried. `untested` are models that were named and cannot be
    tested. `left_out` are sentences about cells that a file asks for and that are not planned.
    `fast` says that cells without an outcome were left to their predictions.
    """

    models: tuple[ModelFacts, ...]
    cells: tuple[PlannedCell, ...]
    run_order: tuple[str, ...]
    nearest: tuple[Version | None, ...]
    numerics: Numerics = field(default_factory=Numerics)
    findings: tuple[tuple[Finding, ...], ...] = ()
    risks: tuple[tuple[Risk, ...], ...] = ()
    places: tuple[Place, ...] = ()
    hints: tuple[InputHints | None, ...] = ()
    contents: tuple[Contents | None, ...] = ()
    predictions: tuple[Predictions, ...] = ()
    host: Mapping[str, Any] = field(default_factory=dict)
    custom_objects: CustomObjects | None = None
    allow_lambda: bool = False
    trust: bool = False
    readable: tuple[str, ...] = ()
    loaders: tuple[str, ...] = ()
    untested: tuple[Untested, ...] = ()
    left_out: tuple[str, ...] = ()
    fast: bool = False

    def findings_of(self, number: int) -> tuple[Finding, ...]:
        """What is wrong with the bytes of a model."""
        return self.findings[number] if self.findings else ()

    def risks_of(self, number: int) -> tuple[Risk, ...]:
        """What a model could do beyond computing."""
        return self.risks[number] if self.risks else ()

    def brings_python(self, number: int) -> tuple[str, ...]:
        """What of a model is Python code."""
        return brought_python(self.risks_of(number))

    def hints_of(self, number: int) -> InputHints | None:
        """What the inputs of a model are made by; `None` where the plan was read from a file."""
        return self.hints[number] if self.hints else None

    def contents_of(self, number: int) -> Contents | None:
        """What rules need of a model; `None` where that could not be read or nobody looked."""
        return self.contents[number] if self.contents else None

    def prediction(self, number: int, cell: str, loader: str) -> Prediction | None:
        """What is expected of a loader in the cell of an id; `None` where nobody predicted."""
        return self._predicted.get((number, cell, loader))

    @functools.cached_property
    def _predicted(self) -> dict[tuple[int, str, str], Prediction]:
        return {
            (number, one.cell, one.loader): one
            for number, predictions in enumerate(self.predictions)
            for one in predictions
        }

    def place_of(self, number: int) -> Place:
        """What lay at the path of a model when the plan was made."""
        return self.places[number] if self.places else Place()

    def cell(self, identity: str) -> PlannedCell:
        """The planned cell of an id.

        Raises:
            KeyError: the plan has no such cell.
        """
        return {planned.cell.id: planned for planned in self.cells}[identity]


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
        raise UsageError(nothing_selected(releases, options))
    planned = tuple(_planned(candidate, models, options, platform) for candidate in cells)
    if options.loaders:
        planned = _with_a_loader(planned, options.loaders)
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
        yield from left_out(
            [model], [one.release for one in chosen if number in one.models], options
        )


def reads_none(asked: Sequence[str], name: str) -> str:
    """The sentence for a model that none of the loaders reads which the caller asks for."""
    return (
        f"--loader {' and '.join(asked)} does not read {name} in the selected releases. Choose "
        "another loader."
    )


def _with_a_loader(planned: Sequence[PlannedCell], asked: Sequence[str]) -> tuple[PlannedCell, ...]:
    """The cells that have one of the loaders that the caller asked for.

    Raises:
        UsageError: there is no such loader.
    """
    if unknown := [name for name in asked if name not in LOADERS]:
        known = ", ".join(LOADERS)
        raise UsageError(f"--loader {unknown[0]}: unknown loader. The loaders are {known}.")
    return tuple(_of_loaded(entry) for entry in planned if entry.checks)


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
