"""What is known of a model before any TensorFlow runs."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """One model: where it is, what it is, who wrote it.

    `tensorflow` and `keras` are the versions recorded in the file, `None` where it records none.
    `fingerprint` covers names, sizes and times only, to see cheaply that nothing has changed since.
    `tag_sets` are those of the MetaGraphs of a SavedModel, in its order. `producer` is the GraphDef
    version of its graph. `sha256` covers every byte and, for folders, every relative path.
    """

    path: Path
    format: Format
    sha256: str
    size_bytes: int
    fingerprint: str = ""
    tensorflow: str | None = None
    keras: str | None = None
    producer: int | None = None
    tag_sets: tuple[tuple[str, ...], ...] = ()
    signatures: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "format": self.format.value,
            "sha256": self.sha256,
            "facts": {
                "size_bytes": self.size_bytes,
                "fingerprint": self.fingerprint,
                "tensorflow": self.tensorflow,
                "keras": self.keras,
                "producer": self.producer,
                "tag_sets": [list(tags) for tags in self.tag_sets],
                "signatures": list(self.signatures),
            },
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> ModelFacts:
        facts = dict(document["facts"])
        return cls(
            path=Path(document["path"]),
            format=Format(document["format"]),
            sha256=document["sha256"],
            tag_sets=tuple(tuple(tags) for tags in facts.pop("tag_sets")),
            signatures=tuple(facts.pop("signatures")),
            **facts,
        )


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a reader of one format found in the file itself."""

    format: Format
    tensorflow: str | None = None
    keras: str | None = None
    producer: int | None = None
    tag_sets: tuple[tuple[str, ...], ...] = field(default=())
    signatures: tuple[str, ...] = field(default=())
