"""Prepares the parts of a call in several processes, and says how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from matrix.errors import LoadmatrixError, UsageError
from matrix.log import WarnedOnce, logger
from matrix.options.options import Options
from matrix.parts.part import Part
from matrix.parts.pool import Pool
from matrix.parts.prepare import only_planned
from matrix.parts.prepared import PreparedPart

Task = Callable[[Part, Options], PreparedPart]
_LOG = logger(__name__)
_SAY_SECONDS = 5.0


@dataclass(kw_only=True)
class Preparing:
    """The parts that are prepared so far; `lost` are those whose process died."""

    parts: Sequence[Part]
    prepared: dict[int, PreparedPart] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)

    def run(self, pool: Pool, task: Task, options: Options, alone: Task = only_planned) -> None:
        """Prepare every part of a call with these options.

        Where the process of a part dies twice, `alone` is tried with each of its models, and those
        that it dies of are left out.

        Raises:
            LoadmatrixError: nothing can be tested with these options.
            OSError: the results cannot be written.
        """
        total = sum(len(part.models) for part in self.parts)
        if not total:
            return
        _LOG.info("Inspecting %s models.", f"{total:,}")
        said, warnings = time.monotonic(), WarnedOnce(_LOG)
        # A task gets the names of its own models alone.
        tasks = [partial(task, part, options.of(part.models)) for part in self.parts]
        for place, done in pool.each(tasks):
            number = self.parts[place].number
            prepared = done.value
            if prepared is None:
                prepared = _without_deadly(self.parts[place], pool, task, options, alone)
            if prepared is None:
                self.lost.append(number)
            else:
                self.prepared[number] = prepared
            warnings.warn(done.warnings)
            if time.monotonic() - said >= _SAY_SECONDS:
                said = time.monotonic()
                _LOG.info("Inspected %s of %s models.", f"{self._count():,}", f"{total:,}")
        if self.lost:
            _LOG.warning(
                "The models of %s could not be inspected: the process that did so was killed "
                "twice, perhaps for lack of memory.",
                part_names(self.lost),
            )

    def check(self) -> None:
        """Tell who called that parts are left.

        Raises:
            LoadmatrixError: some could not be prepared.
        """
        if self.lost:
            raise LoadmatrixError(
                f"{len(self.lost)} of {len(self.parts)} parts could not be prepared. Run the same "
                "command again: it tries them, and keeps what is known of the others."
            )

    def in_order(self) -> Iterator[PreparedPart]:
        """The prepared parts in the order of their numbers."""
        for number in sorted(self.prepared):
            yield self.prepared[number]

    def _count(self) -> int:
        done = {*self.prepared, *self.lost}
        return sum(len(part.models) for part in self.parts if part.number in done)


def _without_deadly(
    part: Part, pool: Pool, task: Task, options: Options, alone: Task
) -> PreparedPart | None:
    """What a task gives for a part without the models that kill it; nothing if none does alone."""
    _LOG.info("The process that inspected part %d was killed: looking for the cause.", part.number)
    deadly = frozenset(
        number
        for number in range(len(part.models))
        if _dies(pool, partial(alone, *_only(part, number, options)))
    )
    if not deadly:
        return None
    fewer = replace(part, deadly=deadly)
    return pool.alone(partial(task, fewer, options.of(part.models))).value


def _only(part: Part, number: int, options: Options) -> tuple[Part, Options]:
    model = part.models[number]
    one = replace(part, places=(part.places[number],), models=(model,))
    return one, options.of((model,))


def _dies(pool: Pool, task: Callable[[], PreparedPart]) -> bool:
    try:
        return pool.alone(task).value is None
    except LoadmatrixError:
        # It may be that nothing is left to test of this model alone.
        return False


def part_names(numbers: Collection[int]) -> str:
    """`part 3` or `parts 3, 7 and 12`."""
    names = [str(number) for number in sorted(numbers)]
    if len(names) == 1:
        return f"part {names[0]}"
    return f"parts {', '.join(names[:-1])} and {names[-1]}"


def check_selection(prepared: Sequence[PreparedPart], options: Options) -> None:
    """Refuse what leaves nothing of the whole call, and a signature that none of its models has.

    Of a shard it is no mistake: other shards may have what is asked for.

    Raises:
        UsageError: no cell of these releases is planned, or the models have other signatures.
    """
    tested = any(part.rows for part in prepared) and not options.shard
    if options.only and tested and not any(part.planned for part in prepared):
        raise UsageError(f"{options.said('only')} leaves nothing to run. Choose other releases.")
    name = options.numerics.signature
    if not name or not any(part.rows for part in prepared):
        return
    every = [part.signatures for part in prepared if part.rows]
    known = frozenset[str]().union(*(names or () for names in every))
    if name not in known and None not in every:
        there = f"available: {', '.join(sorted(known)[:20])}"
        raise UsageError(
            f"No model has a signature {name} ({there}). Choose one of them with --signature."
        )
