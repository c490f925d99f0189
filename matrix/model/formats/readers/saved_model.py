"""SavedModel: a folder with `saved_model.pb` (or `.pbtxt`), of TensorFlow 1 or 2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matrix.errors import NothingTestable
from matrix.model.codecs.graph_kind import begins
from matrix.model.codecs.protobuf import message_in
from matrix.model.codecs.protobuf_wire import VARINT, outline_in
from matrix.model.facts import Format, FormatFacts, ModelFacts
from matrix.model.formats import foreign, object_graph
from matrix.model.formats.graph_facts import facts_of_meta_graphs
from matrix.model.formats.graph_file import graph_kind_of
from matrix.model.formats.reader import (
    ALL_LOADERS,
    NO_LOADER,
    DetectedModel,
    Evidence,
    FormatReader,
    Loaders,
)
from matrix.model.formats.readers.graph_def import read_graph_def
from matrix.model.formats.signatures import SAVED_MODEL
from matrix.model.integrity.protobufs import check_saved_model
from matrix.model.opened_files import OpenedFile, OpenedFiles
from matrix.walking import all_below

# Which loaders read what lies beside the graph and its variables. No release fails for what is in
# `fingerprint.pb`; only TensorFlow Serving reads `assets.extra`.
_BESIDE = {
    "keras_metadata.pb": ("keras", "tf_keras"),
    "debug/saved_model_debug_info.pb": ("saved_model", "keras", "tf_keras", "tfsm_layer"),
}
_VARIABLES = re.compile(r"variables/variables(\.index|(\.data)?-\d{5}-of-\d{5})?")


def read_saved_model(file: OpenedFile, opened: OpenedFiles, *, text: bool = False) -> FormatFacts:
    """The facts of a SavedModel, given the file with its graphs.

    One that is whole and does not parse is a SavedModel all the same: releases say what they think.
    """
    message = message_in(file, "SavedModel", text=text)
    if message is None or not message.meta_graphs:
        note = f"{file.path.name} could not be read: it has no graph, is too large, or is damaged."
        return FormatFacts(format=Format.SAVED_MODEL, text=text, notes=(note,))
    return _facts(message.meta_graphs, file.path.parent, opened, text=text)


def _facts(graphs: Sequence[Any], folder: Path, opened: OpenedFiles, *, text: bool) -> FormatFacts:
    common = facts_of_meta_graphs(graphs)
    second = [graph.object_graph_def for graph in graphs if len(graph.object_graph_def.nodes)]
    objects = object_graph.Objects()
    if second:
        objects = object_graph.read(second[0], object_graph.metadata_file(folder, opened))
    if objects.parameters is not None:
        common["parameters"] = objects.parameters
    return FormatFacts(
        format=Format.SAVED_MODEL if second else Format.SAVED_MODEL_V1,
        text=text,
        keras=objects.keras,
        layers=objects.layers,
        custom_objects=objects.custom_objects,
        packages=objects.packages,
        lambdas=objects.lambdas,
        optimizer=objects.optimizer,
        keras_objects=objects.keras_objects if second else "none",
        tag_sets=tuple(tuple(graph.meta_info_def.tags) for graph in graphs),
        assets=_assets(folder),
        notes=_notes(folder),
        **common,
    )


def _assets(folder: Path) -> tuple[str, ...]:
    files = (file for file in all_below(folder / "assets") if file.is_file())
    return tuple(sorted(file.relative_to(folder).as_posix() for file in files))


def _notes(folder: Path) -> tuple[str, ...]:
    if (folder / "tfhub_module.pb").exists():
        return ("It is a TensorFlow Hub module in the TensorFlow 1 format.",)
    return ()


def graph_file(folder: Path) -> Path | None:
    """The file with the graphs of a SavedModel; `None` for other folders."""
    files = (folder / name for name in SAVED_MODEL.names)
    return next((file for file in files if file.is_file()), None)


def _read(file: OpenedFile, opened: OpenedFiles) -> DetectedModel | None:
    kind, text = graph_kind_of(file)
    if kind != "SavedModel":
        return None
    if file.path.name not in SAVED_MODEL.names:
        message = (
            f"{file.path} is the graph file of a SavedModel, but not inside a SavedModel folder"
        )
        raise NothingTestable(
            f"{message}. Rename it to saved_model.pb and put it next to its variables folder."
        )
    facts = read_saved_model(file, opened, text=text)
    return DetectedModel(path=file.path.parent, facts=facts)


def _in_folder(folder: Path, opened: OpenedFiles) -> DetectedModel | None:
    if (path := graph_file(folder)) is None:
        return None
    if not path.stat().st_size:
        raise NothingTestable(
            f"{path} is empty. The copy may be incomplete: download or copy it again."
        )
    file = opened.at(path)
    if foreign.known(file.head):
        raise NothingTestable(foreign.sentence(path, file.head))
    text = path.suffix == ".pbtxt"
    if not text:
        outline = outline_in(file)
        if outline and (1, VARINT) not in outline.fields and begins("GraphDef", outline):
            return _graph_alone(file)
        if outline is None or not outline.whole:
            raise NothingTestable(f"{path} is incomplete or damaged. Download or copy it again.")
    return DetectedModel(path=folder, facts=read_saved_model(file, opened, text=text))


def _graph_alone(file: OpenedFile) -> DetectedModel:
    graph_kind_of(file)
    model = DetectedModel(path=file.path, facts=read_graph_def(file))
    return model.noting("Its name is saved_model.pb, but it contains only a graph.")


def _graphs(model: ModelFacts, opened: OpenedFiles) -> Sequence[Any]:
    name = "saved_model.pbtxt" if model.text else "saved_model.pb"
    message = message_in(opened.at(model.load_path / name), "SavedModel", text=model.text)
    return () if message is None else message.meta_graphs


def _loaders_of(place: Path, model: ModelFacts) -> Loaders:
    if not place.is_relative_to(model.load_path):
        return NO_LOADER
    name = place.relative_to(model.load_path).as_posix()
    graph = "saved_model.pbtxt" if model.text else "saved_model.pb"
    if name == graph or name.startswith("assets/") or _VARIABLES.fullmatch(name):
        return ALL_LOADERS
    # A folder that should be there, or may not be listed.
    return ALL_LOADERS if name in ("variables", "assets", ".") else _BESIDE.get(name, NO_LOADER)


READER = FormatReader(
    formats=(Format.SAVED_MODEL, Format.SAVED_MODEL_V1),
    signatures=(SAVED_MODEL,),
    evidence=Evidence.STRUCTURE,
    read=_read,
    verify=check_saved_model,
    in_folder=_in_folder,
    loaders_of=_loaders_of,
    graphs=_graphs,
    checked="intact: every tensor matches its checksum; the graph can be parsed",
)
