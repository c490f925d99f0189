"""Which loaders exist for a model in a cell, and the checks they make. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from matrix.catalogue.cell import Cell
from matrix.model.facts import ModelFacts
from matrix.plan.check import Check
from matrix.plan.loader import Loader
from matrix.plan.loaders import LOADERS


def loaders_for(model: ModelFacts, cell: Cell, asked: Collection[str] = ()) -> Iterator[Loader]:
    """The loaders to try on a model in a cell, in the order of the table.

    Which are those that may load it there, or, where the caller has `asked` for some, all of these
    that read the format: whoever names a loader wants to see what it does.
    """
    for loader in LOADERS.values():
        wanted = loader.name in asked if asked else loader.obstacle(model, cell) is None
        if wanted and loader.reads(model, cell):
            yield loader


def not_applicable(model: ModelFacts, cell: Cell) -> dict[str, str]:
    """The loaders that cannot load this model in this cell, each with the reason."""
    reading = [loader for loader in LOADERS.values() if loader.reads(model, cell)]
    reasons = {loader.name: loader.obstacle(model, cell) for loader in reading}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def checks_for(
    number: int,
    model: ModelFacts,
    cell: Cell,
    *,
    allow_lambda: bool = False,
    asked: Collection[str] = (),
) -> Iterator[Check]:
    """The checks of one model in a cell; with `allow_lambda` those outside of safe mode too.

    Where the caller has `asked` for loaders, only those of these.
    """
    custom_ops = bool(model.custom_objects)
    for loader in loaders_for(model, cell, asked):
        before: str | None = None
        for variant in loader.variants(model, cell, allow_lambda):
            check = Check(
                model=number,
                path=str(model.load_path),
                loader=loader.name,
                variant=variant,
                skip_if_loaded=before if loader.one_is_enough else None,
                handover=loader.takes(cell.handover, variant, model.format.value, custom_ops),
            )
            yield check
            before = check.id
