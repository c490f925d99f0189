"""All models of a call: those that it names, then those of its lists."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

from matrix.errors import UsageError
from matrix.log import logger
from matrix.model.source.address import Address
from matrix.models_list.entries import Entry, entries_in
from matrix.models_list.given_model import GivenModel
from matrix.models_list.named import Named, named_apart
from matrix.models_list.patterns import matched_by
from matrix.options.parsing import absolute

_LOG = logger(__name__)
STDIN = "-"
_STDIN_TITLE = "The list on standard input"
# About a million lines. A device has no end.
_MOST_BYTES = 64 * 2**20


def models_of(
    named: Sequence[str], lists: Sequence[str], folder: Path
) -> Mapping[Path | Address, GivenModel]:
    """Every model of a call that was made in `folder`, once, in its order.

    `named` are the words of the call, `lists` what its `--models-from` say.

    Raises:
        UsageError: a list that cannot be read, or that names nothing.
    """
    found: dict[Path | Address, Named] = {}
    for each in _all(named, lists, folder):
        first = found.setdefault(each.model, each)
        if each.name and not first.name:
            found[each.model] = replace(first, name=each.name)
    return named_apart({each.model: each for each in found.values()}, folder)


def _all(named: Sequence[str], lists: Sequence[str], folder: Path) -> Iterator[Named]:
    for text in named:
        yield Named(model=Address.of(text) or absolute(folder, text), base=folder)
    for text in lists:
        yield from _listed(text, folder)


def _listed(text: str, folder: Path) -> Iterator[Named]:
    """What one `--models-from` names.

    Raises:
        UsageError: a list that cannot be read, or nothing is named or found.
    """
    if text == STDIN:
        yield from _in_list(_content(sys.stdin.buffer, _STDIN_TITLE), _STDIN_TITLE, folder)
        return
    if not text.strip():
        # A variable of a shell that is not set would have the current folder searched.
        raise UsageError("--models-from is empty. Give a list, a folder to search, or a pattern.")
    if (address := Address.of(text)) is not None:
        yield Named(model=address, base=folder)
        return
    path = absolute(folder, text)
    if _is_folder(path):
        found = _searched(path)
    elif _is_pattern(text) and not _is_there(path):
        found = _matching(text, folder)
    else:
        try:
            with path.open("rb") as file:
                content = _content(file, str(path))
            # A pipe, such as that of `<(find ...)`, has no folder of its own.
            beside = path.parent if path.is_file() else folder
        except OSError as error:
            raise UsageError(
                f"The list {path} cannot be read: {error.strerror}. Give a file with a path or an "
                "address on each line, a folder to search, or a pattern."
            ) from error
        yield from _in_list(content, str(path), beside)
        return
    if not found:
        raise UsageError(
            f"No model was found in {text}. Name a model without --models-from to see what is "
            "wrong with it."
        )
    base = path if _is_folder(path) else folder
    yield from (Named(model=model, base=base) for model in found)


def _content(file: IO[bytes], title: str) -> bytes:
    """The bytes of a list.

    Raises:
        OSError: it cannot be read.
        UsageError: it is larger than a list may be.
    """
    content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise UsageError(
            f"{title} has more than {_MOST_BYTES >> 20} MB, so it is not read. Divide the list, or "
            "name the folder of the models."
        )
    return content


def _in_list(content: bytes, title: str, base: Path) -> Iterator[Named]:
    """The models of a list whose paths are told from a folder."""
    is_told = False
    for entry in entries_in(content, title):
        models = _of_entry(entry, base)
        if not is_told and entry.raw_byte is not None and not all(map(_is_here, models)):
            is_told = True
            _LOG.warning(
                "Line %d of %s is not UTF-8 (byte 0x%x), and no file has these bytes as its name. "
                "Save the list as UTF-8.",
                entry.line,
                title,
                entry.raw_byte,
            )
        for model in models:
            # A name is that of one model, not of all that are below a folder.
            yield Named(model=model, base=base, name=entry.name if len(models) == 1 else "")


def _of_entry(entry: Entry, base: Path) -> Sequence[Path | Address]:
    """The models that an entry names: itself, unless it is a pattern or has models below it.

    What does not exist is a model of the call all the same, so that the report says what is wrong.
    """
    if (address := Address.of(entry.text)) is not None:
        return (address,)
    path = absolute(base, entry.text)
    if _is_folder(path):
        return _searched(path, named=True) or (path,)
    if _is_pattern(entry.text) and not _is_there(path):
        return _matching(entry.text, base) or (path,)
    return (path,)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name may be too long for the system: then it names nothing.
        return False


def _is_here(model: Path | Address) -> bool:
    return isinstance(model, Path) and _is_there(model)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_pattern(text: str) -> bool:
    return any(letter in text for letter in "*?[")


def _searched(folder: Path, *, named: bool = False) -> Sequence[Path]:
    # Here, because the readers of all formats take a moment to import.
    from matrix.models_list.search import models_below

    return tuple(models_below(folder, named=named))


def _matching(pattern: str, base: Path) -> Sequence[Path]:
    """The models that a pattern finds, those below the folders that it matches included."""
    from matrix.models_list.search import model_at

    found: dict[Path, None] = {}
    searched = set[Path]()
    # A folder comes before what is in it.
    # The folder that it is told from is no pattern, whatever it is called.
    told_from = Path(glob.escape(str(base)))
    for path in sorted(set(matched_by(absolute(told_from, pattern)))):
        if not searched.isdisjoint(path.parents):
            continue
        if _is_folder(path):
            searched.add(path)
            found |= dict.fromkeys(_searched(path, named=True))
        elif path.is_file() and (model := model_at(path)) is not None:
            found.setdefault(model)
    return tuple(found)
