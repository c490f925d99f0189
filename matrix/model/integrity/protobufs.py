"""Protocol buffers: they can be parsed, and everything a graph refers to exists."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from matrix.model.codecs.graph_kind import graph_kind, text_kind
from matrix.model.codecs.json_text import parse_json
from matrix.model.codecs.protobuf import MOST_TEXT, assets_in, keras_metadata_in, message_in
from matrix.model.codecs.protobuf_wire import outline_in
from matrix.model.integrity.files import ModelFile
from matrix.model.integrity.finding import Finding, Kind, damage
from matrix.model.opened_files import OpenedFiles

_KINDS = ("GraphDef", "MetaGraphDef")
_OP = re.compile(r"[A-Za-z_][A-Za-z0-9_.>/:\-]*")
_WIDTHS = {
    **dict.fromkeys((4, 6, 10, 11, 12), 1),
    **dict.fromkeys((5, 14, 15, 16, 17, 19), 2),
    **dict.fromkeys((1, 3, 13, 22), 4),
    **dict.fromkeys((2, 8, 9, 23), 8),
    18: 16,
}


def check_saved_model(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a `saved_model.pb` and the files it needs."""
    text = _is_text(file)
    if text and file.size > MOST_TEXT:
        return
    message = message_in(file.opened, "SavedModel", text=text)
    if message is None or not message.meta_graphs:
        what = "does not parse as a SavedModel" if message is None else "holds no graph"
        sentence = f"{file.name} {what}: it is incomplete or damaged. Download or copy it again."
        yield damage(Kind.UNPARSABLE, file.name, sentence)
        return
    folder = file.path.parent
    before = file.name.removesuffix(file.path.name)
    for graph in message.meta_graphs:
        yield from _assets(graph, folder, before)
    if any(map(_has_variables, message.meta_graphs)):
        yield from _variables(folder, before)
    if wrong := _wrong(graph.graph_def for graph in message.meta_graphs):
        sentence = f"{file.name} is damaged: {wrong}. Download or copy it again."
        yield damage(Kind.INCONSISTENT, file.name, sentence)


def _is_text(file: ModelFile) -> bool:
    return file.path.suffix == ".pbtxt"


def _assets(graph: Any, folder: Path, before: str) -> Iterator[Finding]:
    for asset in assets_in(graph):
        # Names that climb out of the folder are a risk, and looked at as such.
        if ".." in asset.filename or (folder / "assets" / asset.filename).exists():
            continue
        name = f"{before}assets/{asset.filename}"
        if not (folder / "assets" / asset.filename).is_symlink():
            sentence = f"{name} is missing, but the graph reads it while loading."
            yield damage(Kind.MISSING, name, sentence)


def _has_variables(graph: Any) -> bool:
    if graph.HasField("object_graph_def"):
        nodes = graph.object_graph_def.nodes
        return any(node.WhichOneof("kind") == "variable" for node in nodes)
    return bool(graph.saver_def.restore_op_name)


def _variables(folder: Path, before: str) -> Iterator[Finding]:
    variables = folder / "variables"
    if (variables / "variables.index").exists():
        return
    # Of TensorFlow before 0.12: no index, one file or several.
    old = any(variables.glob("variables-*-of-*")) or (variables / "variables").exists()
    if old and not any(variables.glob("variables.data-*")):
        return
    name = f"{before}variables/variables.index"
    what = "" if variables.is_dir() else " The folder is missing too."
    yield damage(Kind.MISSING, name, f"{name} is missing, but the graph has variables.{what}")


def check_message(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a message of a type that is not known here: its fields end with it."""
    seen = outline_in(file.opened)
    of_keras = file.path.name == "keras_metadata.pb"
    unread = of_keras and not keras_metadata_in(file.opened)
    if file.size and (seen is None or not seen.whole or unread):
        sentence = (
            f"{file.name} does not parse: it is incomplete or damaged. Download or copy it again."
        )
        yield damage(Kind.UNPARSABLE, file.name, sentence)
    elif of_keras:
        yield from _metadata(file)


def _metadata(file: ModelFile) -> Iterator[Finding]:
    """What is wrong with what Keras wrote about the objects of a SavedModel."""
    for node in keras_metadata_in(file.opened):
        try:
            parse_json(node.metadata or b"{}")
        except (ValueError, RecursionError):
            sentence = (
                f"{file.name}: the entry of {node.node_path[:100]} is not valid JSON, so it is "
                "damaged. Download or copy it again."
            )
            yield damage(Kind.UNPARSABLE, file.name, sentence)
            return


def check_graph(file: ModelFile, _: OpenedFiles) -> Iterator[Finding]:
    """What is wrong with a file that is a frozen graph or a meta graph."""
    parsed = False
    # As it is read: a graph in text form need not be named so.
    text = _is_text(file) or text_kind(file.opened.head) is not None
    for kind in _kinds_of(file, text=text):
        message = message_in(file.opened, kind, text=text)
        parsed = parsed or message is not None
        graph = message.graph_def if message is not None and kind == "MetaGraphDef" else message
        if graph is not None and (graph.node or graph.library.function):
            if wrong := _wrong([graph]):
                sentence = f"{file.name} is damaged: {wrong}. Download or copy it again."
                yield damage(Kind.INCONSISTENT, file.name, sentence)
            return
    what = "holds no graph" if parsed else "does not parse as a graph"
    sentence = (
        f"{file.name} {what}: it is incomplete, damaged, or another kind of file. Download or "
        "copy it again."
    )
    yield damage(Kind.UNPARSABLE, file.name, sentence)


def _kinds_of(file: ModelFile, *, text: bool) -> Sequence[str]:
    """What a file may be: the kind that it begins like, where it begins like one."""
    kind = graph_kind(file.opened, text=text)
    return (kind,) if kind in _KINDS else _KINDS


def _wrong(graphs: Iterable[Any]) -> str:
    """What in a graph contradicts itself, as a part of a sentence; empty where nothing does."""
    for graph in graphs:
        names = {node.name for node in graph.node}
        for node in graph.node:
            if not _OP.fullmatch(node.op):
                return f"the node {node.name!r} has the op {node.op[:50]!r}"
            if tensor := _odd_constant(node):
                return f"the constant {node.name} {tensor}"
            for source in node.input:
                if source.removeprefix("^").split(":")[0] not in names:
                    return (
                        f"the node {node.name} takes the input {source[:100]!r}, which does not "
                        f"exist"
                    )
        for function in graph.library.function:
            for node in function.node_def:
                if tensor := _odd_constant(node):
                    return f"the constant {node.name} of {function.signature.name} {tensor}"
    return ""


def _odd_constant(node: Any) -> str:
    if node.op != "Const" or "value" not in node.attr:
        return ""
    tensor = node.attr["value"].tensor
    held, width = len(tensor.tensor_content), _WIDTHS.get(tensor.dtype)
    if not held or not width:
        return ""
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    expected = math.prod(sizes) * width
    return "" if held == expected else f"holds {held} bytes instead of {expected}"
