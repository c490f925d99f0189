"""Required releases that give different outputs, if it is unknown which is correct. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reports.gate.known_failures import KnownFailure
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport

# The declaration that excuses a check, if there is one.
Excuse = Callable[[ModelReport, CellReport, CheckReport], KnownFailure | None]


def divided(
    model: ModelReport, cells: Sequence[tuple[CellReport, Sequence[CheckReport]]], excuse: Excuse
) -> Iterator[tuple[str, str]]:
    """The cells that do not all give the same answer, each with what is to be said of it.

    None is to blame: so all are told. What is declared as a known failure is not asked.
    """
    running = []
    for cell, checks in cells:
        agreeing = [check for check in checks if check.kind.agrees]
        # One way that answers as it should is enough.
        if agreeing and all(check.group and not excuse(model, cell, check) for check in agreeing):
            running.append((cell, agreeing))
    if not _are_divided([checks for _, checks in running]):
        return
    for cell, checks in running:
        told = " and ".join(
            f"{check.loader} gives the outputs of group {check.group}" for check in checks
        )
        yield cell.id, f"{told}, and it is unknown which group is correct"


def _are_divided(running: Sequence[Sequence[CheckReport]]) -> bool:
    """Whether there is no loader that answers alike in all of them."""
    groups: dict[str, list[int | None]] = {}
    for checks in running:
        for check in checks:
            groups.setdefault(check.loader, []).append(check.group)
    alike = [loader for loader, found in groups.items() if len(set(found)) == 1]
    everywhere = any(len(groups[loader]) == len(running) for loader in alike)
    return len(alike) < len(groups) and not everywhere
