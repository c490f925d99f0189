"""The vocabularies of a model; a lost one is visible only if inputs use its words."""

from __future__ import annotations

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.inputs.embedding_size import config_texts
from matrix.inputs.graph.constants import values_of
from matrix.model.codecs.sstable import DamagedTable
from matrix.model.codecs.tensor_bundle import Entry, bundle_in
from matrix.model.codecs.zip_file import zip_in
from matrix.model.facts import Format, ModelFacts
from matrix.model.opened_files import OpenedFiles
from matrix.walking import all_below

_MOST_BYTES = 2**24
_MOST_WORDS = 200_000
_LONGEST = 64
_KEYS = {"InitializeTable", "InitializeTableV2", "LookupTableImport", "LookupTableImportV2"}
_STRING, _INT64 = 7, 9
_DAMAGED = (OSError, DamagedTable, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError)


@dataclass(frozen=True, kw_only=True)
class Vocabularies:
    """Each vocabulary as it stands in the model: of words, and of whole numbers."""

    words: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[tuple[int, ...], ...] = ()


def vocabularies(model: ModelFacts, graph: Any | None, opened: OpenedFiles) -> Vocabularies:
    """All vocabularies of a model, each once; `graph` is its GraphDef, where it has one."""
    lists = [*_in_configs(model, opened), *_in_files(model, opened)]
    if graph is not None:
        lists += _in_constants(graph)
    if model.format is Format.SAVED_MODEL:
        lists += _in_checkpoint(model.load_path / "variables" / "variables.index", opened)
    words = {tuple(values): None for values in map(_words, lists) if values}
    numbers = {tuple(values): None for values in map(_numbers, lists) if values}
    return Vocabularies(words=tuple(words), numbers=tuple(numbers))


def _words(values: Sequence[Any]) -> list[str]:
    texts = [value for value in values if isinstance(value, str)]
    return [text for text in texts if 0 < len(text) <= _LONGEST and text.isprintable()]


def _numbers(values: Sequence[Any]) -> list[int]:
    return [value for value in values if isinstance(value, int) and not isinstance(value, bool)]


# --- where they stand ----------------------------------------------------------------------------


def _in_configs(model: ModelFacts, opened: OpenedFiles) -> Iterator[Sequence[Any]]:
    """Lists that the configuration of a layer gives as its vocabulary."""
    decoder = json.JSONDecoder()
    for content in config_texts(model, opened):
        text = content.decode("utf-8", "replace")
        place = text.find(_MARK)
        while place >= 0:
            rest = text[place + len(_MARK) : place + len(_MARK) + _MOST_BYTES].lstrip(": ")
            if rest.startswith("["):
                try:
                    values, _ = decoder.raw_decode(rest)
                except (ValueError, RecursionError):
                    values = []
                yield values[:_MOST_WORDS]
            place = text.find(_MARK, place + 1)


_MARK = '"vocabulary"'


def _in_files(model: ModelFacts, opened: OpenedFiles) -> Iterator[Sequence[Any]]:
    """Files of lines: assets of a SavedModel, and vocabularies in a `.keras` file."""
    for content in _files(model, opened):
        try:
            lines = content.decode("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        # A word may be followed by its number.
        words = [line.partition("\t")[0] for line in lines[:_MOST_WORDS]]
        if len(words) > 1 and max(map(len, words)) <= 2 * _LONGEST:
            whole = all(word.removeprefix("-").isdecimal() for word in words if word)
            yield [int(word) for word in words if word] if whole else words


def _files(model: ModelFacts, opened: OpenedFiles) -> Iterator[bytes]:
    path = model.load_path
    try:
        if model.format is Format.KERAS_V3 and path.is_file():
            archive = zip_in(opened.at(path))
            for name in archive.namelist():
                if name.startswith("assets/") and name.endswith(".txt"):
                    with archive.open(name) as file:
                        yield file.read(_MOST_BYTES)
        elif path.is_dir():
            for asset in sorted(all_below(path / "assets")):
                if asset.is_file() and asset.stat().st_size <= _MOST_BYTES:
                    yield opened.at(asset).content()
    except _DAMAGED:
        return


def _in_constants(graph: Any) -> Iterator[Sequence[Any]]:
    """What tables are initialised with from the graph itself."""
    calls: dict[str, list[tuple[Mapping[str, Any], Any]]] = {}
    places = []
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        constants = {node.name: node for node in nodes if node.op == "Const"}
        places.append((nodes, constants))
        for node in nodes:
            if "f" in node.attr:
                calls.setdefault(node.attr["f"].func.name, []).append((constants, node))
    arguments = {
        function.signature.name: [arg.name for arg in function.signature.input_arg]
        for function in graph.library.function
    }
    owners = ["", *arguments]
    for owner, (nodes, constants) in zip(owners, places, strict=True):
        for node in (node for node in nodes if node.op in _KEYS and len(node.input) > 1):
            name = node.input[1].partition(":")[0]
            if name in constants:
                yield values_of(constants[name].attr["value"].tensor)
            elif name in arguments.get(owner, ()):
                yield from _handed(calls.get(owner, ()), arguments[owner].index(name))


def _handed(
    calls: Iterable[tuple[Mapping[str, Any], Any]], position: int
) -> Iterator[Sequence[Any]]:
    """The constants that a function is called with."""
    for constants, node in calls:
        name = node.input[position].partition(":")[0] if position < len(node.input) else ""
        if name in constants:
            yield values_of(constants[name].attr["value"].tensor)


def _in_checkpoint(index: Path, opened: OpenedFiles) -> Iterator[Sequence[Any]]:
    """The keys of tables that Keras keeps beside its weights."""
    try:
        if not index.is_file():
            return
        bundle = bundle_in(opened.at(index), index)
        for entry in bundle.entries:
            if entry.name.endswith("table-keys") and entry.size <= _MOST_BYTES:
                shard = opened.at(bundle.shard(entry.shard))
                keys = _of_entry(entry, shard.read_at(entry.offset, entry.size))
                # What stands in empty places of a dense table is no key and must not be asked for.
                counts = Counter(keys)
                yield [key for key in keys if counts[key] == 1]
    except _DAMAGED:
        return


def _of_entry(entry: Entry, content: bytes) -> Sequence[Any]:
    count = entry.shape[0] if entry.shape else 0
    if entry.dtype == _INT64:
        return struct.unpack(f"<{len(content) // 8}q", content[: len(content) // 8 * 8])
    if entry.dtype != _STRING or not 0 < count <= _MOST_WORDS:
        return []
    sizes: list[int] = []
    place = 0
    while len(sizes) < count and place < len(content):
        size = shift = 0
        while place < len(content) and content[place] & 0x80:
            size |= (content[place] & 0x7F) << shift
            shift, place = shift + 7, place + 1
        sizes.append(size | (content[place] << shift) if place < len(content) else 0)
        place += 1
    # The checksum of the sizes.
    place += 4
    texts = []
    for size in sizes:
        texts.append(content[place : place + size].decode("utf-8", "replace"))
        place += size
    return texts
