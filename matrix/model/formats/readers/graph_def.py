"""GraphDef: a single graph, frozen or not, binary or text (`.pb`, `.pbtxt`)."""

from __future__ import annotations

from typing import Any

from matrix.errors import NothingTestable
from matrix.model.codecs.protobuf import message_in
from matrix.model.facts import Format, FormatFacts
from matrix.model.formats.graph_facts import (
    VARIABLES,
    constants_in,
    ops,
    signatures_of,
    variables_in,
)
from matrix.model.formats.graph_file import damaged_graph, graph_kind_of
from matrix.model.formats.reader import DetectedModel, Evidence, FormatReader
from matrix.model.formats.selection_ops import picked_in_graph, picks
from matrix.model.formats.signatures import GRAPH, TEXT_GRAPH
from matrix.model.integrity.protobufs import check_graph
from matrix.model.opened_files import OpenedFile, OpenedFiles


def read_graph_def(file: OpenedFile, *, text: bool = False) -> FormatFacts:
    """The facts of a GraphDef.

    Raises:
        NothingTestable: it does not parse, or has no nodes.
    """
    message = message_in(file, "GraphDef", text=text)
    if message is None or not message.node:
        raise NothingTestable(damaged_graph(file.path, "GraphDef"))
    return _facts(message, text=text)


def _facts(message: Any, *, text: bool) -> FormatFacts:
    variables = sum(1 for node in message.node if node.op in VARIABLES)
    signatures, counted = tuple(signatures_of(message.node)), ops(message)
    outputs = {
        f"{signature.name}/{out.name}": out.name
        for signature in signatures
        for out in signature.outputs
    }
    note = f"The graph is not frozen: it does not contain the values of its {variables} variables."
    return FormatFacts(
        format=Format.GRAPH_DEF,
        text=text,
        producer=message.versions.producer or message.version or None,
        min_consumer=message.versions.min_consumer or None,
        signatures=signatures,
        ops=counted,
        selected=picked_in_graph(message, outputs) if picks(counted) else {},
        parameters=constants_in(message.node) + variables_in(message.node),
        notes=(note,) if variables else (),
    )


def _read(file: OpenedFile, _: OpenedFiles) -> DetectedModel | None:
    kind, text = graph_kind_of(file)
    if kind != "GraphDef":
        return None
    return DetectedModel(path=file.path, facts=read_graph_def(file, text=text))


READER = FormatReader(
    formats=(Format.GRAPH_DEF,),
    signatures=(GRAPH, TEXT_GRAPH),
    evidence=Evidence.STRUCTURE,
    read=_read,
    verify=check_graph,
)
