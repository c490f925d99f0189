"""All format readers: every module in `matrix/model/formats/readers/` has one."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

from matrix.model.facts import Format, ModelFacts
from matrix.model.formats import readers
from matrix.model.formats.reader import FormatReader
from matrix.model.formats.signatures import ARCHIVES, Signature
from matrix.model.opened_files import OpenedFiles


@functools.cache
def format_readers() -> tuple[FormatReader, ...]:
    """The readers, those with the best evidence first."""
    modules = sorted(module.name for module in pkgutil.iter_modules(readers.__path__))
    imported = [importlib.import_module(f"{readers.__name__}.{name}") for name in modules]
    collected: list[FormatReader] = [module.READER for module in imported]
    return tuple(sorted(collected, key=lambda reader: reader.evidence))


@functools.cache
def folder_readers() -> tuple[FormatReader, ...]:
    """The same for folders: a file of an agreed name decides before anything else does."""

    def named(reader: FormatReader) -> bool:
        return any(signature.names for signature in reader.signatures)

    return tuple(sorted(format_readers(), key=lambda reader: not named(reader)))


def reader_of(kind: Format) -> FormatReader:
    """The reader of a format.

    Raises:
        KeyError: it has none, as `UNKNOWN`.
    """
    return {name: reader for reader in format_readers() for name in reader.formats}[kind]


def graphs_of(model: ModelFacts, opened: OpenedFiles) -> Sequence[Any]:
    """The MetaGraphs of a model; none where they cannot be read."""
    try:
        return reader_of(model.format).graphs(model, opened)
    except OSError:
        return ()


@functools.cache
def signatures() -> tuple[Signature, ...]:
    """Every kind of file that is a model, a part of one, or an archive."""
    rows = [signature for reader in format_readers() for signature in reader.signatures]
    return tuple(dict.fromkeys([*rows, *ARCHIVES]))


def formats_promised(suffix: str) -> frozenset[Format]:
    """The formats that a suffix stands for, none where it promises nothing."""
    of_suffix = [reader for reader in format_readers() if suffix in reader.suffixes]
    return frozenset(kind for reader in of_suffix for kind in reader.formats)
