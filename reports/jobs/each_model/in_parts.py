"""Has each model of a call looked at: a few here, many part by part in several processes."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from typing import Protocol

from matrix.log import WarnedOnce, logger
from matrix.models_list.given_model import GivenModel
from matrix.parts.part import PART_SIZE
from matrix.parts.pool import Done, Pool, default_processes
from matrix.plan.untested import killed
from reports.jobs.each_model.shown import Shown

_LOG = logger(__name__)
_Models = Sequence[GivenModel]


class Show(Protocol):
    """Looks at a model; one that is `refused` with a sentence is not read. It can be pickled."""

    def __call__(self, model: GivenModel, refused: str = "") -> Shown: ...


def shown_of_each(
    models: _Models, show: Show, size: int = PART_SIZE
) -> Generator[Shown, None, None]:
    """What is shown of each model, in their order, as soon as it is known.

    More than `size` of them are looked at in processes, which may die: that costs the model that
    they die of. Close the iterator to end them before it is over.
    """
    if len(models) <= size:
        yield from map(show, models)
        return
    parts = [models[start : start + size] for start in range(0, len(models), size)]
    with Pool(min(default_processes(), len(parts))) as pool:
        warnings = WarnedOnce(_LOG)
        every = pool.in_order(partial(_shown, part, show) for part in parts)
        for part, done in zip(parts, every, strict=True):
            warnings.warn(done.warnings)
            yield from _without_deadly(part, done, pool, show, warnings)


def _shown(models: _Models, show: Show) -> tuple[Shown, ...]:
    return tuple(map(show, models))


def _without_deadly(
    part: _Models, done: Done[tuple[Shown, ...]], pool: Pool, show: Show, warnings: WarnedOnce
) -> Iterator[Shown]:
    """What is shown of the models of a part; halves are tried until those that kill are alone."""
    if done.value is not None:
        yield from done.value
    elif len(part) == 1:
        yield show(part[0], killed(part[0].model))
    else:
        middle = len(part) // 2
        for half in (part[:middle], part[middle:]):
            tried = pool.alone(partial(_shown, half, show))
            warnings.warn(tried.warnings)
            yield from _without_deadly(half, tried, pool, show, warnings)
