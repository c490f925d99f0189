"""Concludes parts in other processes as their last cells end."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from matrix.parts.part import Part
from matrix.parts.pool import Done, Pool
from reports.many.conclude_part import ConcludedPart, conclude_part
from reports.many.concluded_parts import ConcludedParts, joined
from reports.many.many_models import place_for_models
from reports.report.internal_errors import InternalErrors


class Concluding:
    """The parts that are concluded or about to be; `results` are those of the whole run."""

    def __init__(self, pool: Pool, results: Path, parts: Sequence[Part]) -> None:
        self._pool = pool
        self._results = results
        self._parts = {part.number: part for part in parts}
        self._begun: dict[int, Future[Done[ConcludedPart]]] = {}

    def begin(self, number: int, *, complete: bool = True) -> None:
        """Have a part concluded, once; nothing of it may be measured any more."""
        if number not in self._begun:
            self._begun[number] = self._pool.submit(self._task(number, complete=complete))

    def ended(self, errors: InternalErrors, *, complete: bool) -> ConcludedParts:
        """Every part, also those that nobody had concluded yet, when all of them are."""
        for number in self._parts:
            self.begin(number, complete=complete)
        done = (
            (number, self._done(number, future, complete=complete))
            for number, future in self._begun.items()
        )
        return joined(done, errors)

    def _task(self, number: int, *, complete: bool) -> partial[ConcludedPart]:
        places, output = self._parts[number].places, place_for_models(self._results)
        return partial(conclude_part, self._results, number, places, output, complete=complete)

    def _done(
        self, number: int, future: Future[Done[ConcludedPart]], *, complete: bool
    ) -> ConcludedPart | None:
        try:
            return future.result().value
        except BrokenProcessPool:
            return self._pool.alone(self._task(number, complete=complete)).value
