"""Completion of the `loadmatrix` command in a shell: `loadmatrix completion SHELL` turns it on."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from typing import Any

from matrix.options.declared import options_of
from matrix.options.options import Options
from reports.commands import Command

# A shell that asks for completions says so with this variable.
_ASKED = "_ARGCOMPLETE"
_CHOICES = {option.key: option.choices for option in options_of(Options) if option.choices}


def complete(commands: Mapping[str, Command]) -> None:
    """Answer a shell that asks what may follow, and end; do nothing otherwise."""
    if _ASKED not in os.environ:
        return
    import argcomplete

    typed = os.environ.get("COMP_LINE", "")[: int(os.environ.get("COMP_POINT", "0"))]
    words = typed.split()
    # The word under the cursor is not finished: it may become a command yet.
    finished = words[1:] if typed.endswith(" ") else words[1:-1]
    name = finished[0] if finished and finished[0] in commands else ""
    command = commands[name or "matrix"]
    line = command.line("loadmatrix")
    _offer(line, [] if finished else [*commands, "--version"], name, command.choices())
    argcomplete.autocomplete(line)


def _offer(
    line: argparse.ArgumentParser, first: list[str], name: str, own: Mapping[str, Sequence[str]]
) -> None:
    """Say what completes each argument: choices, the first words of a call, files for the rest."""
    from argcomplete.completers import ChoicesCompleter

    # argparse has no public way to go through what was added.
    actions = line._actions  # noqa: SLF001
    if name and all(action.option_strings for action in actions):
        # The word of the command itself, where nothing else would take it.
        line.add_argument("command", nargs="*")
    for action in actions:
        known: Any = own.get(action.dest) or _CHOICES.get(action.dest)
        if known:
            action.completer = ChoicesCompleter(known)  # type: ignore[attr-defined]
        elif not action.option_strings and first:
            action.completer = _Words(first)  # type: ignore[attr-defined]


class _Words:
    """The first words of a call, and files."""

    def __init__(self, words: list[str]) -> None:
        self.words = words

    def __call__(self, prefix: str, **_: Any) -> list[str]:
        from argcomplete.completers import FilesCompleter

        files = FilesCompleter()(prefix)
        return [*(word for word in self.words if word.startswith(prefix)), *files]
