"""The report of a large run from the files of its models: every format, the gate, the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from matrix.parts.part import PART_SIZE
from reports.gate.judgement import Judgement
from reports.gate.requirements import Gate
from reports.gate.together import judged_together
from reports.jobs import conclusion
from reports.many import brief
from reports.many.many_models import ManyModels
from reports.many.streamed import GATE, Seen, go_through
from reports.many.written import write_all
from reports.overview.listing import MOST_ROWS
from reports.overview.printed import print_overview
from reports.report.internal_errors import InternalErrors


def finish(
    many: ManyModels,
    output: Path,
    gate: Gate,
    errors: InternalErrors,
    notes: Sequence[str] = (),
) -> int:
    """Write every format into `output`, print the overview, judge; gives the exit code.

    A report of few models is what a run of them alone gives. `notes` say what else a reader should
    know of this run.
    """
    errors.written(many.complete)
    if len(many.rows) <= PART_SIZE:
        return _few(many, output, gate, errors, notes)
    # Before the models are moved: the baseline may be the report that they replace.
    seen = go_through(many, gate, errors)
    judgement = errors.guard(GATE, partial(_judged, seen), None)
    write_all(many, seen, output, errors)
    told = judgement or Judgement()
    errors.guard("the overview", partial(print_overview, many.rows, MOST_ROWS), None)
    conclusion.print_end(
        many.header, [*told.lines, conclusion.where_it_is(output, errors), *notes], output, errors
    )
    errors.guard("the summary for GitHub", partial(brief.tell, many, told), None)
    conclusion.tell_report(output, seen.specifier, errors)
    untested = any(row.untested for row in many.rows)
    return conclusion.code_of(errors, judgement, answered=seen.answered, untested=untested)


def _judged(seen: Seen) -> Judgement | None:
    return judged_together(seen.evaluation) if seen.evaluation else None


def _few(
    many: ManyModels, output: Path, gate: Gate, errors: InternalErrors, notes: Sequence[str]
) -> int:
    report = replace(many.header, models=tuple(many.models()))
    conclusion.write(report, output, errors)
    many.discard()
    return conclusion.print_summary(report, output, gate, errors, notes)
