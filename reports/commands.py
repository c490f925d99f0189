"""The words of the `loadmatrix` command: each starts the job of the nox session of its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.called import call_of_cell
from matrix.errors import UsageError
from matrix.options.cache import cache_line
from matrix.options.clean import clean_line
from matrix.options.command_line.line import Line
from matrix.options.parsing import Option
from matrix.options.reading import run_line
from matrix.options.report import report_line
from reports.lines.card import card_line
from reports.lines.ci_matrix import ci_matrix_line
from reports.lines.each_model import inspect_line, predict_line
from reports.lines.explain import explain_line

SHELLS = ("bash", "zsh", "fish")
_WORKERS = Path(__file__).with_name("workers_noxfile.py")

Job = Callable[[Sequence[str], Path], int]


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a word of the command line starts, and its command line with its help.

    `prints_json` says that its output is a document whatever the options are.
    """

    job: Job
    line: Callable[[], Line]
    prints_json: bool = False

    def run(self, arguments: Sequence[str], folder: Path) -> int:
        """Do the job of a call made in `folder`; returns its exit code."""
        from reports.jobs.exit_code import exit_code_of

        return exit_code_of(
            lambda words: self.job(words, folder), arguments, prints_json=self.prints_json
        )


def _later(name: str) -> Callable[..., Any]:
    """A function by its module and name, imported when it is called: jobs are heavy."""

    def called(*arguments: Any) -> Any:
        module, _, function = name.partition(":")
        return getattr(importlib.import_module(module), function)(*arguments)

    return called


def _matrix(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import matrix as job

    return job.matrix(arguments, folder, _WORKERS)


def _probe(arguments: Sequence[str], folder: Path) -> int:
    from matrix.run.cell_sessions import cell_ids
    from reports.jobs import probe as job

    cell, *rest = arguments or [""]
    if cell not in cell_ids([f"probe({cell})"]):
        right = call_of_cell("2.15.1", "path/to/model")
        wrong = f"'{cell}' is not a cell. Give one" if cell else "Say which cell to test"
        raise UsageError(f"{wrong}, such as 2.15.1: {right}")
    return job.probe(rest, folder, cell)


def _completion(arguments: Sequence[str], _folder: Path) -> int:
    from reports.every import script
    from reports.output import echo

    shells = completion_line().read(arguments).get("shell", [])
    if len(shells) != 1 or shells[0] not in SHELLS:
        raise UsageError(f"Give the name of the shell: {', '.join(SHELLS)}.")
    echo(script(shells[0]))
    return 0


def completion_line() -> Line:
    """The command line of `completion`."""
    shell = Option(
        name="shell",
        kind=list,
        value="SHELL",
        is_word=True,
        help=f"one of {', '.join(SHELLS)}",
        suggested=lambda: SHELLS,
    )
    return Line("completion", {}, {"shell": shell})


COMMANDS: Mapping[str, Command] = {
    "matrix": Command(job=_matrix, line=run_line),
    "probe": Command(
        job=_probe,
        line=lambda: run_line("probe", "CELL"),
    ),
    "inspect": Command(
        job=_later("reports.jobs.inspect:inspect"),
        line=inspect_line,
    ),
    "predict": Command(
        job=_later("reports.jobs.predict:predict"),
        line=predict_line,
    ),
    "report": Command(
        job=_later("reports.jobs.report:report"),
        line=report_line,
    ),
    "ci-matrix": Command(
        job=_later("reports.jobs.divided.ci_matrix:ci_matrix"),
        line=ci_matrix_line,
        prints_json=True,
    ),
    "explain": Command(
        job=_later("reports.jobs.explain:explain"),
        line=explain_line,
    ),
    "card": Command(
        job=_later("reports.jobs.card:card"),
        line=card_line,
    ),
    "cache": Command(
        job=_later("reports.jobs.cache:cache"),
        line=cache_line,
    ),
    "clean": Command(job=_later("reports.jobs.matrix:clean"), line=clean_line),
    "completion": Command(job=_completion, line=completion_line),
}
