"""What is left in memory of a part when it is prepared: small values, for thousands of models."""

from __future__ import annotations

from dataclasses import dataclass

from matrix.costs.costs import Costs
from matrix.plan.untested import Untested


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadRow:
    """One model of the head of a run: `expected` is what is predicted of it, in a few words."""

    place: int
    format: str
    expected: str


@dataclass(frozen=True, kw_only=True)
class PreparedPart:
    """A part whose results folder is begun, or that is only planned.

    `cells` are to be run, in this order, of `planned` cells that have something to run; `known` of
    them need none. `models` has the number of models that each of `cells` tests. `untested` are the
    models that cannot be tested, at their places in the whole list. `signatures` are the names of
    those that its models have, `None` where some are not known.
    """

    number: int
    cells: tuple[str, ...]
    models: tuple[int, ...]
    planned: int
    rows: tuple[HeadRow, ...]
    untested: tuple[Untested, ...]
    costs: Costs
    signatures: frozenset[str] | None

    @property
    def known(self) -> int:
        """The cells of which all is known, from an earlier call or from earlier runs."""
        return self.planned - len(self.cells)
