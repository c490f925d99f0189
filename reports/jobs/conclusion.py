"""From stored outcomes to the report: conclude, write every format, print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from matrix.errors import LoadmatrixError, NothingTestable
from matrix.files import write_text
from matrix.models_list.distinct import told_apart
from matrix.plan.plan import Plan
from matrix.results.conclude import conclude_model, conclude_uncompared
from matrix.results.result import ModelResult
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from reports.build.build_report import Run, build_report
from reports.formats import badge, github, junit
from reports.formats.registry import write_formats
from reports.formats.tables.once import isolation_of_all
from reports.formats.tables.styled import print_model, print_with_link
from reports.gate.judgement import NOT_MET, Judgement, evaluate_gate
from reports.gate.requirements import Gate
from reports.gate.sentence import ALL
from reports.many import model_files
from reports.output import document, echo
from reports.overview.printed import print_overview
from reports.overview.row import row_of
from reports.report.internal_errors import Guard, InternalErrors
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.report_json import write_report
from reports.workflow_commands import tell_failed, tell_outputs

# Exit code 3: no cell gave an answer, or a model that was named could not be tested.
NOT_TESTED = NothingTestable.exit_code
REPORT = "report.json"
PAGE = "report.html"
# Of more models the overview is what can be read; the report has their tables.
_MOST_TABLES = 10
_WIDTH = 100


def report(plan: Plan, store: Store, output: Path, run: Run, errors: InternalErrors) -> Report:
    """Write the report in every format; what cannot be written is among the errors."""
    if not run.complete:
        # Which cells a fast run leaves to their predictions is known at its end.
        plan = replace(plan, fast=False)
    outcomes = {planned.cell.id: store.read(planned.cell.id) for planned in plan.cells}
    results = list(concluded(plan, store, outcomes, errors.guard))
    seen = build_report(plan, results, run, errors.guard)
    write(seen, output, errors)
    return seen


def write(seen: Report, output: Path, errors: InternalErrors) -> None:
    """Write a report in every format; what cannot be written is among the errors."""
    # The other files would be about another run than a report.json that stays as it was.
    if errors.written(partial(write_report, seen, output / REPORT)):
        errors.written(partial(write_formats, seen, output, errors.guard))
        errors.written(partial(_remove_of_many, output))


def _remove_of_many(output: Path) -> None:
    """Remove what only the report of many models has: it would be of an earlier run."""
    model_files.remove(output)
    (output / ALL).unlink(missing_ok=True)


def one_cell(
    plan: Plan, store: Store, outcome: Outcome, run: Run, errors: InternalErrors
) -> Report:
    """The report of a plan of which one cell has run."""
    results = list(concluded(plan, store, {outcome.cell: outcome}, errors.guard))
    return build_report(plan, results, run, errors.guard)


def concluded(
    plan: Plan, store: Store, outcomes: Mapping[str, Outcome | None], guard: Guard
) -> Iterator[ModelResult]:
    """The results, with what cells stored and what the caller expects at hand.

    A model whose outputs cannot be compared keeps its verdicts on loading.
    """
    expected = _expected(plan, store, guard)
    for number, model in enumerate(plan.models):
        compared = partial(
            conclude_model, plan, number, outcomes, store.stored, expected.get(number)
        )
        alone = guard(f"the comparison of outputs for {model.path.name}", compared, None)
        yield alone or conclude_uncompared(plan, number, outcomes)


def _expected(plan: Plan, store: Store, guard: Guard) -> Mapping[int, Mapping[str, Any]]:
    if plan.numerics.inputs is None:
        return {}
    # Here, because nothing else of a report needs numpy.
    from matrix.run import input_files

    outputs = partial(input_files.expected_outputs, plan, store)
    return guard("the comparison with the expected outputs", outputs, {})


def print_summary(
    seen: Report, output: Path, gate: Gate, errors: InternalErrors, notes: Sequence[str] = ()
) -> int:
    """Print what a report says; the code says if there is an answer, and the required one.

    `notes` say what else a reader should know of this run.
    """
    judgement = errors.guard(
        "the check of the requirements", partial(evaluate_gate, seen, gate), None
    )
    if gate.requirements:
        required = partial(badge.write_required, seen, output, gate)
        errors.guard("the badge of the requirements", partial(errors.written, required), False)
    if (gate.requirements or gate.known_failures) and not errors.unwritten:
        judged = partial(junit.write_judged, seen, output, gate)
        errors.guard("junit.xml", partial(errors.written, judged), False)
    if not errors.unwritten:
        errors.written(partial(_write_gate, judgement or Judgement(), output))
    print_tables(seen, errors)
    lines = [*(judgement.lines if judgement else ()), where_it_is(output, errors), *notes]
    print_end(seen, lines, output, errors)
    summary = partial(github.tell, seen, judgement or Judgement())
    errors.guard("the summary for GitHub", summary, None)
    specifier = seen.models[0].summary.specifier if seen.models else ""
    tell_report(output, specifier, errors)
    answered = any(cell.kind.is_answer for model in seen.models for cell in model.cells)
    untested = any(model.untested for model in seen.models)
    return code_of(errors, judgement, answered=answered, untested=untested)


def print_end(header: Report, lines: Sequence[str], output: Path, errors: InternalErrors) -> None:
    """Print what stands below the tables of a report, whose models are not needed."""
    if not errors.unwritten:
        document(output / REPORT)
    text = "\n".join([*([] if header.complete else ["", github.UNFINISHED]), "", *lines])
    print_with_link(text, output)


def _write_gate(judgement: Judgement, output: Path) -> None:
    """Keep what is said of the gate beside the report: a log is gone, and annotations are few."""
    if judgement.lines:
        write_text(output / ALL, "".join(f"{line}\n" for line in judgement.lines))
    else:
        (output / ALL).unlink(missing_ok=True)


def tell_report(output: Path, specifier: str, errors: InternalErrors) -> None:
    """Give the next steps on GitHub the report; one that was not written is of an earlier run."""
    if not errors.unwritten:
        values = {"report": str(output / REPORT), "folder": str(output), "specifier": specifier}
        errors.written(partial(tell_outputs, values))


def where_it_is(output: Path, errors: InternalErrors) -> str:
    """The sentence on where the report is, and what of it to open."""
    if errors.unwritten:
        return "The report could not be written."
    return f"The report is in {output}. Open {PAGE} there."


def print_tables(seen: Report, errors: InternalErrors) -> None:
    """The overview where there are several models, then the table of each, if they are few."""
    if len(seen.models) > 1:
        errors.guard("the overview", partial(_overview, seen), None)
    if len(seen.models) > _MOST_TABLES:
        echo("\nreport.md has the table of each model, and report.html every detail.")
        return
    together = isolation_of_all(seen.models)
    for model in _told_apart(seen.models):
        echo()
        printed = partial(print_model, model, isolation=not together)
        errors.guard(f"the table of {model.name}", printed, None)
    if together:
        echo(f"\n{_wrapped(together)}")


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _WIDTH, subsequent_indent="    ", break_on_hyphens=False))


def _told_apart(models: Sequence[ModelReport]) -> Iterator[ModelReport]:
    """The same models, each called as the overview calls it."""
    named = told_apart({place: (model.name, model.path) for place, model in enumerate(models)})
    for place, model in enumerate(models):
        yield replace(model, called=named[place])


def _overview(seen: Report) -> None:
    print_overview([row_of(model, place) for place, model in enumerate(seen.models)])


def code_of(
    errors: InternalErrors, judgement: Judgement | None, *, answered: bool, untested: bool
) -> int:
    """Tell what went wrong; the code says if there is an answer, and the required one.

    `answered` is true if any cell gave one, `untested` if any model could not be tested.
    """
    for line in errors.lines:
        echo(line)
    if errors.lines:
        tell_failed("\n".join(errors.lines))
    if errors.sentences or errors.unwritten:
        return LoadmatrixError.exit_code
    if answered and judgement and judgement.errors:
        return NOT_MET
    return NOT_TESTED if not answered or untested else 0
