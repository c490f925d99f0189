"""Cells that only the file of a model asks for, where nothing would hold the model back in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.catalogue.releases import Release
from matrix.model.facts import ModelFacts
from matrix.options.options import Options
from matrix.plan.axes import asked_by_files
from matrix.shown import on_one_line


def left_out(
    models: Sequence[ModelFacts], releases: Sequence[Release], options: Options
) -> Iterator[str]:
    """Why each of these cells is not planned, in a sentence."""
    for axis, cell in asked_by_files(models, releases, options):
        asked = " and ".join(f"{one.name} {one.pinned or ''}".strip() for one in cell.companions)
        names = " and ".join(models[number].path.name for number in sorted(cell.models))
        yield (
            f"{on_one_line(names)} asks for {asked}, which is not tested: an old version may let a "
            f"file do what it likes, and nothing holds models back here. {axis.advice}."
        )
