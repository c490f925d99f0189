"""Completion of the `loadmatrix` command in a shell: `loadmatrix completion SHELL` turns it on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from matrix.called import COMMAND
from matrix.options.line import Line

# A shell that asks for completions says so with this variable.
_ASKED = "_LOADMATRIX_COMPLETE"
_DEFAULT = "matrix"
# The command lines by their commands.
Lines = Mapping[str, Callable[[], Line]]


class _Every(click.Group):
    """Every command, and the options of a run, which needs no word of its own."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        options = [param for param in lines[_DEFAULT]().params if isinstance(param, click.Option)]
        version = click.Option(["--version"], is_flag=True, help="show the version")
        super().__init__(COMMAND, params=[*options, version])

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


def complete(lines: Lines) -> None:
    """Answer a shell that asks what may follow, and end; do nothing otherwise."""
    if asked := os.environ.get(_ASKED):
        sys.exit(shell_complete(_Every(lines), {}, COMMAND, _ASKED, asked))


def script(shell: str) -> str:
    """What a shell reads to complete the command."""
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(click.Command(COMMAND), {}, COMMAND, _ASKED).source()
