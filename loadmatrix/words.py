"""Keyword arguments as the words of a command line: each is an option of the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loadmatrix.calls import text_of, texts_of
from loadmatrix.in_python import argument
from matrix.options.command_line.declared import on_the_line
from matrix.options.options import Options
from matrix.options.parsing import KINDS, Option

# What a function has no use for: it runs, and gives its report back.
LEFT_OUT = ("plan", "json")


def arguments() -> dict[str, Option]:
    """The options of a run by the names of their arguments."""
    options = on_the_line(Options)
    return {argument(one): one for name, one in options.items() if name not in LEFT_OUT}


def words_of(values: Mapping[str, Any]) -> Iterator[str]:
    """The words of a command line that says the same as these arguments.

    Raises:
        TypeError: a value has a wrong type.
    """
    for name, option in arguments().items():
        value = values[name]
        flag = f"--{option.name}"
        if option.kind is bool:
            if not isinstance(value, bool):
                raise TypeError(f"{name} must be {KINDS[bool]}, not {value!r}.")
            if value is not option.name.startswith("no-"):
                yield flag
        elif option.kind is list:
            yield from (f"{flag}={one}" for one in texts_of(name, value))
        elif value is not None:
            yield f"{flag}={_written(option, name, value)}"


def _written(option: Option, name: str, value: Any) -> str:
    if option.kind is str:
        return text_of(name, value)
    numbers = (int, float) if option.kind is float else (int,)
    if isinstance(value, bool) or not isinstance(value, numbers):
        raise TypeError(f"{name} must be {KINDS[option.kind]}, not {value!r}.")
    return str(value)
