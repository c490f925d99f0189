"""The Python that loads a model, per loader: what a reader copies.

Each leaves the loaded thing in `model`; a session keeps it in its graph as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.loaders import UNSAFE, endpoint_of
from matrix.model.facts import Format, shown_path
from matrix.remedies import quoted

_GRAPH = (
    'with tf.Graph().as_default() as model:\n    tf.compat.v1.import_graph_def(graph_def, name="")'
)
_TEMPLATES: Mapping[str, str] = {
    "saved_model": "model = tf.saved_model.load({path})",
    "saved_model tags": "model = tf.saved_model.load({path}, tags={tags})",
    "saved_model 1": (
        "tf.compat.v1.enable_v2_behavior()\nmodel = tf.compat.v2.saved_model.load({path})"
    ),
    "session": (
        "with tf.compat.v1.Session(graph=tf.Graph()) as session:\n"
        "    model = tf.compat.v1.saved_model.load(session, {tags}, {path})"
    ),
    "keras": "model = {keras}.models.load_model({path})",
    "keras compile=False": "model = {keras}.models.load_model({path}, compile=False)",
    "keras safe_mode=False": (
        "model = {keras}.models.load_model({path}, compile=False, safe_mode=False)"
    ),
    "keras json safe_mode=False": (
        "tf.keras.config.enable_unsafe_deserialization()\n"
        "with open({path}) as file:\n    model = {keras}.models.model_from_json(file.read())"
    ),
    "keras json": (
        "with open({path}) as file:\n    model = {keras}.models.model_from_json(file.read())"
    ),
    "keras json+weights": (
        "with open({path}) as file:\n    model = {keras}.models.model_from_json(file.read())\n"
        "model.load_weights({weights})"
    ),
    "tfsm_layer": "model = tf.keras.layers.TFSMLayer({path}, call_endpoint={endpoint})",
    "graph": (
        'graph_def = tf.compat.v1.GraphDef()\nwith open({path}, "rb") as file:\n'
        "    graph_def.ParseFromString(file.read())\n" + _GRAPH
    ),
    "graph text": (
        "from google.protobuf import text_format\n\ngraph_def = tf.compat.v1.GraphDef()\n"
        "with open({path}) as file:\n    text_format.Parse(file.read(), graph_def)\n" + _GRAPH
    ),
    "graph meta": (
        "with tf.Graph().as_default() as model:\n    tf.compat.v1.train.import_meta_graph({path})"
    ),
    "checkpoint": "model = tf.train.load_checkpoint({path})",
    "tflite": "model = tf.lite.Interpreter({path})\nmodel.allocate_tensors()",
    "tflite litert": (
        "from ai_edge_litert.interpreter import Interpreter\n\n"
        "model = Interpreter({path})\nmodel.allocate_tensors()"
    ),
}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a snippet has to know of a model; `path` is what its reader would write."""

    path: str
    format: str = ""
    endpoint: str = ""
    weights: str = ""
    text: bool = False
    tags: tuple[str, ...] = ("serve",)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Subject:
        """From the facts of a report, or of `ModelFacts.to_dict`."""
        facts = document["facts"]
        names = [one["name"] for one in facts.get("signatures", ()) if isinstance(one, Mapping)]
        return cls(
            path=shown_path(document["path"], facts.get("load_path") or document["path"]),
            format=document["format"],
            endpoint=endpoint_of(names),
            weights=str(facts.get("weights") or "").replace("\\", "/").rpartition("/")[2],
            text=facts.get("text") is True,
            tags=tuple(map(str, next(iter(facts.get("tag_sets") or ()), ("serve",)))),
        )


def snippet(
    loader: str,
    variant: str | None,
    subject: Subject,
    *,
    tensorflow: str = "2",
    imports: Sequence[str] = (),
) -> str:
    """How one loader loads a model; empty where a loader has no words of its own.

    `imports` are modules that register what the model is made from.
    """
    template = _TEMPLATES.get(_template(loader, variant, subject, tensorflow, imports))
    if template is None:
        return ""
    named = [name.rstrip("?") for name in imports if not name.startswith("ai_edge")]
    lines = ["import tensorflow as tf", *(f"import {name}" for name in named)]
    lines += ["import tf_keras"] if loader == "tf_keras" and "tf_keras" not in named else []
    call = template.format(
        path=quoted(subject.path),
        tags=_tags(variant, subject),
        keras="tf_keras" if loader == "tf_keras" else "tf.keras",
        weights=quoted(subject.weights),
        endpoint=quoted(subject.endpoint),
    )
    return "\n".join(lines) + f"\n\n{call}"


def _template(
    loader: str, variant: str | None, subject: Subject, tensorflow: str, imports: Sequence[str]
) -> str:
    match loader:
        case "saved_model" if tensorflow.startswith("1."):
            kind = "1"
        case "saved_model" if _tagged(variant):
            kind = "tags"
        case "keras" | "tf_keras":
            kind = "" if variant == "compile=True" else variant or ""
            architecture = variant == UNSAFE and subject.format == Format.KERAS_JSON.value
            loader, kind = "keras", f"json {kind}" if architecture else kind
        case "graph":
            meta = subject.format == Format.META_GRAPH.value
            kind = "meta" if meta else "text" if subject.text else ""
        case "tflite":
            kind = "litert" if "ai_edge_litert" in imports else ""
        case _:
            kind = ""
    return f"{loader} {kind}".rstrip()


def _tagged(variant: str | None) -> bool:
    return (variant or "").startswith("tags=")


def _tags(variant: str | None, subject: Subject) -> str:
    """The tag set of a variant such as `tags=serve,gpu`, or of the file, as a list in Python."""
    tags = subject.tags
    if _tagged(variant):
        names = str(variant).removeprefix("tags=").replace("\\,", "\0").split(",")
        tags = tuple(name.replace("\0", ",").replace("\\\\", "\\") for name in names if name)
    return f"[{', '.join(map(quoted, tags))}]"
