"""The command line of `explain`."""

from __future__ import annotations

from matrix.options.command_line.line import Line
from matrix.options.parsing import JSON, Option


def _causes() -> tuple[str, ...]:
    # Here, and not above: only a shell that completes asks for them.
    from reports.report.cause import Cause

    return tuple(cause.value for cause in Cause)


def _rules() -> tuple[str, ...]:
    from reports.diagnosis.rules.all import RULES

    return tuple(rule.name for rule in RULES)


_OPTIONS = {
    "json": JSON,
    "jsonl": Option(
        name="jsonl",
        kind=str,
        value="IN OUT",
        help="diagnose each JSON line of IN and write the results to OUT",
    ),
    "cause": Option(
        name="cause",
        kind=str,
        value="NAME",
        help="print what is known about a cause",
        suggested=_causes,
    ),
    "rule": Option(
        name="rule",
        kind=str,
        value="NAME",
        help="print one rule, with its examples",
        suggested=_rules,
    ),
}
_TEXT = Option(
    name="file",
    kind=list,
    value="FILE",
    is_word=True,
    help="texts of errors (- or nothing: what is piped in), or: report.json CELL [MODEL]",
)


def explain_line() -> Line:
    """The command line of the `explain` session."""
    return Line("explain", _OPTIONS, {"file": _TEXT})
