"""Reads the options of all sessions from the command line and `[tool.loadmatrix]`."""

from __future__ import annotations

import argparse
import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from matrix.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option of the command line, and a key of `[tool.loadmatrix]` unless `line_only`.

    One of kind `dict` is tables of that name. `file_only` are keys that no line has, and `is_word`
    says that it stands on the line without a name. `choices` are all values there are. `parse`
    makes its value from what was written and the folder of the call, and raises UsageError for one
    that cannot be; `absent` makes the value of a call in a folder that does not give it.
    `for_cells` says that the sessions of cells have to know it; `write` makes a word of its value.
    """

    name: str = ""
    kind: type[bool | int | float | str | list[str] | dict[str, Any]]
    help: str
    value: str | None = None
    line_only: bool = False
    file_only: bool = False
    is_word: bool = False
    choices: tuple[str, ...] = ()
    for_cells: bool = False
    write: Callable[[Any], str] = str
    parse: Callable[[Any, Path], Any] = lambda value, _: value
    absent: Callable[[Path], Any] | None = None

    @property
    def key(self) -> str:
        """Its name among the values of a parsed line."""
        return self.name.replace("-", "_")


VERBOSITY = ("verbose", "quiet")


class Line(argparse.ArgumentParser):
    """A command line whose mistakes are sentences; `known` are the options it may suggest."""

    known: Iterable[str] = ()

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The options and words of a line, in any order: words may stand behind options too."""
        return self.parse_intermixed_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        if wrong := re.search(r"unrecognized arguments: (\S+)", message):
            name = wrong.group(1).split("=")[0]
            hint = nearest(name, [f"--{option}" for option in self.known])
            raise UsageError(f"Unknown option {name}.{hint or ' --help lists all options.'}")
        raise UsageError(f"The options are not valid: {message}. --help lists all options.")


def session_line(session: str, names: Iterable[str], prog: str | None = None) -> Line:
    """An empty command line for a session; `known` are option names, without dashes, to suggest.

    What it cannot parse raises UsageError. `prog` is what to call it where that is not nox.
    """
    line = Line(prog=prog or f"nox -s {session} --", allow_abbrev=False)
    line.known = [*names, *VERBOSITY]
    add_verbosity(line)
    return line


def command_line(
    prog: str, options: Mapping[str, Option], words: Mapping[str, Option] = MappingProxyType({})
) -> Line:
    """A command line with these options, and with `words` for what stands beside them."""
    line = Line(prog=prog, allow_abbrev=False)
    switches = [
        name for name, option in options.items() if option.kind is bool and not option.line_only
    ]
    line.known = [*options, *map(negation, switches), *VERBOSITY]
    for name, option in words.items():
        line.add_argument(name, nargs="*", metavar=option.value, help=option.help)
    for name, option in options.items():
        _add(line, name, option)
    add_verbosity(line)
    return line


def add_verbosity(line: argparse.ArgumentParser) -> None:
    """The two options that every session has: `reports/output.py` reads them before any other."""
    more = "show decisions and commands; twice: also their output"
    line.add_argument("-v", "--verbose", action="count", help=more)
    line.add_argument("-q", "--quiet", action="store_true", help="show only the result and errors")


def _add(line: argparse.ArgumentParser, name: str, option: Option) -> None:
    flag = f"--{name}"
    if option.kind is bool:
        line.add_argument(flag, action="store_true", default=None, help=option.help)
        if not option.line_only:
            # What a file turns on, a call can turn off.
            off = negation(name)
            dest, said = (
                name.replace("-", "_"),
                f"turn --{name} off, even if pyproject.toml turns it on",
            )
            line.add_argument(f"--{off}", action="store_false", default=None, dest=dest, help=said)
    elif option.kind is list:
        line.add_argument(flag, action="append", metavar=option.value, help=option.help)
    else:
        line.add_argument(flag, type=option.kind, metavar=option.value, help=option.help)


def negation(name: str) -> str:
    """The switch that turns another one off."""
    return name.removeprefix("no-") if name.startswith("no-") else f"no-{name}"


def nearest(name: str, names: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence; empty where nothing is near."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f" Did you mean {near[0]}?" if near else ""


def configured(folder: Path, options: Mapping[str, Option]) -> dict[str, Any]:
    """What `[tool.loadmatrix]` of a folder says, by the names of the parsed command line.

    Raises:
        UsageError: the file is damaged, or has a key that is none of the options.
    """
    path = folder / "pyproject.toml"
    try:
        table = (
            tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("loadmatrix", {})
        )
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Correct or remove the file.") from error
    if not isinstance(table, dict):
        raise UsageError(f"loadmatrix in [tool] of {path} must be a table, not {table!r}.")
    keys = {name: option for name, option in options.items() if not option.line_only}
    values = {}
    for key, value in table.items():
        if key not in keys:
            hint = nearest(key, keys)
            raise UsageError(f"[tool.loadmatrix] in {path} has an unknown key {key}.{hint}")
        values[key.replace("-", "_")] = _typed(
            f"{key} in [tool.loadmatrix] of {path}", value, keys[key]
        )
    return values


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


def _typed(where: str, value: Any, option: Option) -> Any:
    if option.kind is dict:
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return value
        raise UsageError(f"{where} must be a list of tables, each with its own heading [[...]].")
    if option.kind is list:
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(item, str) for item in values):
            return values
        raise UsageError(f"{where} must be a list of strings, not {value!r}.")
    accepted: Any = (int, float) if option.kind is float else option.kind
    if not isinstance(value, accepted) or (option.kind is not bool and isinstance(value, bool)):
        raise UsageError(f"{where} must be {_KINDS[option.kind]}, not {value!r}.")
    return value


def given(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """What stands on the line, without what argparse fills in."""
    return {name: value for name, value in parsed.items() if value is not None and value != []}


def absolute(folder: Path, path: str) -> Path:
    """A path as written in a call made in `folder`."""
    try:
        return Path(folder, Path(path).expanduser()).absolute()
    except RuntimeError:
        # "~name" of nobody on this machine is the name of a file.
        return Path(folder, path).absolute()


def specifier(text: str, name: str) -> SpecifierSet:
    """The releases that the text behind an option of that name admits.

    Raises:
        UsageError: it is no version specifier.
    """
    # "2.15" and "2.15.1" say clearly enough what is meant.
    text = text.strip()
    plain = re.fullmatch(r"\d+\.\d+", text)
    exact = re.fullmatch(r"\d+\.\d+\.\d+", text)
    try:
        return SpecifierSet(f"=={text}.*" if plain else f"=={text}" if exact else text)
    except InvalidSpecifier as error:
        raise UsageError(
            f"{name} {text} is not a version specifier. Write it like '>=2.8,!=2.11.*'."
        ) from error
