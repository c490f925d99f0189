"""All commands as one group of click: the help of `loadmatrix`, and its completion in a shell."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from matrix.called import COMMAND
from matrix.options.command_line.about import ABOUT
from matrix.options.command_line.line import Line, shown_help

# A shell that asks for completions says so with this variable.
_ASKED = "_LOADMATRIX_COMPLETE"
_DEFAULT = "matrix"
_ABOUT = """\
In which TensorFlow releases does a model load and run, and why not in the others?

`loadmatrix COMMAND --help` shows the options of a command. If a model has the name of a command,
give it with its folder: ./report

Options can also be set in [tool.loadmatrix] of pyproject.toml."""
EXIT_CODES = (
    ("0", "the report is written and all requirements are met"),
    (
        "1",
        "a required release does not load the model or gave no answer, a result is worse than the "
        "baseline, or the checked card is out of date",
    ),
    ("2", "loadmatrix failed"),
    (
        "3",
        "nothing could be tested: no model found, or no cell gave an answer; or one of several "
        "models could not be tested",
    ),
    ("4", "usage error: a wrong option, an impossible selection, a path that does not exist"),
    ("130", "interrupted: the report contains the results so far"),
)
# The command lines by their commands.
Lines = Mapping[str, Callable[[], Line]]


class Every(click.Group):
    """Every command, and the options of a run, which needs no word of its own."""

    def __init__(self, lines: Lines) -> None:
        self.lines, self.run_line = lines, lines[_DEFAULT]()
        options = [param for param in self.run_line.params if isinstance(param, click.Option)]
        version = click.Option(["--version"], is_flag=True, help="show the version")
        super().__init__(COMMAND, params=[*options, version], help=_ABOUT)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        return list(self.lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Line:  # noqa: ARG002 - click's
        return self.lines.get(cmd_name, self.lines[_DEFAULT])()

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        named = args[0] in self.lines
        return args[0], self.get_command(ctx, args[0]), args[1:] if named else args

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        named = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            return named
        return [*named, CompletionItem(incomplete, type="file")]

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return self.run_line.collect_usage_pieces(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands (the first word; without one, models are tested)"):
            listed = [(name, ABOUT[name].sentence) for name in self.lines]
            formatter.write_dl([*listed, ("--version", "show the version")])
        self.run_line.format_options(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.run_line.format_epilog(ctx, formatter)
        with formatter.section("Exit codes"):
            formatter.write_dl(EXIT_CODES)


def help_of(lines: Lines, name: str) -> str:
    """The help of a command; of all where the name is empty."""
    return lines[name]().help_text() if name else shown_help(Every(lines), COMMAND)


def complete(lines: Lines) -> None:
    """Answer a shell that asks what may follow, and end; do nothing otherwise."""
    if asked := os.environ.get(_ASKED):
        sys.exit(shell_complete(Every(lines), {}, COMMAND, _ASKED, asked))


def script(shell: str) -> str:
    """What a shell reads to complete the command."""
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(click.Command(COMMAND), {}, COMMAND, _ASKED).source()
