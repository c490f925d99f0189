"""Options as fields of a dataclass: each is declared once.

The command line, the keys of `[tool.loadmatrix]`, the typed values, the arguments of the sessions
of cells and the completion in a shell are all read from these declarations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from matrix.options.parsing import Option

_OPTION = "option"
_GROUP = "group"

Record = TypeVar("Record")
# From a value as it was written and the folder of the call to the value of the field.
Parse = Callable[[Any, Path], Any]


def option(name: str, kind: type, text: str, **about: Any) -> Any:
    """A field that is the option `--name`, with `text` as its help.

    `about` are the other attributes of an `Option`, and the `default` of the field where it has
    one.
    """
    default = {"default": about.pop("default")} if "default" in about else {}
    declared = Option(name=name, kind=kind, help=text, **about)
    return dataclasses.field(metadata={_OPTION: declared}, **default)


def group(record: type) -> Any:
    """A field whose own fields are options."""
    return dataclasses.field(default_factory=record, metadata={_GROUP: record})


def options_of(record: type) -> Iterator[Option]:
    """The options that a record declares, those of its groups included, in their order."""
    for field in dataclasses.fields(record):
        if _GROUP in field.metadata:
            yield from options_of(field.metadata[_GROUP])
        elif _OPTION in field.metadata:
            yield field.metadata[_OPTION]


def on_the_line(record: type) -> dict[str, Option]:
    """The options of a command line by name, without the words that stand between them."""
    every = options_of(record)
    return {each.name: each for each in every if not (each.file_only or each.is_word)}


def words_of(record: type) -> dict[str, Option]:
    """What stands on a command line without a name, such as the models."""
    return {each.name: each for each in options_of(record) if each.is_word}


def in_the_file(record: type) -> dict[str, Option]:
    """The keys of `[tool.loadmatrix]` by name."""
    return {each.name: each for each in options_of(record) if not each.line_only}


def read(record: type[Record], values: Mapping[str, Any], folder: Path) -> Record:
    """A record from the values that a call made in `folder` gives, by the keys of its options.

    Raises:
        UsageError: a value that cannot be.
    """
    fields: dict[str, Any] = {}
    for field in dataclasses.fields(record):  # type: ignore[arg-type]
        if _GROUP in field.metadata:
            fields[field.name] = read(field.metadata[_GROUP], values, folder)
        elif declared := field.metadata.get(_OPTION):
            if declared.key in values:
                declared.check(values[declared.key])
                fields[field.name] = declared.parse(values[declared.key], folder)
            elif declared.absent:
                fields[field.name] = declared.absent(folder)
    return record(**fields)


def words_for_cells(options: Any) -> list[str]:
    """The arguments that tell the session of a cell what it has to know beyond the plan."""
    words = []
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        if _GROUP in field.metadata:
            words += words_for_cells(value)
        elif (declared := field.metadata.get(_OPTION)) and declared.for_cells:
            words += _written(declared, value)
    return words


def _written(declared: Option, value: Any) -> list[str]:
    if declared.kind is bool:
        return [f"--{declared.name}"] if value else []
    if declared.kind is list:
        return [word for one in value for word in (f"--{declared.name}", declared.write(one))]
    return [] if value is None else [f"--{declared.name}", declared.write(value)]


def unique(parse: Parse) -> Parse:
    """For options that may be repeated: each value once, in the order of the call."""

    def parsed(values: Any, folder: Path) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(parse(value, folder) for value in values))

    return parsed
