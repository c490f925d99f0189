"""All models of a call: those that it names, then those of its lists."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from matrix.errors import UsageError
from matrix.log import logger
from matrix.model.source.address import Address
from matrix.models_list.distinct import distinct
from matrix.models_list.entries import Entry, entries_in
from matrix.models_list.given_model import GivenModel
from matrix.models_list.patterns import matched_by
from matrix.options.parsing import absolute

_LOG = logger(__name__)
STDIN = "-"
_STDIN_TITLE = "The list on standard input"
# About a million lines. A device has no end.
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A model as it was found: `base` is the folder that its path is told from."""

    model: Path | Address
    base: Path
    name: str = ""


def models_of(
    named: Sequence[str], lists: Sequence[str], folder: Path
) -> Mapping[Path | Address, GivenModel]:
    """Every model of a call that was made in `folder`, once, in its order.

    `named` are the words of the call, `lists` what its `--models-from` say.

    Raises:
        UsageError: a list that cannot be read, or that names nothing.
    """
    found: dict[Path | Address, _Named] = {}
    for text in named:
        model = Address.of(text) or absolute(folder, text)
        found.setdefault(model, _Named(model=model, base=folder))
    for text in lists:
        for each in _listed(text, folder):
            found.setdefault(each.model, each)
    return _told(found, folder)


def _listed(text: str, folder: Path) -> Iterator[_Named]:
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
        yield _Named(model=address, base=folder)
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
    yield from (_Named(model=model, base=base) for model in found)


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


def _in_list(content: bytes, title: str, base: Path) -> Iterator[_Named]:
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
            yield _Named(model=model, base=base, name=entry.name if len(models) == 1 else "")


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
    for path in sorted(set(matched_by(absolute(base, pattern)))):
        if not searched.isdisjoint(path.parents):
            continue
        if _is_folder(path):
            searched.add(path)
            found |= dict.fromkeys(_searched(path, named=True))
        elif path.is_file() and (model := model_at(path)) is not None:
            found.setdefault(model)
    return tuple(found)


def _told(
    found: Mapping[Path | Address, _Named], folder: Path
) -> Mapping[Path | Address, GivenModel]:
    """The models with texts that tell them apart."""
    given = distinct(found, lambda model, level: _given(found[model], level, folder))
    called = distinct(found, lambda model, level: _called(found[model], level))
    return {
        model: GivenModel(
            model=model,
            given=given[model],
            name="" if called[model] == _parts(model)[-1] else called[model],
        )
        for model in found
    }


def _given(named: _Named, level: int, folder: Path) -> str:
    """How a model was given: seen from its list, then from the folder of the call, then in full."""
    model = named.model
    if isinstance(model, Address):
        if not level:
            return str(model)
        # What tells two addresses apart may be what nobody must see.
        return f"{model}?{hashlib.sha256(model.full.encode()).hexdigest()[:8]}"
    base = (named.base, folder, Path(model.anchor))[min(level, 2)]
    told = Path(os.path.normpath(model))
    return (told.relative_to(base) if told.is_relative_to(base) else told).as_posix()


def _called(named: _Named, level: int) -> str:
    """What a model is called: by its list, or by as much of the end of its path as is needed."""
    parts = _parts(named.model)
    if not named.name:
        return "/".join(parts[-1 - level :])
    return f"{named.name} ({'/'.join(parts[-level:])})" if level else named.name


def _parts(model: Path | Address) -> tuple[str, ...]:
    if isinstance(model, Address):
        return tuple(str(model).rstrip("/").split("/"))
    return model.parts or (str(model),)
