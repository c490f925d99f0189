"""What an option is, and its value in `[tool.loadmatrix]`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.near import nearest

_TOOL = "loadmatrix"
# A tool with as short a name is another one.
_SHORTER = 8


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option of the command line, and a key of `[tool.loadmatrix]` unless `line_only`.

    One of kind `dict` is tables of that name. `file_only` are keys that no line has, and `is_word`
    says that it stands on the line without a name. `short` is its letter, and `heading` what the
    help puts above it and those that follow. `choices` are all values
    there are, and `suggested` finds some where others are as good: a shell offers both. `parse`
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
    short: str = ""
    heading: str = ""
    choices: tuple[str, ...] = ()
    suggested: Callable[[], Sequence[str]] = tuple
    for_cells: bool = False
    write: Callable[[Any], str] = str
    parse: Callable[[Any, Path], Any] = lambda value, _: value
    absent: Callable[[Path], Any] | None = None

    @property
    def key(self) -> str:
        """Its name among the values of a parsed line."""
        return self.name.replace("-", "_")

    @property
    def offered(self) -> Sequence[str]:
        """Values that a shell may complete."""
        return self.choices or self.suggested()

    def check(self, value: Any) -> None:
        """Refuse what is none of the choices.

        Raises:
            UsageError: with the choices there are.
        """
        if self.choices and value not in self.choices:
            *most, last = self.choices
            which = f"{', '.join(most)} or {last}"
            raise UsageError(f"--{self.name} {value} is not valid. Choose {which}.")


JSON = Option(
    name="json",
    kind=bool,
    line_only=True,
    help="print JSON on standard output, and all else on standard error",
)


def configured(folder: Path, options: Mapping[str, Option]) -> dict[str, Any]:
    """What `[tool.loadmatrix]` of a folder says, by the names of the parsed command line.

    Raises:
        UsageError: the file is damaged, or has a key that is none of the options.
    """
    # Here, because a help reads no file.
    import tomllib

    path = folder / "pyproject.toml"
    try:
        tools = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Correct or remove the file.") from error
    for name in tools:
        # What a misspelled table requires would be left out without a word.
        if _TOOL not in tools and len(name) > _SHORTER and nearest(name, [_TOOL]):
            raise UsageError(f"[tool.{name}] in {path} is not read. Did you mean [tool.{_TOOL}]?")
    table = tools.get(_TOOL, {})
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


KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


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
        raise UsageError(f"{where} must be {KINDS[option.kind]}, not {value!r}.")
    return value


def absolute(folder: Path, path: str) -> Path:
    """A path as written in a call made in `folder`.

    Raises:
        UsageError: it is empty, which would be the folder itself.
    """
    if not path:
        raise UsageError("A path is empty. Name a file or folder; the folder of the call is `.`")
    try:
        return _without_parents(Path(folder, Path(path).expanduser()).absolute())
    except RuntimeError:
        # "~name" of nobody on this machine is the name of a file.
        return _without_parents(Path(folder, path).absolute())


def _without_parents(path: Path) -> Path:
    """The same place without `..`: behind walls the folder in front of it need not be there."""
    if ".." not in path.parts:
        return path
    last = len(path.parts) - path.parts[::-1].index("..")
    # What a link in front of `..` leads to decides; what stands behind it keeps its name.
    return Path(os.path.realpath(Path(*path.parts[:last])), *path.parts[last:])
