"""All models of a call: those that it names, then those of its lists."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.errors import UsageError
from matrix.model.source.address import Address
from matrix.models_list.distinct import distinct
from matrix.models_list.entries import Entry, entries_in
from matrix.models_list.listed import ListedModel
from matrix.options.parsing import absolute

STDIN = "-"
_STDIN_TITLE = "The list on standard input"


@dataclass(frozen=True, kw_only=True)
class _Named:
    """A model as it was found: `base` is the folder that its path is told from."""

    model: Path | Address
    base: Path
    name: str = ""


def models_of(
    named: Sequence[str], lists: Sequence[str], folder: Path
) -> Mapping[Path | Address, ListedModel]:
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
    """What one `--models-from` names."""
    if text == STDIN:
        base, title, content = folder, _STDIN_TITLE, sys.stdin.buffer.read()
    else:
        path = absolute(folder, text)
        base, title = path.parent, str(path)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError(
                f"The list {path} cannot be read: {error.strerror}. Give a file with a path or an "
                "address on each line."
            ) from error
    for entry in entries_in(content, title):
        yield _of_entry(entry, base)


def _of_entry(entry: Entry, base: Path) -> _Named:
    model = Address.of(entry.text) or absolute(base, entry.text)
    return _Named(model=model, base=base, name=entry.name)


def _told(
    found: Mapping[Path | Address, _Named], folder: Path
) -> Mapping[Path | Address, ListedModel]:
    """The models with texts that tell them apart."""
    given = distinct(found, lambda model, level: _given(found[model], level, folder))
    called = distinct(found, lambda model, level: _called(found[model], level))
    return {
        model: ListedModel(
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
