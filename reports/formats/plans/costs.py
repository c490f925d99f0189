"""What a run will download and store before it answers, and what would be less. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from matrix.catalogue.cell import Cell
from matrix.costs.estimate import BYTECODE_MB, COMPRESSION
from matrix.plan.plan import Plan
from matrix.prediction.fast import first_cells


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The environments that some cells still need; `largest` are sizes in MB, the largest first.

    A cell with companions shares nearly all its files with the plain one, and counts nothing.
    """

    environments: int
    largest: tuple[int, ...]

    @classmethod
    def of(cls, cells: Collection[Cell]) -> Cost:
        """What environments of cells cost that are not there."""
        sizes = [cell.release.installed_mb for cell in cells if cell.plain]
        return cls(environments=len(cells), largest=tuple(sorted(sizes, reverse=True)))

    @property
    def in_words(self) -> str:
        """What is downloaded and what is stored."""
        stored = sum(self.largest)
        return f"{_gb(stored * COMPRESSION)} to download, {_gb(stored)} of disk"


def cost_lines(
    plan: Plan,
    finished: Collection[str],
    required: Collection[str] = (),
    *,
    discard: bool = False,
    at_once: int = 1,
) -> Iterator[str]:
    """How many cells are tested, what that costs, and the choices that cost less.

    `finished` are cells that have their environments, `required` those that a fast run tests
    whatever is predicted. `at_once` is how many cells run at a time.
    """
    first = first_cells(plan, required) if plan.predictions else plan.run_order
    cells = first if plan.fast else plan.run_order
    cost = Cost.of(_to_build(plan, cells, finished))
    yield f"{_tested(plan, first)}{_to_be_built(cost, len(cells))}"
    if not cost.environments:
        return
    if plan.fast:
        yield "More cells are tested where the prediction proves wrong; their environments too."
    elif (less := Cost.of(_to_build(plan, first, finished))).environments < cost.environments:
        yield (
            f"With --fast, {less.environments} of them first: {less.in_words}. "
            "The other cells are predicted, or tested where the prediction proves wrong."
        )
    stored = sum(cost.largest)
    room = min(stored, sum(cost.largest[:at_once]) + cost.environments * BYTECODE_MB)
    if discard:
        yield f"With --discard, they take at most about {_gb(room)} of disk."
    elif room < stored:
        yield f"With --discard, at most about {_gb(room)} of disk."


def _to_build(plan: Plan, names: Sequence[str], finished: Collection[str]) -> list[Cell]:
    return [plan.cell(name).cell for name in names if name not in finished]


def _tested(plan: Plan, first: Sequence[str]) -> str:
    noun = "release" if all(planned.cell.plain for planned in plan.cells) else "cell"
    whole = len(plan.run_order)
    if plan.fast and len(first) < whole:
        return f"{len(first)} of {whole} {noun}s to test first (--fast)"
    return f"{_count(whole, noun)} to test"


def _to_be_built(cost: Cost, cells: int) -> str:
    if not cost.environments:
        return f"; {'its environment is' if cells == 1 else 'all environments are'} ready."
    return f", {_count(cost.environments, 'environment')} to build: at most about {cost.in_words}."


def _gb(megabytes: float) -> str:
    # An upper bound: a companion is small, but not nothing.
    return f"{max(megabytes / 1024, 0.1):.1f} GB"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
