"""The words of the `loadmatrix` command: each starts the job of the nox session of its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.errors import UsageError
from matrix.options.clean import clean_parser
from matrix.options.parsing import Line, Option, command_line
from matrix.options.reading import parser
from matrix.options.report import report_parser
from reports.output import echo

NAME = "loadmatrix"
SHELLS = ("bash", "zsh", "fish", "tcsh", "powershell")
_WORKERS = Path(__file__).with_name("workers_noxfile.py")

Job = Callable[[Sequence[str], Path], int]


@dataclass(frozen=True, kw_only=True)
class Command:
    """What a word of the command line starts; `line` makes its command line, for help.

    `choices` are the values of its options that only a shell which completes them asks for.
    """

    job: Job
    help: str
    line: Callable[[str], Line]
    choices: Callable[[], Mapping[str, Sequence[str]]] = dict


def _matrix(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import matrix as job

    return job.matrix(arguments, folder, _WORKERS)


def _probe(arguments: Sequence[str], folder: Path) -> int:
    from matrix.run.cell_sessions import cell_ids
    from reports.jobs import probe as job

    cell, *rest = arguments or [""]
    if cell not in cell_ids([f"probe({cell})"]):
        raise UsageError(
            f"'{cell}' is not a cell. Give a cell such as 2.15.1: {NAME} probe 2.15.1 MODEL"
        )
    return job.probe(rest, folder, cell)


def _probe_line(prog: str) -> Line:
    return parser(f"{prog} CELL")


def _inspect(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import inspect

    return inspect.inspect(arguments, folder)


def _inspect_line(prog: str) -> Line:
    from reports.jobs import inspect

    return inspect.inspect_parser(prog)


def _predict(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import predict

    return predict.predict(arguments, folder)


def _predict_line(prog: str) -> Line:
    from reports.jobs import predict

    return predict.predict_parser(prog)


def _report(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import report

    return report.report(arguments, folder)


def _ci_matrix(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs.divided import ci_matrix

    return ci_matrix.ci_matrix(arguments, folder)


def _ci_matrix_line(prog: str) -> Line:
    from reports.jobs.divided import ci_matrix

    return ci_matrix.ci_matrix_parser(prog)


def _explain(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import explain

    return explain.explain(arguments, folder)


def _explain_line(prog: str) -> Line:
    many = Option(
        kind=str, value="IN OUT", help="diagnose each JSON line of IN and write the results to OUT"
    )
    cause = Option(kind=str, value="NAME", help="print what is known about a cause")
    rule = Option(kind=str, value="NAME", help="print one rule, with its examples")
    text = Option(kind=list, value="FILE", help="a file with the text of an error; - for stdin")
    return command_line(prog, {"jsonl": many, "cause": cause, "rule": rule}, {"file": text})


def _explain_choices() -> Mapping[str, Sequence[str]]:
    from reports.diagnosis.rules.all import RULES
    from reports.report.cause import Cause

    return {"cause": [cause.value for cause in Cause], "rule": [rule.name for rule in RULES]}


def _card(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import card

    return card.card(arguments, folder)


def _card_line(prog: str) -> Line:
    from reports.jobs import card

    return card.card_parser(prog)


def _clean(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import matrix as job

    return job.clean(arguments, folder)


def _cache(arguments: Sequence[str], folder: Path) -> int:
    from reports.jobs import cache

    return cache.cache(arguments, folder)


def _cache_line(prog: str) -> Line:
    from matrix.options.cache import cache_parser

    return cache_parser(prog)


def _completion(arguments: Sequence[str], _folder: Path) -> int:
    from argcomplete.shell_integration import shellcode

    if len(arguments) != 1 or arguments[0] not in SHELLS:
        raise UsageError(f"Give the name of the shell: {', '.join(SHELLS)}.")
    echo(shellcode([NAME], shell=arguments[0]))
    return 0


def _completion_line(prog: str) -> Line:
    return command_line(
        prog, {}, {"shell": Option(kind=list, value="SHELL", help="|".join(SHELLS))}
    )


COMMANDS: Mapping[str, Command] = {
    "matrix": Command(job=_matrix, help="test models in every TensorFlow release", line=parser),
    "probe": Command(job=_probe, help="test models in one cell, such as 2.15.1", line=_probe_line),
    "inspect": Command(job=_inspect, help="inspect models without TensorFlow", line=_inspect_line),
    "predict": Command(
        job=_predict, help="predict where models will load, without TensorFlow", line=_predict_line
    ),
    "report": Command(job=_report, help="create a report from stored results", line=report_parser),
    "ci-matrix": Command(
        job=_ci_matrix, help="print the jobs that share a run, as JSON for CI", line=_ci_matrix_line
    ),
    "explain": Command(
        job=_explain,
        help="explain a pasted error message",
        line=_explain_line,
        choices=_explain_choices,
    ),
    "card": Command(job=_card, help="write a stored report into a model card", line=_card_line),
    "cache": Command(
        job=_cache, help="show what is kept; export or import known answers", line=_cache_line
    ),
    "clean": Command(job=_clean, help="remove all environments", line=clean_parser),
    "completion": Command(
        job=_completion, help="print the completion script for a shell", line=_completion_line
    ),
}
