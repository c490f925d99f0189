"""Checks a run against requirements, a baseline and known failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from matrix.catalogue.releases import catalogue
from matrix.errors import RequirementsNotMet, UsageError
from matrix.options.requirements import GateOptions
from reports.gate.evaluation import Evaluation
from reports.gate.known_failures import read_known
from reports.gate.requirements import Gate, read_requirement
from reports.many.opened import REPORT, labels_of, open_report
from reports.report.report import Report

NOT_MET = RequirementsNotMet.exit_code
# As many as a report has that is not divided.
_MOST_NAMES = 64
# Before a change that makes the run fail.
WORSE = "Worse than the baseline: "


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
    baseline = options.baseline
    if baseline and not (baseline.is_file() or (baseline / REPORT).is_file()):
        raise UsageError(
            f"--baseline {baseline} is no report. Give the report.json of an earlier run, or the "
            "folder in which it is."
        )
    return Gate(
        today=today,
        requirements=tuple(
            read_requirement(requirement, catalogue()) for requirement in options.require
        ),
        level=options.require_verdict,
        known_failures=read_known(options.known_failures),
        # Read now: the run may write its own report to the same place.
        baseline=open_report(baseline).checked() if baseline else None,
        fail_on_regression=options.fail_on_regression,
    )


def evaluate_gate(report: Report, gate: Gate) -> Judgement:
    """Whether a report meets what it is held to, and what is to be said of it."""
    evaluation = Evaluation(gate, labels_of(report.models))
    for number, model in enumerate(report.models):
        evaluation.add(number, model)
    return judged(evaluation)


def judged(evaluation: Evaluation, *, each: bool = False) -> Judgement:
    """Everything that is to be said of the models.

    What several newly fail for is told once; with `each`, every change is a sentence of its own.
    """
    failing = evaluation.failing
    news = () if each else tuple(evaluation.news.failing_with(_MOST_NAMES))
    lines = [
        *((text, not failing.isdisjoint(some)) for text, some in news),
        *((str(one), one.is_worse) for one in (evaluation.told_each if each else evaluation.told)),
    ]
    worse = [f"{WORSE}{text}" for text, is_worse in lines if is_worse]
    return Judgement(
        errors=(*map(str, evaluation.missed), *worse),
        warnings=(*evaluation.gate.lacking, *evaluation.reviewed),
        notices=(
            *met(evaluation),
            *map(str, evaluation.barely),
            *map(str, evaluation.tolerated),
            *since(evaluation),
            *(text for text, is_worse in lines if not is_worse),
        ),
    )


def met(evaluation: Evaluation) -> Iterator[str]:
    """That all is as required, so that a run that passes says so."""
    if evaluation.gate.requirements and not evaluation.missed:
        texts = "; ".join(one.text for one in evaluation.gate.requirements)
        apart = ", apart from known failures" if evaluation.tolerated else ""
        level = "" if evaluation.gate.level == "loads" else f" ({evaluation.gate.level})"
        yield f"Required and met{level}{apart}: {texts}."


def since(evaluation: Evaluation) -> Iterator[str]:
    """What is to be said of the comparison with the baseline as a whole, and of new cells."""
    baseline = evaluation.gate.baseline
    if baseline is None:
        return
    if not evaluation.changes:
        # What is new in other cells is told right after.
        where = "in the cells of" if evaluation.news.cells else "since"
        yield f"Nothing changed {where} the baseline of {baseline.header.started[:10]}."
    if left_out := evaluation.not_compared:
        who = "1 cell is" if left_out == 1 else f"{left_out} cells are"
        were = "was" if left_out == 1 else "were"
        yield f"{who} only predicted and {were} not compared with the baseline."
    yield from evaluation.news.cells
