"""The call that the headline, the specifier and the badge of a model speak of. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matrix.model.facts import Format
from matrix.plan.loaders import ease_of, is_usual_call
from matrix.results.result import CellResult, CheckResult


def usual_call(plain: Sequence[CellResult], kind: Format) -> str:
    """The loader whose call is usual for a format: the simplest that gets furthest anywhere.

    One loader for all releases, so that no release is called good for a way that nobody would take.
    Loaders that publishers of the format do not name are left out, unless nothing else was tried.
    """
    checks = [check for cell in plain for check in cell.checks]
    tried = sorted({check.loader for check in checks}, key=ease_of)
    usual = [loader for loader in tried if is_usual_call(loader, kind.value)] or tried
    return min(usual, key=lambda loader: _reach(_of(loader, checks)), default="")


def _reach(checks: Sequence[CheckResult]) -> int:
    """How far a loader gets in any release; 0 is furthest."""
    seen = (
        any(check.verdict.runs for check in checks),
        any(check.verdict.loads for check in checks),
        any(check.verdict.applies for check in checks),
        True,
    )
    return seen.index(True)


def with_only(loader: str, cells: Sequence[CellResult]) -> list[CellResult]:
    """The cells as if only one loader had been tried; those that did not plan it are left out."""
    return list(_with_only(loader, cells))


def _with_only(loader: str, cells: Sequence[CellResult]) -> Iterator[CellResult]:
    for cell in cells:
        if not cell.checks or _of(loader, cell.checks):
            yield replace(cell, checks=tuple(_of(loader, cell.checks)))


def _of(loader: str, checks: Sequence[CheckResult]) -> list[CheckResult]:
    return [check for check in checks if check.loader == loader]
