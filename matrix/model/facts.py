"""Facts about a model that are known before TensorFlow runs."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from matrix.schemas import known_fields
from matrix.shown import on_one_line


class Format(enum.Enum):
    """The kinds of models, decided by content."""

    SAVED_MODEL = "saved_model"
    SAVED_MODEL_V1 = "saved_model_v1"
    KERAS_V3 = "keras_v3"
    KERAS_H5 = "keras_h5"
    KERAS_JSON = "keras_json"
    WEIGHTS_H5 = "weights_h5"
    TFLITE = "tflite"
    GRAPH_DEF = "graph_def"
    META_GRAPH = "meta_graph"
    CHECKPOINT = "checkpoint"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """What people call it; behind `a` it reads well."""
        return _WORDS[self]


_WORDS = {
    Format.SAVED_MODEL: "SavedModel",
    Format.SAVED_MODEL_V1: "SavedModel of TensorFlow 1",
    Format.KERAS_V3: ".keras file",
    Format.KERAS_H5: "Keras HDF5 file",
    Format.KERAS_JSON: "Keras architecture (JSON)",
    Format.WEIGHTS_H5: "HDF5 file of weights",
    Format.TFLITE: "TensorFlow Lite model",
    Format.GRAPH_DEF: "GraphDef",
    Format.META_GRAPH: "MetaGraph",
    Format.CHECKPOINT: "checkpoint",
    Format.UNKNOWN: "file of an unknown format",
}


def format_in_words(name: str) -> str:
    """What people call the format of a name; a name from another version of ours stays itself."""
    try:
        return Format(name).words
    except ValueError:
        return name


@dataclass(frozen=True, kw_only=True)
class TensorFacts:
    """An input or an output: `dtype` as TensorFlow spells it, `None` in `shape` where unknown.

    `shape` is `None` where even the rank is unknown.
    """

    name: str
    dtype: str
    shape: tuple[int | None, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class SignatureFacts:
    """Something that can be called, with what it takes and gives."""

    name: str
    inputs: tuple[TensorFacts, ...] = ()
    outputs: tuple[TensorFacts, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FormatFacts:
    """What a reader of one format found in the file itself; empty where it does not say.

    `tensorflow`, `keras` and `python` are versions as recorded. `producer` and `min_consumer` are
    GraphDef versions. `tag_sets` are those of the MetaGraphs of a SavedModel, in its order. `ops`
    and `layers` count op types (functions included) and layer classes. `custom_objects` are
    classes, functions and types that no TensorFlow package has, under the name the file gives
    them; `packages` are the top modules that such objects are imported from. `lambdas` are the
    layers that hold marshalled Python. `parameters` counts the numbers in weights. `assets` are
    paths relative to the model. `weights` is the file with the weights of an architecture that
    stands alone, or the checkpoint beside a MetaGraph. `runs_from` is the oldest runtime that a
    TFLite file asks for. `selected` are the outputs that a sorting or selecting op decides, each
    with that op, `steps` those that were quantised just before, each with the size of a step.
    `keras_objects` says where a SavedModel holds objects of Keras: at its `root`, only `inside`, or
    nowhere (`none`); `None` where that is not known, and for other formats. `notes` are sentences
    about what a reader should know, such as a name that promises another format.
    """

    format: Format
    text: bool = False
    tensorflow: str | None = None
    keras: str | None = None
    python: str | None = None
    producer: int | None = None
    min_consumer: int | None = None
    tag_sets: tuple[tuple[str, ...], ...] = ()
    signatures: tuple[SignatureFacts, ...] = ()
    parameters: int | None = None
    ops: Mapping[str, int] = field(default_factory=dict)
    layers: Mapping[str, int] = field(default_factory=dict)
    custom_objects: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()
    optimizer: str | None = None
    keras_objects: str | None = None
    assets: tuple[str, ...] = ()
    weights: Path | None = None
    runs_from: str | None = None
    selected: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ModelFacts(FormatFacts):
    """One model: where it is, what it is, who wrote it.

    `path` is what the caller named, or where it was fetched to from an `address`. `load_path` is
    what loaders are given: the same, or a part of it (an unpacked archive, a version folder, the
    prefix of a checkpoint). `fingerprint` covers names,
    sizes and times only, to see cheaply that nothing has changed since. `sha256` covers every byte
    and, for folders, every relative path. `called` is what the call names the model; empty where
    that is the last part of its path. `given` is how the call gave it, without the path of this
    machine where that can be avoided; empty where nobody said so.
    """

    path: Path
    load_path: Path
    sha256: str
    size_bytes: int
    fingerprint: str = ""
    address: str | None = None
    called: str = ""
    given: str = ""

    @property
    def name(self) -> str:
        """What the model is called, where a few words have to do."""
        return on_one_line(self.called or last_part(self.named))

    @property
    def shown(self) -> str:
        """What the caller named, for people to read."""
        return on_one_line(self.named)

    @property
    def as_given(self) -> str:
        """What the caller named as the call wrote it, for people to read."""
        return on_one_line(self.given) or self.shown

    @property
    def named(self) -> str:
        """What the caller named, letter by letter."""
        return self.address or str(self.path)

    def to_dict(self) -> dict[str, Any]:
        """JSON values: those that every report has, the rest under `facts`."""
        facts = {name: _plain(getattr(self, name)) for name in _FACTS}
        if self.address:
            facts["fetched"] = str(self.path)
        return {
            "path": self.named,
            **({"called": self.called} if self.called else {}),
            **({"given": self.given} if self.given else {}),
            "format": self.format.value,
            "sha256": self.sha256,
            "facts": facts,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ModelFacts:
        """The facts back from `to_dict`."""
        facts = dict(document["facts"])
        for name in ("custom_objects", "packages", "lambdas", "assets", "notes"):
            facts[name] = tuple(facts.get(name, ()))
        return cls(
            path=Path(facts.pop("fetched", document["path"])),
            format=Format(document["format"]),
            sha256=document["sha256"],
            called=document.get("called", ""),
            given=document.get("given", ""),
            load_path=Path(facts.pop("load_path")),
            weights=Path(weights) if (weights := facts.pop("weights")) else None,
            tag_sets=tuple(tuple(tags) for tags in facts.pop("tag_sets")),
            signatures=tuple(_signature(signature) for signature in facts.pop("signatures")),
            **known_fields(cls, facts),
        )


def last_part(path: str) -> str:
    """The last part of a path or address, whatever system wrote it."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def shown_path(path: str, load_path: str) -> str:
    """What a reader writes to load a model: its name, and where it lies below what was named."""
    named, loaded = (Path(place.replace("\\", "/")) for place in (path, load_path))
    if loaded.is_relative_to(named):
        return (Path(named.name) / loaded.relative_to(named)).as_posix()
    return loaded.name


_OF_EVERY_REPORT = ("path", "called", "given", "format", "sha256")
_FACTS = tuple(f.name for f in fields(ModelFacts) if f.name not in _OF_EVERY_REPORT)


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, TensorFacts | SignatureFacts):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _signature(document: Mapping[str, Any]) -> SignatureFacts:
    inputs, outputs = (tuple(map(_tensor, document[side])) for side in ("inputs", "outputs"))
    return SignatureFacts(name=document["name"], inputs=inputs, outputs=outputs)


def _tensor(document: Mapping[str, Any]) -> TensorFacts:
    shape = document["shape"]
    return TensorFacts(
        name=document["name"],
        dtype=document["dtype"],
        shape=None if shape is None else tuple(shape),
    )
