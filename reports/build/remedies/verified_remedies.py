"""Remedies that this run tried: what loaded the model when a loader failed. Pure.

Each loads the model where the same without it does not: what changes nothing is no remedy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.catalogue.cell import Cell
from matrix.catalogue.runtime import PYTHON
from matrix.plan.loaders import call_of
from matrix.plan.variant import HANDED, UNCOMPILED, UNSAFE
from matrix.plan.workarounds.keras_workarounds import STAND_INS
from matrix.results.result import CellResult, CheckResult
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.ranking import demand
from reports.report.cause import Remedy

_HELPING = (UNCOMPILED, HANDED, UNSAFE)


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A remedy, and how soon it is told."""

    rank: tuple[float, ...]
    remedy: Remedy


def tried(failed: FailedCheck) -> tuple[Remedy, ...]:
    """What loaded the model where this check did not, what asks least of a reader first."""
    if failed.calling:
        return ()
    ways = sorted((*_in_the_cell(failed), *_beside(failed)), key=lambda way: way.rank)
    return (*_scripts(failed), *(way.remedy for way in ways))


def _scripts(failed: FailedCheck) -> Iterator[Remedy]:
    here = (failed.cell.cell.id,)
    for attempt in failed.cell.attempts:
        own = attempt.loader == failed.check.loader and attempt.name != STAND_INS
        if own and attempt.loaded:
            text = f"Load it with {attempt.name}."
            yield Remedy(text=text, snippet=attempt.script, verified=True, cells=here)


def only_a_test(failed: FailedCheck) -> Iterator[Remedy]:
    """What shows that nothing but custom objects is missing, and is no way to use the model.

    Stand-ins hand on their input: this is told last, and not as what makes the model work.
    """
    for attempt in () if failed.calling else failed.cell.attempts:
        same = attempt.loader == failed.check.loader and attempt.name == STAND_INS
        if same and attempt.loaded:
            given = failed.given.name if failed.given else ""
            lacking = f" {given} does not define them for this Keras." if given else ""
            yield Remedy(
                text="Only the custom objects are missing: as a test, this run loaded the model "
                f"with stand-ins that compute nothing.{lacking} Use your own objects instead.",
                snippet=attempt.script,
            )


def _in_the_cell(failed: FailedCheck) -> Iterator[_Way]:
    cell, check = failed.cell, failed.check
    for other in _loading(failed, cell):
        same = other.loader == check.loader
        if same and (other.variant not in _HELPING or check.variant == other.variant):
            continue
        words = str(other.variant) if same else call_of(other.loader, failed.model.format)
        remedy = Remedy(
            text=f"Load it with {words}.",
            snippet=failed.code(cell, other),
            verified=True,
            cells=(cell.cell.id,),
        )
        yield _Way(rank=_rank(failed, other, beside=False), remedy=remedy)


def _beside(failed: FailedCheck) -> Iterator[_Way]:
    """The cells of the same release with something installed beside it, or set differently."""
    if not failed.cell.cell.plain:
        return
    for other in failed.result.cells:
        same = other.cell.release.version == failed.cell.cell.release.version
        if not same or other.cell.plain or other.cell.runtime != PYTHON:
            continue
        helped = [one for one in _loading(failed, other) if not loads_without(failed, one)]
        if helped:
            best = min(helped, key=lambda one: _rank(failed, one, beside=True))
            steps = ", ".join(_steps(failed.cell.cell, other.cell))
            call = call_of(best.loader, failed.model.format)
            remedy = Remedy(
                text=f"{steps[:1].upper()}{steps[1:]} and load it with {call} "
                f"(tested in {other.cell.id}).",
                snippet=failed.code(other, best),
                verified=True,
                cells=(other.cell.id,),
            )
            yield _Way(rank=_rank(failed, best, beside=True), remedy=remedy)


def _rank(failed: FailedCheck, way: CheckResult, *, beside: bool) -> tuple[float, ...]:
    """As a headline ranks ways; the call that failed comes before others that ask as much."""
    *asked, other, ease = demand(way.loader, failed.model.format, beside=beside)
    return (way.verdict.rank, *asked, way.loader != failed.check.loader, other, ease)


def loads_without(failed: FailedCheck, check: CheckResult) -> bool:
    """Whether the plain cell of the release does the same without anything beside it."""
    plain = failed.without_packages
    same = (one for one in plain.checks if one.loader == check.loader) if plain else ()
    return any(failed.helps(one) for one in same)


def _steps(plain: Cell, cell: Cell) -> Iterator[str]:
    """What makes a plain cell of its release into this one."""
    if cell.python != plain.python:
        yield f"use Python {cell.python}"
    if cell.requirements:
        yield f"install {' and '.join(cell.requirements)} as well"
    for name, value in sorted(cell.variables.items()):
        yield f"set {name}={value}"


def _loading(failed: FailedCheck, cell: CellResult) -> Sequence[CheckResult]:
    return [check for check in cell.checks if failed.helps(check)]
