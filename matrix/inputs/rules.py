"""Rules for the inputs of a model: vocabularies, ids, pictures, lengths.

The result is JSON, for cells make by the same rules what no file covers (`probe/values.py`).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix.inputs import media, pictures
from matrix.inputs.composite_tensors import groups_of
from matrix.inputs.embedding_size import layer_documents, smallest_vocabulary
from matrix.inputs.hints import InputHints
from matrix.inputs.input_flow import Flow
from matrix.inputs.sequence_length import needed_length
from matrix.inputs.text_vocabulary import Vocabularies, vocabularies
from matrix.inputs.tf_example import example_for
from matrix.model.codecs.protobuf import message_in
from matrix.model.facts import Format, ModelFacts
from matrix.model.formats.registry import graphs_of
from matrix.model.opened_files import OpenedFiles
from probe.values import SIZES, WORDS

# Ids beyond this show nothing more.
_MOST_ID = 100
_MOST_TEXTS = 16
_MATRIX, _MOST_WIDTH, _MOST_WIDTHS = 2, 2**16, 8
_MOST_GRAPH = 2**29
_SAVED_MODELS = (Format.SAVED_MODEL, Format.SAVED_MODEL_V1)
_STRING, _INT32, _INT64 = 7, 3, 9
_LOOKUPS = frozenset({"LookupTableFind", "LookupTableFindV2"})
_SPLITTERS = frozenset({"StringSplit", "StringSplitV2", "UnicodeDecode", "RegexSplitWithOffsets"})
_PARSERS = frozenset({"ParseExample", "ParseExampleV2", "ParseSingleExample"})
_PICTURES = frozenset({"DecodeJpeg", "DecodePng", "DecodeImage", "DecodeGif"})


def hints_of_model(model: ModelFacts, opened: OpenedFiles | None = None) -> InputHints:
    """What a model says of the inputs that it takes; `opened` are its files where they are open."""
    if opened is None:
        with OpenedFiles() as own:
            return hints_of_model(model, own)
    graphs = _meta_graphs(model, opened)
    meta = graphs[0] if graphs and _is_read(model, opened) else None
    graph = meta.graph_def if meta is not None else _graph(model, opened)
    vocabulary = vocabularies(model, graph, opened)
    splits = bool(_SPLITTERS & set(model.ops)) or "TextVectorization" in model.layers
    texts = _texts(vocabulary, splits=splits)
    example = example_for(graphs, texts)
    rules: dict[str, Any] = {
        "below": min(smallest_vocabulary(model, opened) or 2, _MOST_ID),
        **({"texts": texts, "batch": len(texts)} if texts else {}),
    }
    length = needed_length(model, graph, opened)
    if length > SIZES[-1][1]:
        rules["lengths"] = [length]
    if graph is not None:
        rules["widths"] = sorted(set(_widths(graph)))[:_MOST_WIDTHS]
        parsed = example if _PARSERS & set(model.ops) else None
        numbers = [number for some in vocabulary.numbers for number in some]
        rules |= _by_name(graph, meta, numbers, parsed)
    rules.setdefault("numbers", {}).update(_of_layers(model, vocabulary, opened))
    groups = groups_of(meta) if meta is not None else {}
    return InputHints(rules=rules, groups=groups, example=example)


def _meta_graphs(model: ModelFacts, opened: OpenedFiles) -> Sequence[Any]:
    """The MetaGraphs of a SavedModel in binary form; none of other models."""
    if model.format not in _SAVED_MODELS or model.text:
        return ()
    return graphs_of(model, opened)


def _graph(model: ModelFacts, opened: OpenedFiles) -> Any | None:
    """The graph of a model that is one file."""
    if model.format not in (Format.GRAPH_DEF, Format.META_GRAPH) or not _is_read(model, opened):
        return None
    if model.format is Format.GRAPH_DEF:
        return message_in(opened.at(model.load_path), "GraphDef", text=model.text)
    graphs = graphs_of(model, opened)
    return graphs[0].graph_def if graphs else None


def _is_read(model: ModelFacts, opened: OpenedFiles) -> bool:
    """Whether a graph is small enough to look for what its inputs are used for."""
    path = model.load_path
    path = path / "saved_model.pb" if model.format in _SAVED_MODELS else path
    return path.is_file() and opened.at(path).size <= _MOST_GRAPH


def _widths(graph: Any) -> Iterator[int]:
    """How wide something must be that is multiplied with a matrix of the model."""
    for node in graph.node:
        if node.op in ("VarHandleOp", "VariableV2", "Variable"):
            sizes = [dim.size for dim in node.attr["shape"].shape.dim]
            if len(sizes) == _MATRIX and 1 < sizes[0] <= _MOST_WIDTH:
                yield sizes[0]


def _texts(vocabulary: Vocabularies, *, splits: bool) -> list[str]:
    """Words of all vocabularies in turn, after a sentence where the model takes it apart."""
    chosen = [_spread(words) for words in vocabulary.words]
    turns = max(map(len, chosen), default=0)
    words = [some[turn] for turn in range(turns) for some in chosen if turn < len(some)]
    words = list(dict.fromkeys(words))[: _MOST_TEXTS - 2]
    if not words:
        return []
    # The last is in no vocabulary, or in all of them.
    return [*([" ".join(words[:5])] if splits else []), *words, WORDS[0]]


def _spread(words: Sequence[str]) -> list[str]:
    """A few words from everywhere in a vocabulary, plain ones where there are any."""
    marked = ("[", "<", "##", "▁")
    plain = [word for word in words if not word.startswith(marked) and " " not in word]
    simple = [word for word in plain if word.isalnum() and word == word.lower()]
    pool = simple or plain or list(words)
    step = max(1, len(pool) // 4)
    return pool[::step][:4]


def _by_name(
    graph: Any, meta: Any | None, numbers: Sequence[int], example: bytes | None
) -> dict[str, Any]:
    """Contents and numbers for inputs, by their names, as the graph uses them."""
    flow = Flow(graph)
    contents: dict[str, Any] = {}
    chosen: dict[str, Any] = {}
    for name, kind, reached in _entries(flow, graph, meta):
        if kind == _STRING and (content := _content(reached, example)):
            contents[name] = [{"b64": base64.b64encode(content).decode("ascii")}]
        if kind in (_INT32, _INT64) and numbers and reached & _LOOKUPS:
            chosen[name] = list(numbers[:_MOST_ID])
    return {"contents": contents, "numbers": chosen}


def _content(reached: frozenset[str], example: bytes | None) -> bytes | None:
    made = None
    if reached & _PARSERS:
        made = example
    elif reached & _PICTURES:
        made = pictures.picture()
    elif "DecodeBmp" in reached:
        made = media.bmp()
    elif "DecodeWav" in reached:
        made = media.wav()
    if made and "DecodeBase64" in reached:
        return base64.urlsafe_b64encode(made).rstrip(b"=")
    return made


def _entries(flow: Flow, graph: Any, meta: Any | None) -> Iterator[tuple[str, int, frozenset[str]]]:
    """Every input: what it is called, its type, and the ops that it reaches."""
    placeholders = {node.name: node for node in graph.node if node.op.startswith("Placeholder")}
    kinds = (_STRING, _INT32, _INT64)
    named = [
        (key, info.name.partition(":")[0], info.dtype)
        for definition in (meta.signature_def.values() if meta is not None else ())
        for key, info in definition.inputs.items()
    ]
    if meta is None:
        named = [
            (f"{name}:0", name, node.attr["dtype"].type) for name, node in placeholders.items()
        ]
    for key, name, kind in named:
        if kind in kinds:
            yield key, kind, flow.reached(name)
    if meta is not None and not named:
        # Without signatures, the functions of the module are called.
        for function in graph.library.function:
            if function.signature.name in meta.object_graph_def.concrete_functions:
                for arg in function.signature.input_arg:
                    if arg.type in kinds:
                        yield arg.name, arg.type, flow.reached(arg.name, function.signature.name)


def _of_layers(model: ModelFacts, vocabulary: Vocabularies, opened: OpenedFiles) -> dict[str, Any]:
    """Numbers for the inputs of a Keras file that a layer looks up: those of its vocabulary."""
    numbers = [number for some in vocabulary.numbers for number in some][:_MOST_ID]
    if model.format is Format.SAVED_MODEL or "IntegerLookup" not in model.layers or not numbers:
        return {}
    layers = list(layer_documents(model, opened))
    inputs = [tensor.name for signature in model.signatures for tensor in signature.inputs]
    found_in = [json.dumps(_sources(layers, place)) for place, _ in enumerate(layers)]
    return {
        name: numbers
        for name in inputs
        for layer, sources in zip(layers, found_in, strict=True)
        if layer.get("class_name") == "IntegerLookup" and json.dumps(name) in sources
    }


def _sources(layers: Sequence[Mapping[str, Any]], place: int) -> Any:
    """Where a layer takes its input from: what it says, or in a Sequential the layer before it."""
    before = layers[place - 1]["config"].get("name") if place else None
    return layers[place].get("inbound_nodes") or [before]
