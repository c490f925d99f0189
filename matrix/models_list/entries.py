"""Reads a list of models: lines of text, or a table with a header.

It is text in UTF-8, or with a mark in UTF-16. Names of files may be any bytes on Linux, and a list
of them has these bytes: in a line that is no UTF-8 they are kept as Python keeps those of paths.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from matrix.errors import UsageError
from matrix.model.path_patterns import RAW_BYTE

_COLUMNS = ("model", "path", "url")
_NAME = "name"
_DELIMITERS = (",", "\t", ";")
_TABLES = (".csv", ".tsv")
# Only these end a line: others that Unicode knows may be in the name of a file.
_LINE_END = re.compile(r"\r\n|\n|\r")
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f]")
# How JSON begins, and no path that anybody would write.
_JSON = re.compile(r"[\[{]$|\[\]$|\{\}$|[\[{]\s*\"|\[\s*[\[{]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A path, pattern or address as a list has it, with the name that the list gives it if any.

    `line` is where it stands in the list, from 1; a row of a table may end there.
    """

    text: str
    name: str = ""
    line: int = field(default=0, compare=False)

    @property
    def raw_byte(self) -> int | None:
        """The first byte of it that is no UTF-8, if there is one."""
        found = RAW_BYTE.search(self.text)
        return ord(found.group()) - 0xDC00 if found else None


def entries_in(content: bytes, title: str) -> tuple[Entry, ...]:
    """What a list names, in its order; `title` is what the list is called in sentences.

    Raises:
        UsageError: it is no text, a table without the columns it needs, or it names nothing.
    """
    lines = _LINE_END.split(_text(content, title))
    first = next((line for line in lines if _says_something(line)), "")
    if _JSON.match(first.strip()):
        raise UsageError(
            f"{title} is JSON, and not a list of models. Write one path or address on each line, "
            "or a table with a header. A model in JSON is named without --models-from."
        )
    is_table = title.lower().endswith(_TABLES)
    delimiter = _delimiter(first, is_table=is_table)
    if is_table and not delimiter:
        raise UsageError(
            f"{title} has no column {', '.join(_COLUMNS[:-1])} or {_COLUMNS[-1]}: its first line "
            f"is {first[:80]!r}. Write a header, such as model,name, above the models."
        )
    found = tuple(_rows(lines, delimiter, title) if delimiter else _lines(lines))
    if not found:
        raise UsageError(f"{title} names no model. Write one path or address on each line.")
    return found


def _text(content: bytes, title: str) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding, "strict" if encoding == "utf-16" else "surrogateescape")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or (RAW_BYTE.search(text) and _CONTROL.search(text)):
        raise UsageError(
            f"{title} is not a list of models, because it is not text in UTF-8. Name a model "
            "without --models-from, or save the list as UTF-8."
        )
    return text


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _lines(lines: Sequence[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, start=1):
        if _says_something(line):
            yield Entry(text=line.strip(), line=number)


def _delimiter(first: str, *, is_table: bool) -> str:
    """What separates the columns of a header; empty where the line is none."""
    for delimiter in _DELIMITERS:
        columns = _header(first, delimiter)
        # A list of lines may begin with a model that is called "model".
        if (is_table or len(columns) > 1) and set(columns) & set(_COLUMNS):
            return delimiter
    return ""


def _header(line: str, delimiter: str) -> list[str]:
    """The columns of a line; none where it is no row of a table."""
    try:
        columns: list[str] = next(_table([line], delimiter), [])
    except csv.Error:
        return []
    return [column.strip().lower() for column in columns]


def _table(lines: Iterable[str], delimiter: str) -> Any:
    """The reader of a table, whose cells may be quoted, and then have delimiters."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True)


def _rows(lines: Sequence[str], delimiter: str, title: str) -> Iterator[Entry]:
    header = next(number for number, line in enumerate(lines) if _says_something(line))
    columns = _header(lines[header], delimiter)
    given = [name for name in columns if name in _COLUMNS]
    if len(given) > 1 or columns.count(_NAME) > 1:
        twice = " and ".join(given) if len(given) > 1 else f"{_NAME} and {_NAME}"
        raise UsageError(
            f"{title} has the columns {twice}, so it is not clear which to take. Keep one of them."
        )
    model = columns.index(given[0])
    name = columns.index(_NAME) if _NAME in columns else len(columns)
    text = io.StringIO("\n".join(lines[header + 1 :]))
    rows = _table(text, delimiter)
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if model >= len(cells) or not cells[model]:
                line = header + 1 + rows.line_num
                raise UsageError(
                    f"Line {line} of {title} has nothing in the column {given[0]}. Write a path or "
                    "an address there, or remove the line."
                )
            called = cells[name] if name < len(cells) else ""
            yield Entry(text=cells[model], name=called, line=header + 1 + rows.line_num)
    except csv.Error as error:
        line = header + 1 + rows.line_num
        raise UsageError(f"Line {line} of {title} cannot be read as a table: {error}.") from error
