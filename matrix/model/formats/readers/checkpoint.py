"""Checkpoints, V1 and V2: their tensors, and the graph next to them if there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_in
from matrix.model.codecs.tensor_bundle import bundle_in
from matrix.model.codecs.tensor_proto import numbers
from matrix.model.facts import Format, FormatFacts, ModelFacts
from matrix.model.formats.checkpoint_files import (
    data_files,
    is_index,
    is_part,
    is_state,
    newest,
    prefix_at,
    stem_of,
)
from matrix.model.formats.graph_facts import SLOT
from matrix.model.formats.reader import (
    ALL_LOADERS,
    NO_LOADER,
    DetectedModel,
    Evidence,
    FormatReader,
    Loaders,
)
from matrix.model.formats.readers.meta_graph import read_meta_graph
from matrix.model.formats.signatures import TABLE
from matrix.model.integrity.weights import check_table
from matrix.model.opened_files import OpenedFile, OpenedFiles

# Where checkpoints of TensorFlow 2 keep what is not the model's.
_OPTIMIZER = re.compile(r"/\.OPTIMIZER_SLOT/|^(optimizer|_optimizer|keras_api/metrics)/")
# The numbers of the types of weights: float32, float64, complex64, bfloat16, complex128, float16.
_FLOATS = frozenset({1, 2, 8, 14, 18, 19})


def read_checkpoint(prefix: Path, opened: OpenedFiles) -> FormatFacts:
    """The facts of a checkpoint, and those of the graph beside it."""
    notes, parameters = tuple(_notes(prefix, opened)), _parameters(prefix, opened)
    try:
        graph = opened.at(prefix.with_name(f"{stem_of(prefix, opened)}.meta"))
        beside = read_meta_graph(graph)
    except (NothingTestable, OSError):
        return FormatFacts(format=Format.CHECKPOINT, parameters=parameters, notes=notes)
    return replace(
        beside,
        format=Format.CHECKPOINT,
        tag_sets=(),
        signatures=(),
        parameters=beside.parameters if parameters is None else parameters,
        notes=notes,
    )


def _parameters(prefix: Path, opened: OpenedFiles) -> int | None:
    """The numbers in the tensors of a V2 checkpoint, without what optimizers keep."""
    if not is_index(prefix, opened):
        return None
    index = prefix.with_name(f"{prefix.name}.index")
    try:
        entries = bundle_in(opened.at(index), index).entries
    except ValueError:
        return None
    return sum(
        numbers(entry.shape)
        for entry in entries
        if entry.dtype in _FLOATS
        and not _OPTIMIZER.search(entry.name)
        and not SLOT.search(entry.name)
    )


def _notes(prefix: Path, opened: OpenedFiles) -> Iterator[str]:
    if not is_index(prefix, opened):
        yield "It is a checkpoint in the V1 format, from TensorFlow before 0.12."
        return
    data = data_files(prefix)
    counts = set(data.values())
    if not data:
        yield "Its data is missing: there is an index, but no .data file."
    elif len(counts) == 1 and len(data) < int(next(iter(counts))):
        yield f"Only {len(data)} of its {int(next(iter(counts)))} .data files exist."


def _read(file: OpenedFile, opened: OpenedFiles) -> DetectedModel | None:
    prefix = prefix_at(file.path, opened)
    if prefix is None and is_state(file):
        prefix = newest(file.path.parent, opened) if file.path.name == "checkpoint" else None
        if prefix is None:
            message = f"{file.path} refers to a checkpoint that is not in its folder"
            advice = "Give the path of the checkpoint without .index."
            raise NothingTestable(f"{message}. {advice}")
    return None if prefix is None else at_prefix(prefix, opened)


def at_prefix(prefix: Path, opened: OpenedFiles) -> DetectedModel:
    """The checkpoint with this prefix."""
    return DetectedModel(path=prefix, facts=read_checkpoint(prefix, opened))


def _in_folder(folder: Path, opened: OpenedFiles) -> DetectedModel | None:
    prefix = newest(folder, opened)
    return None if prefix is None else at_prefix(prefix, opened)


def _graphs(model: ModelFacts, opened: OpenedFiles) -> Sequence[Any]:
    path = model.load_path.with_name(f"{model.load_path.name}.meta")
    message = message_in(opened.at(path), "MetaGraphDef", text=model.text)
    return () if message is None else (message,)


def _loaders_of(place: Path, model: ModelFacts) -> Loaders:
    return ALL_LOADERS if is_part(place, model.load_path) else NO_LOADER


READER = FormatReader(
    formats=(Format.CHECKPOINT,),
    signatures=(TABLE,),
    evidence=Evidence.NEIGHBOURS,
    read=_read,
    verify=check_table,
    in_folder=_in_folder,
    loaders_of=_loaders_of,
    graphs=_graphs,
    checked="intact: every tensor matches its checksum",
)
