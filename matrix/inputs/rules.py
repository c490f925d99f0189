"""Rules for the inputs of a model: vocabularies, ids, pictures, lengths.

The result is JSON, for cells make by the same rules what no file covers (`probe/values.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from matrix.inputs.composite_tensors import groups_of
from matrix.inputs.embedding_size import layer_documents, smallest_vocabulary
from matrix.inputs.graph.contents import PARSERS
from matrix.inputs.graph.groups import groups_by_use
from matrix.inputs.graph.numbers import MOST_NUMBERS
from matrix.inputs.graph.rules import rules_of_graph
from matrix.inputs.hints import Group, InputHints
from matrix.inputs.sequence_length import needed_length
from matrix.inputs.shipped import shipped_inputs
from matrix.inputs.text_vocabulary import Vocabularies, vocabularies
from matrix.inputs.tf_example import example_for
from matrix.model.codecs.protobuf import message_in
from matrix.model.facts import Format, ModelFacts
from matrix.model.formats.registry import graphs_of
from matrix.model.opened_files import OpenedFiles
from probe.guesses import SIZES
from probe.values import WORDS

_MOST_TEXTS = 16
_MOST_GRAPH = 2**29
_SAVED_MODELS = (Format.SAVED_MODEL, Format.SAVED_MODEL_V1)
_SPLITTERS = frozenset({"StringSplit", "StringSplitV2", "UnicodeDecode", "RegexSplitWithOffsets"})


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
        "below": min(smallest_vocabulary(model, opened) or 2, MOST_NUMBERS),
        **({"texts": texts, "batch": len(texts)} if texts else {}),
    }
    length = needed_length(model, graph, opened)
    if length > SIZES[-1][1]:
        rules["lengths"] = [length]
    if graph is not None:
        parsed = example if PARSERS & set(model.ops) else None
        numbers = [number for some in vocabulary.numbers for number in some]
        rules |= rules_of_graph(graph, meta, numbers, parsed)
    rules.setdefault("numbers", {}).update(_of_layers(model, vocabulary, opened))
    groups = _groups(meta) if meta is not None else {}
    shipped = shipped_inputs(model, opened)
    return InputHints(rules=rules, groups=groups, example=example, shipped=shipped)


def _groups(meta: Any) -> dict[str, Sequence[Group]]:
    """What belongs together in each signature: as it says itself, or else as it is used."""
    used = groups_by_use(meta)
    return {name: groups or used.get(name, []) for name, groups in groups_of(meta).items()}


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


def _of_layers(model: ModelFacts, vocabulary: Vocabularies, opened: OpenedFiles) -> dict[str, Any]:
    """Numbers for the inputs of a Keras file that a layer looks up: those of its vocabulary."""
    numbers = [number for some in vocabulary.numbers for number in some][:MOST_NUMBERS]
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
