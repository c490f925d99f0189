"""Checks a run against requirements, a baseline and known failures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.options.requirements import GateOptions
from reports.gate.baseline import REGRESSIONS, Change, changes
from reports.gate.known_failures import read_known, reviewed
from reports.gate.requirements import Gate, UnmetRequirement, read_requirement, unmet_requirements
from reports.report.report import Report
from reports.report.report_json import read_report

NOT_MET = 1


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`errors` make the run fail, `warnings` and `notices` do not: each is one sentence."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        return [*self.notices, *self.warnings, *self.errors]


def read_gate(options: GateOptions, today: date) -> Gate:
    """The gate of options, before anything is run for them.

    Raises:
        UsageError: a requirement or a declaration is not valid.
        LoadmatrixError: the baseline is no report.
    """
    if options.baseline and not options.baseline.is_file():
        raise UsageError(
            f"--baseline {options.baseline} is not a file. Give the report.json of an earlier run."
        )
    return Gate(
        today=today,
        requirements=tuple(
            read_requirement(requirement, catalogue()) for requirement in options.require
        ),
        level=options.require_verdict,
        known_failures=read_known(
            options.known_failures
        ),  # Read now: the run may write its own report to the same place.
        baseline=read_report(options.baseline) if options.baseline else None,
        fail_on_regression=options.fail_on_regression,
    )


def evaluate_gate(report: Report, gate: Gate) -> Judgement:
    """Whether a report meets what it is held to, and what is to be said of it."""
    unmet = unmet_requirements(report, gate, catalogue())
    changed = changes(gate.baseline, report) if gate.baseline else ()
    worse = [
        change
        for change in changed
        if change.kind in REGRESSIONS and not _excused(change, report, gate)
    ]
    errors = [*_required([miss for miss in unmet if not miss.excused_by], gate.level)]
    if gate.fail_on_regression and worse:
        names = ", ".join(dict.fromkeys(map(_place, worse)))
        errors.append(f"Worse than the baseline: {names}.")
    return Judgement(
        errors=tuple(errors),
        warnings=tuple(reviewed(gate.known_failures, report, gate.level, gate.today)),
        notices=(*_tolerated(unmet), *_since(gate, report, changed)),
    )


def _required(unmet: Sequence[UnmetRequirement], level: str) -> Iterator[str]:
    """One sentence for each requirement of each model, with all the cells that do not meet it."""
    for (model, requirement), some in groupby(unmet, lambda miss: (miss.model, miss.requirement)):
        misses = list(some)
        bad = _named([miss for miss in misses if miss.answered])
        silent = _named([miss for miss in misses if not miss.answered])
        verb = "run" if level == "runs" else "load"
        parts = [f"does not {verb} in {bad}"] if bad else []
        parts += [f"no answer for {silent}"] if silent else []
        yield f"{model}: {requirement.text} is required ({level}): {'; '.join(parts)}."


def _named(unmet: Sequence[UnmetRequirement]) -> str:
    """Cells with their reasons, each reason once: `2.13.1, 2.14.1 (it was not tested)`."""
    cells: dict[str, list[str]] = {}
    for miss in unmet:
        cells.setdefault(miss.text, []).append(miss.cell)
    return ", ".join(f"{', '.join(names)} ({text})" for text, names in cells.items())


def _tolerated(unmet: Sequence[UnmetRequirement]) -> Iterator[str]:
    for miss in unmet:
        if declared := miss.excused_by:
            yield (
                f"{miss.model}: {miss.cell} is a known failure until {declared.expires} "
                f"({declared.why}): {miss.text}"
            )


def _since(gate: Gate, report: Report, changed: Sequence[Change]) -> Iterator[str]:
    if gate.baseline and not changed:
        yield f"Nothing changed since the baseline of {gate.baseline.started[:10]}."
    if gate.baseline and (left_out := _predicted(gate.baseline) | _predicted(report)):
        one = len(left_out) == 1
        who = "1 cell is" if one else f"{len(left_out)} cells are"
        were = "was" if one else "were"
        yield f"{who} only predicted and {were} not compared with the baseline."
    for change in changed:
        yield f"{change.kind.value}: {_place(change)}: {change.text}"


def _predicted(report: Report) -> set[tuple[str, str]]:
    """The cells of each model that a fast run did not measure."""
    return {
        (model.name, cell.id)
        for model in report.models
        for cell in model.cells
        if cell.is_predicted
    }


def _place(change: Change) -> str:
    return f"{change.model} {change.loader} in {change.cell}" if change.cell else change.model


def _excused(change: Change, report: Report, gate: Gate) -> bool:
    return any(
        gate.excuse(model, cell, check)
        for model in report.models
        if model.name == change.model
        for cell in model.cells
        if cell.id == change.cell
        for check in [cell.best(change.loader)]
        if check
    )
