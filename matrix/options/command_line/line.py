"""Command lines made of declared options, with click: parsed, with help and completion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import click
from click.shell_completion import CompletionItem

from matrix.called import call, call_of_cell
from matrix.errors import UsageError
from matrix.near import nearest
from matrix.options.command_line.about import ABOUT, About
from matrix.options.parsing import KINDS, Option

_FILES = frozenset({"FILE", "PATH", "MODEL", "RESULTS", "REPORT", "IN OUT"})
_SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
    "allow_extra_args": True,
}
# What word processors make of two of them.
_DASHES = "-\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}\N{NON-BREAKING HYPHEN}"
_A_CELL = "2.15.1"
# A help of so many options needs no headings.
_FEW = 12
# `reports/output.py` reads these two before any other: every session has them.
_MORE = "show decisions and commands; -vv also shows their output"
_LESS = "show only the result and errors"


class Line(click.Command):
    """The command line of a session: `options` by name, and `words` for what stands beside them.

    `cell` is that of a session of one cell. Its mistakes are UsageErrors of one sentence.
    """

    def __init__(
        self,
        session: str,
        options: Mapping[str, Option],
        words: Mapping[str, Option] = MappingProxyType({}),
        cell: str = "",
    ) -> None:
        self.words, self.cell = words, cell
        self.about = ABOUT.get(session, About(sentence=session))
        many = len(options) > _FEW
        self.headings = {o.key: o.heading for o in options.values() if o.heading and many}
        params: list[click.Parameter] = [
            click.Argument(
                [option.key], nargs=-1, metavar=f"[{option.value}...]", type=_Value(option)
            )
            for option in words.values()
        ]
        params += [_parameter(option) for option in options.values()]
        params += [
            click.Option(["-v", "--verbose"], count=True, expose_value=False, help=_MORE),
            click.Option(["-q", "--quiet"], is_flag=True, expose_value=False, help=_LESS),
        ]
        text = f"{self.about.sentence[0].upper()}{self.about.sentence[1:]}.\n\n{self.about.more}"
        super().__init__(session, params=params, context_settings=_SETTINGS, help=text)

    def called(self, words: str = "") -> str:
        """A call of it with words behind it, as who called would write it."""
        session = self.name or ""
        return call_of_cell(self.cell, words) if self.cell else call(session, words)

    def read(self, arguments: Sequence[str]) -> dict[str, Any]:
        """What a line says, by the keys of its options; what it does not say is not there.

        Options and words stand in any order; behind `--` all are words.

        Raises:
            UsageError: a misspelled option, a value that is missing, or a word too many.
            SystemExit: the help was asked for and is printed.
        """
        self._refuse_single_dashes(arguments)
        try:
            context = self.make_context(self.called(), list(arguments))
        except click.exceptions.Exit as end:
            raise SystemExit(end.exit_code) from end
        except click.NoSuchOption as error:
            raise self._unknown(error.option_name) from error
        except click.BadOptionUsage as error:
            raise self._misused(error.option_name) from error
        except click.UsageError as error:
            raise UsageError(f"{error.format_message()} --help lists all options.") from error
        if context.args:
            word, takes = context.args[0], self.called()
            raise UsageError(f"Unexpected word {word}: `{takes}` takes none. See --help.")
        given = {name: value for name, value in context.params.items() if value not in (None, ())}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}

    @property
    def flags(self) -> list[str]:
        """Every option as it is written, the negations of switches included."""
        named = (param for param in self.params if isinstance(param, click.Option))
        return [flag for param in named for flag in (*param.opts, *param.secondary_opts)]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        shown = super().get_help_option(ctx)
        if shown:
            shown.help = "show this help"
        return shown

    def help_text(self) -> str:
        """The help, in the words of the call."""
        return shown_help(self, self.called())

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        for_one = call_of_cell if self.cell else call
        session = _A_CELL if self.cell else self.name or ""
        if self.about.examples:
            with formatter.section("Examples"):
                for words in self.about.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{for_one(session, words)}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.words:
            with formatter.section("Arguments"):
                formatter.write_dl([(f"{w.value}...", w.help) for w in self.words.values()])
        sections: dict[str, list[tuple[str, str]]] = {}
        heading = "Options"
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for param in options:
            heading = self.headings.get(param.name or "", heading)
            if param.name == "verbose" and self.headings:
                heading = "Other options"
            if record := param.get_help_record(ctx):
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records)

    def _refuse_single_dashes(self, arguments: Sequence[str]) -> None:
        """Refuse `-output`, which would be `-o` with the value `utput`, and dashes of texts."""
        for word in arguments[: arguments.index("--") if "--" in arguments else None]:
            meant = f"--{word.lstrip(_DASHES).split('=')[0]}"
            if word and word[0] in _DASHES[1:] and meant in self.flags:
                raise UsageError(f"Unknown option {word}. Did you mean {meant}?")
            if word[:1] == "-" and f"-{word.split('=')[0]}" in self.flags:
                raise UsageError(f"Unknown option {word}. Did you mean -{word}?")

    def _unknown(self, name: str) -> UsageError:
        long = (flag for flag in self.flags if flag.startswith("--"))
        hint = nearest(name, long) if name.startswith("--") else ""
        return UsageError(f"Unknown option {name}.{hint or ' --help lists all options.'}")

    def _misused(self, name: str) -> UsageError:
        every = (param for param in self.params if name in param.opts + param.secondary_opts)
        # `--help` is none of them.
        param = next(every, None)
        if param is None or (isinstance(param, click.Option) and param.is_flag):
            return UsageError(f"{name} is a switch and takes no value. Write only {name}.")
        return UsageError(f"{name} needs a value. Write it like {name} {param.metavar}.")


class _Value(click.ParamType[Any]):
    """The values of an option, as they are written; numbers are numbers."""

    def __init__(self, option: Option) -> None:
        self.option = option
        self.name = option.value or option.name

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ARG002 - click's
        name, kind = f"--{self.option.name}", self.option.kind
        if not self.option.is_word and value in ctx.command.flags:
            raise UsageError(f"{name} needs a value, and {value} is the next option.")
        if kind not in (int, float):
            return value
        try:
            return kind(value)
        except ValueError as error:
            raise UsageError(f"{name} must be {KINDS[kind]}, not {value!r}.") from error

    def shell_complete(
        self,
        ctx: Any,  # noqa: ARG002 - click's
        param: Any,  # noqa: ARG002 - click's
        incomplete: str,
    ) -> list[CompletionItem]:
        offered = self.option.offered
        if self.option.value in _FILES or (self.option.is_word and not offered):
            return [CompletionItem(incomplete, type="file")]
        if self.option.value == "DIR":
            return [CompletionItem(incomplete, type="dir")]
        return [CompletionItem(word) for word in offered if word.startswith(incomplete)]


def _parameter(option: Option) -> click.Option:
    letter = [f"-{option.short}"] if option.short else []
    flags = [option.key, *letter, f"--{option.name}"]
    if option.kind is not bool:
        choices = f": {', '.join(option.choices)}" if option.choices else ""
        return click.Option(
            flags,
            metavar=option.value,
            multiple=option.kind is list,
            type=_Value(option),
            help=option.help + choices,
        )
    if not option.line_only:
        # What a file turns on, a call can turn off.
        flags[-1] += f"/--{negation(option.name)}"
    return click.Option(flags, is_flag=True, default=None, help=option.help)


def shown_help(command: click.Command, called: str) -> str:
    """The help of a command that is called so, as wide as the terminal."""
    return command.get_help(click.Context(command, info_name=called, **_SETTINGS))  # type: ignore[arg-type]


def negation(name: str) -> str:
    """The switch that turns another one off."""
    return name.removeprefix("no-") if name.startswith("no-") else f"no-{name}"
