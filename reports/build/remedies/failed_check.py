"""A check that failed, with the run that it failed in: what is asked of other checks about it."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from matrix.options.custom_objects import CustomObjects
from matrix.plan.snippet import ShownCell, ShownModel
from matrix.results.result import CellResult, CheckResult, ModelResult
from reports.build.remedies.own_objects import own_snippet


@dataclass(frozen=True, kw_only=True)
class FailedCheck:
    """`check` failed in `cell`; `given` are the caller's own custom objects."""

    model: ShownModel
    result: ModelResult
    cell: CellResult
    check: CheckResult
    given: CustomObjects | None = None

    @property
    def calling(self) -> bool:
        """Whether the model loaded and its call failed."""
        return self.check.stage == "run"

    @property
    def order(self) -> Sequence[str]:
        """All cells of the run, as a report names them."""
        return [cell.cell.id for cell in self.result.cells]

    @property
    def without_packages(self) -> CellResult | None:
        """The plain cell of the same release."""
        version = self.cell.cell.release.version
        same = (cell for cell in self.result.cells if cell.cell.release.version == version)
        return next((cell for cell in same if cell.cell.plain), None)

    @functools.cached_property
    def needed(self) -> frozenset[str]:
        """The packages that the model asks for: without them no other release helps."""
        return frozenset(need.package for cell in self.result.cells for need in cell.needs)

    def helps(self, other: CheckResult) -> bool | None:
        """Whether another check does what this one should have done, `None` without an answer."""
        verdict = other.verdict
        if not verdict.is_answer:
            return None
        # A death after the load is a load, but nothing to advise.
        return verdict.agrees is not None if self.calling else verdict.answer is True

    def code(self, cell: CellResult, check: CheckResult) -> str:
        """What a reader writes to load the model as another check did."""
        shown = ShownCell(
            tensorflow=str(cell.cell.release.version),
            imports=cell.cell.imports,
            handover=cell.cell.handover,
            variables=cell.cell.variables,
        )
        wanted = " ".join(map(shlex.quote, cell.cell.requirements))
        beside = bool(wanted) and cell.cell.id != self.cell.cell.id
        lines = f"# pip install {wanted}\n" if beside else ""
        given = None if check.without_objects else self.given
        return lines + own_snippet(check.loader, check.variant, self.model, shown, given)
