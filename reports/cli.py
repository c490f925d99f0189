"""The `loadmatrix` command: the same as the nox sessions, from any folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from matrix.called import COMMAND, by_command
from matrix.errors import LoadmatrixError, UsageError
from matrix.files import what_failed
from matrix.model.source.address import Address
from matrix.near import nearest
from reports.output import echo, show_foreign_letters, split_verbosity
from reports.workflow_commands import tell_failed

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the first word says which, and `matrix` needs no word."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        from reports.report.tool import tool_version

        echo(f"{COMMAND} {tool_version()}")
        return 0
    show_foreign_letters()
    with by_command():
        return _called(words)


def _called(words: Sequence[str]) -> int:
    # Here, because what says its version needs none of it.
    from reports.commands import COMMANDS
    from reports.every import complete, help_of

    lines = {name: command.line for name, command in COMMANDS.items()}
    complete(lines)
    try:
        name, rest = _named(words, COMMANDS)
        if not name and (sentence := _misspelled(rest, COMMANDS)):
            echo(f"{COMMAND}: {sentence}", error=True)
            tell_failed(sentence)
            return UsageError.exit_code
        if {"-h", "--help"} & set(rest[: rest.index("--") if "--" in rest else None]):
            echo(help_of(lines, name))
            return 0
        command = COMMANDS[name or "matrix"]
        return command.run(rest, Path.cwd())
    except OSError as error:
        # Of a help whose reader has no room for it.
        echo(f"{COMMAND}: {what_failed(error)}", error=True)
        return LoadmatrixError.exit_code
    except KeyboardInterrupt:
        echo(f"{COMMAND}: interrupted.", error=True)
        return INTERRUPTED


def _misspelled(words: Sequence[str], names: Collection[str]) -> str:
    """What is wrong with a first word that is no model and was meant to be a command."""
    word = next((word for word in words if split_verbosity([word])[1]), "")
    if not word or word.startswith("-") or os.path.lexists(word) or Address.of(word):
        return ""
    meant = nearest(word, names)
    return f"Unknown command '{word}'.{meant}" if meant else ""


def _named(words: Sequence[str], names: Collection[str]) -> tuple[str, list[str]]:
    """The command that was named, empty where it was none, and its arguments."""
    for place, word in enumerate(words):
        if word in names:
            return word, [*words[:place], *words[place + 1 :]]
        if split_verbosity([word])[1]:
            break
    return "", list(words)


if __name__ == "__main__":
    sys.exit(main())
