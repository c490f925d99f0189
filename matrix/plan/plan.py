"""The plan: which cells, which checks in each, in which order."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from packaging.version import Version

from matrix.catalogue.cell import Cell
from matrix.inputs.hints import InputHints
from matrix.model.contents.contents import Contents
from matrix.model.facts import ModelFacts
from matrix.model.integrity.finding import Finding
from matrix.model.place import Place
from matrix.model.risks.brought_python import brought_python, imports_module
from matrix.model.risks.risk import Risk
from matrix.options.custom_objects import CustomObjects
from matrix.options.tolerances import Numerics
from matrix.plan.check import Check
from matrix.plan.prediction import Prediction, Predictions
from matrix.plan.required_packages import MissingPackage
from matrix.plan.untested import Untested


@dataclass(frozen=True, kw_only=True)
class PlannedCell:
    """A cell with the checks to run in it; `unavailable` says why it cannot be built here.

    `models` are the numbers of those that are tested in it, `None` for all. `needs` are the
    companions that its models ask for and a plain cell lacks. `left_to_predictions` says, in a
    merged run, that it is of a fast run which came to its end: what was not measured in it is
    predicted, and not still to be run.
    """

    cell: Cell
    checks: tuple[Check, ...]
    unavailable: str | None = None
    models: tuple[int, ...] | None = None
    needs: tuple[MissingPackage, ...] = ()
    left_to_predictions: bool = False

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
    `fast` says that cells without an outcome were left to their predictions, `paths` that reports
    may have the paths of this machine.
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
    paths: bool = False

    def findings_of(self, number: int) -> tuple[Finding, ...]:
        """What is wrong with the bytes of a model."""
        return self.findings[number] if self.findings else ()

    def risks_of(self, number: int) -> tuple[Risk, ...]:
        """What a model could do beyond computing; to import the caller's own module is none."""
        found = self.risks[number] if self.risks else ()
        given = self.custom_objects.module.partition(".")[0] if self.custom_objects else ""
        return tuple(one for one in found if not imports_module(one, given))

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
