"""The `loadmatrix` command: the same as the nox sessions, from any folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from reports.commands import COMMANDS, NAME, Command
from reports.output import echo, split_verbosity

INTERRUPTED = 130

_CODES = """\
exit codes:
  0    the report is written and all requirements are met
  1    a required release does not load the model, or a result is worse than the baseline
  2    loadmatrix failed
  3    nothing could be tested: no model found, or no cell gave an answer;
       or one of several models could not be tested
  4    usage error: a wrong option, an impossible selection, a path that does not exist
  130  interrupted: the report contains the results so far

Options can also be set in [tool.loadmatrix] of pyproject.toml. If a model has the name of a
command, give it with its folder: ./report"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the first word says which, and `matrix` needs no word."""
    from reports.completion import complete

    complete(COMMANDS)
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--version"]:
        from reports.report.tool import tool_version

        echo(f"{NAME} {tool_version()}")
        return 0
    named, name, rest = _named(words)
    if {"-h", "--help"} & set(rest):
        echo(_help(name, named=named))
        return 0
    return _run(COMMANDS[name], rest)


def _named(words: Sequence[str]) -> tuple[bool, str, list[str]]:
    """Whether a command was named, which it is, and its arguments."""
    for place, word in enumerate(words):
        if word in COMMANDS:
            return True, word, [*words[:place], *words[place + 1 :]]
        if split_verbosity([word])[1]:
            break
    return False, "matrix", list(words)


def _run(command: Command, arguments: Sequence[str]) -> int:
    from reports.jobs.exit_code import exit_code_of

    try:
        return exit_code_of(lambda words: command.job(words, Path.cwd()), arguments)
    except KeyboardInterrupt:
        echo(f"{NAME}: interrupted.", error=True)
        return INTERRUPTED


def _help(name: str, *, named: bool) -> str:
    line = COMMANDS[name].line(f"{NAME} {name}" if named else NAME)
    line.description = COMMANDS[name].help[0].upper() + COMMANDS[name].help[1:] + "."
    if named:
        return line.format_help()
    width = max(map(len, COMMANDS))
    listed = [f"  {word:{width}}  {command.help}" for word, command in COMMANDS.items()]
    more = [f"  {'--version':{width}}  show the version"]
    commands = "\n".join(["commands (the first word; the default is matrix):", *listed, *more])
    return f"{line.format_help()}\n{commands}\n\n{_CODES}"


if __name__ == "__main__":
    sys.exit(main())
