"""The options of the `report` session, which makes the report of stored results again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.options import values
from matrix.options.command_line.declared import group, on_the_line, option, read, unique, words_of
from matrix.options.command_line.line import Line
from matrix.options.options import JSON_REPORT, OUTPUT
from matrix.options.reading import from_the_file
from matrix.options.requirements import GateOptions, check_gate


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """Stored results to make a report of; without an `output` it replaces the one beside them."""

    results: tuple[Path, ...] = option(
        "results",
        list,
        "the results of a run: its folder or report.json",
        value="RESULTS",
        is_word=True,
        parse=unique(values.path),
        default=(),
    )
    output: Path | None = option(*OUTPUT, value="DIR", short="o", parse=values.path, default=None)
    as_json: bool = option(*JSON_REPORT, line_only=True, default=False)
    gate: GateOptions = group(GateOptions)


def report_line() -> Line:
    """The command line of the `report` session."""
    return Line("report", on_the_line(ReportOptions), words_of(ReportOptions))


def report_options(arguments: Sequence[str], folder: Path) -> ReportOptions:
    """The options of a call of the `report` session made in `folder`.

    Raises:
        UsageError: a misspelled option or a value that cannot be.
    """
    # Where a run goes is configured for the run; a report is made again where it was.
    kept = {name: value for name, value in from_the_file(folder).items() if name != "output"}
    written = kept | report_line().read(arguments)
    options = read(ReportOptions, written, folder)
    check_gate(options.gate)
    return options
