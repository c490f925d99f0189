"""The options of each command, as its help has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from docs.tables.markdown import code, sentence, table
from matrix.options.command_line.about import ABOUT
from matrix.options.command_line.declared import in_the_file, options_of
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import Option
from matrix.options.reading import run_line
from reports.commands import COMMANDS

_HEADS = ("option", "effect")
_EVERYWHERE = ("verbose", "quiet")
# Words that are typed as they stand; everything else in a help is plain text.
_TYPED = re.compile(r"(?<![\w`])(--[a-z][\w-]*|[a-z_]+=(?:True|False)|'[^']+')")


def headings() -> list[str]:
    """What the help of a run puts above its options, in its order."""
    return [option.heading for option in options_of(Options) if option.heading]


def under(heading: str) -> str:
    """The options of a run below a heading of its help."""
    line = run_line()
    at = headings().index(heading)
    declared = [option for option in options_of(Options) if not option.is_word]
    begins = [n for n, option in enumerate(declared) if option.heading]
    end = begins[at + 1] if at + 1 < len(begins) else len(declared)
    keys = {option.key for option in declared[begins[at] : end]}
    return table(_HEADS, _rows(param for param in _options(line) if param.name in keys))


def others() -> str:
    """What a run takes besides what is declared."""
    declared = {option.key for option in options_of(Options)}
    return table(
        _HEADS, _rows(param for param in _options(run_line()) if param.name not in declared)
    )


def of_command(name: str) -> str:
    """The words and options of a command, without those that every command has."""
    line = COMMANDS[name].line()
    run = {param.name for param in _options(run_line())}
    params = [param for param in _options(line) if param.name not in _EVERYWHERE]
    if run <= {param.name for param in _options(line)}:
        rows = [*_words(line), *_rows(param for param in params if param.name not in run)]
        return table(_HEADS, [*rows, ("[all options of a run](options.md)", "")])
    return table(_HEADS, [*_words(line), *_rows(params)])


def examples_of(name: str) -> str:
    """Calls of a command, as its help has them."""
    word = {"matrix": "", "probe": " probe 2.15.1"}.get(name, f" {name}")
    calls = [f"loadmatrix{word} {words}".rstrip() for words in ABOUT[name].examples]
    return "\n".join(["", "```text", *calls, "```", "", ""])


def not_in_the_file() -> str:
    """The options that only a command line has."""
    options = (option for option in options_of(Options) if option.line_only)
    return code(*(f"--{option.name}" for option in options))


def keys_of_the_file() -> str:
    """The keys of `[tool.loadmatrix]` and the kind of their values."""
    kinds = {bool: "true or false", int: "number", float: "number", str: "text"}
    rows = [
        (code(name), kinds.get(option.kind, _kind(option)))
        for name, option in in_the_file(Options).items()
    ]
    return table(("key", "value"), rows)


def _kind(option: Option) -> str:
    return "list of texts" if option.kind is list else "tables"


def _options(line: Line) -> Iterator[click.Option]:
    return (param for param in line.params if isinstance(param, click.Option))


def _words(line: Line) -> Iterator[tuple[str, str]]:
    for word in line.words.values():
        yield code(f"{word.value}..."), _text(word.help)


def _rows(params: Iterable[click.Option]) -> Iterator[tuple[str, str]]:
    for param in params:
        value = "" if param.is_flag or param.count else f" {param.metavar}"
        flags = [*param.opts, *param.secondary_opts]
        yield code(*(f"{flag}{value}" for flag in flags)), _text(param.help or "")


def _text(text: str) -> str:
    return sentence(_TYPED.sub(r"`\1`", text)).replace("`'", "`").replace("'`", "`")
