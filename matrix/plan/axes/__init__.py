"""The axes, one file each: every module in this folder has a record `AXIS`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence

from matrix.catalogue.releases import Release
from matrix.catalogue.runtime import PYTHON, Runtime
from matrix.model.facts import ModelFacts
from matrix.options.options import Options
from matrix.plan.axis import Axis, AxisCell
from matrix.shown import on_one_line


def _collected() -> tuple[Axis, ...]:
    """Every axis, in the order of their files."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").AXIS for name in names)


AXES: tuple[Axis, ...] = _collected()
RUNTIMES: Mapping[str, Runtime] = {
    runtime.name: runtime
    for runtime in (PYTHON, *(extra for axis in AXES for extra in axis.runtimes))
}


def axis_cells(
    models: Sequence[ModelFacts],
    releases: Sequence[Release],
    options: Options,
    *,
    contained: bool = True,
) -> Iterator[AxisCell]:
    """The cells of all axes on the chosen releases.

    Where models are not `contained`, without those that only their files ask for.
    """
    for axis in AXES:
        if contained or not axis.asked_by_files(options):
            yield from axis.cells(models, releases, options)


def asked_by_files(
    models: Sequence[ModelFacts], releases: Sequence[Release], options: Options
) -> Iterator[tuple[Axis, AxisCell]]:
    """The cells that only the files of models ask for."""
    for axis in AXES:
        if axis.asked_by_files(options):
            yield from ((axis, cell) for cell in axis.cells(models, releases, options))


def left_out(
    models: Sequence[ModelFacts], releases: Sequence[Release], options: Options
) -> Iterator[str]:
    """Why cells that only the file of a model asks for are not planned, each in a sentence."""
    for axis, cell in asked_by_files(models, releases, options):
        asked = " and ".join(f"{one.name} {one.pinned or ''}".strip() for one in cell.companions)
        names = " and ".join(models[number].path.name for number in sorted(cell.models))
        yield (
            f"{on_one_line(names)} asks for {asked}, which is not tested: an old version may let a "
            f"file do what it likes, and nothing holds models back here. {axis.advice}."
        )
