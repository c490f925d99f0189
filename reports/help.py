"""The help of the `loadmatrix` command."""

from __future__ import annotations

from matrix.called import COMMAND
from reports.commands import COMMANDS

_FIRST = """\
In which TensorFlow releases does a model load and run, and why not in the others?

Commands (the first word; without one, models are tested):
{commands}
  {version}  show the version

`{name} COMMAND --help` shows the options of a command. If a model has the
name of a command, give it with its folder: ./report"""
_CODES = """\
Exit codes:
  0    the report is written and all requirements are met
  1    a required release does not load the model, or a result is worse than the
       baseline
  2    loadmatrix failed
  3    nothing could be tested: no model found, or no cell gave an answer;
       or one of several models could not be tested
  4    usage error: a wrong option, an impossible selection, a path that does
       not exist
  130  interrupted: the report contains the results so far

Options can also be set in [tool.loadmatrix] of pyproject.toml."""


def help_of(name: str) -> str:
    """The help of a command; of all where the name is empty, with the options of `matrix`."""
    command = COMMANDS[name or "matrix"]
    called = f"{COMMAND} {name}" if name else COMMAND
    usage, options = command.line().help_text(called).split("\n\n", 1)
    about = f"{command.help[0].upper()}{command.help[1:]}." if name else _all()
    text = f"{usage}\n\n{about}\n\n{options}"
    return text if name else f"{text}\n\n{_CODES}"


def _all() -> str:
    width = max(map(len, COMMANDS))
    listed = [f"  {word:{width}}  {command.help}" for word, command in COMMANDS.items()]
    return _FIRST.format(commands="\n".join(listed), version=f"{'--version':{width}}", name=COMMAND)
