"""MetaGraphDef: what TensorFlow 1 wrote next to its checkpoints (`.meta`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_in
from matrix.model.facts import Format, FormatFacts, ModelFacts
from matrix.model.formats.checkpoint_files import is_part, prefix_at
from matrix.model.formats.graph_facts import facts_of_meta_graphs, signatures_of
from matrix.model.formats.graph_file import damaged_graph, graph_kind_of
from matrix.model.formats.reader import (
    ALL_LOADERS,
    NO_LOADER,
    DetectedModel,
    Evidence,
    FormatReader,
    Loaders,
)
from matrix.model.formats.signatures import META_GRAPH, TEXT_GRAPH
from matrix.model.integrity.protobufs import check_graph
from matrix.model.opened_files import OpenedFile, OpenedFiles


def read_meta_graph(file: OpenedFile, *, text: bool = False) -> FormatFacts:
    """The facts of a MetaGraph.

    Raises:
        NothingTestable: it does not parse.
    """
    message = message_in(file, "MetaGraphDef", text=text)
    if message is None:
        raise NothingTestable(damaged_graph(file.path, "MetaGraph"))
    facts = facts_of_meta_graphs([message])
    if not facts["signatures"]:
        facts["signatures"] = tuple(signatures_of(message.graph_def.node))
    tags = tuple(message.meta_info_def.tags)
    tag_sets = (tags,) if tags else ()
    return FormatFacts(format=Format.META_GRAPH, text=text, tag_sets=tag_sets, **facts)


def _read(file: OpenedFile, opened: OpenedFiles) -> DetectedModel | None:
    kind, text = graph_kind_of(file)
    if kind != "MetaGraphDef":
        return None
    path = file.path
    stem = path.name.removesuffix(".meta")
    beside = stem not in ("", path.name)
    weights = prefix_at(path.with_name(stem), opened) if beside else None
    facts = replace(read_meta_graph(file, text=text), weights=weights)
    return DetectedModel(path=path, facts=facts)


def _graphs(model: ModelFacts, opened: OpenedFiles) -> Sequence[Any]:
    message = message_in(opened.at(model.load_path), "MetaGraphDef", text=model.text)
    return () if message is None else (message,)


def _loaders_of(place: Path, model: ModelFacts) -> Loaders:
    beside = model.weights is not None and is_part(place, model.weights)
    return ALL_LOADERS if place == model.load_path or beside else NO_LOADER


READER = FormatReader(
    formats=(Format.META_GRAPH,),
    signatures=(META_GRAPH, TEXT_GRAPH),
    evidence=Evidence.STRUCTURE,
    read=_read,
    verify=check_graph,
    loaders_of=_loaders_of,
    graphs=_graphs,
)
