"""The Python that loads a model, per loader: what a reader copies.

Each leaves the loaded thing in `model`; a session keeps it in its graph as well.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.catalogue.cell import KERAS_3_FROM
from matrix.catalogue.registration import NO_HANDOVER, Handover
from matrix.model.facts import Format, shown_path
from matrix.plan.loaders import UNSAFE, endpoint_of
from matrix.plan.workarounds import quoted

_GRAPH = (
    'with tf.Graph().as_default() as model:\n    tf.compat.v1.import_graph_def(graph_def, name="")'
)
# How the formats that have no `safe_mode` argument are called here.
_UNSAFE_BY_NAME = {Format.KERAS_H5.value: "h5", Format.KERAS_JSON.value: "json"}
_JSON = "with open({path}) as file:\n    model = {keras}.models.model_from_json(file.read(){given})"
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
    "keras": "model = {keras}.models.load_model({path}{given})",
    "keras compile=False": "model = {keras}.models.load_model({path}, compile=False{given})",
    "keras custom_objects": "model = {keras}.models.load_model({path}, compile=False{given})",
    "keras safe_mode=False": (
        "model = {keras}.models.load_model({path}, compile=False, safe_mode=False{given})"
    ),
    # Neither has an argument for it, or not in every Keras 3.
    "keras h5 safe_mode=False": (
        "{unsafe}()\nmodel = {keras}.models.load_model({path}, compile=False{given})"
    ),
    "keras json safe_mode=False": "{unsafe}()\n" + _JSON,
    "keras json": _JSON,
    "keras json+weights": _JSON + "\nmodel.load_weights({weights})",
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
    "graph restored": (
        "with tf.Graph().as_default() as model:\n"
        "    saver = tf.compat.v1.train.import_meta_graph({path})\n"
        "    session = tf.compat.v1.Session()\n"
        "    saver.restore(session, {weights})"
    ),
    "checkpoint": "model = tf.train.load_checkpoint({path})",
    "tflite": "model = tf.lite.Interpreter({path})\nmodel.allocate_tensors()",
    "tflite registerers": (
        "from tensorflow.lite.python.interpreter import InterpreterWithCustomOps\n\n"
        "model = InterpreterWithCustomOps(\n"
        "    model_path={path},\n    custom_op_registerers={registerers},\n)\n"
        "model.allocate_tensors()"
    ),
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
    custom_ops: bool = False

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
            custom_ops=bool(facts.get("custom_objects")),
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a snippet has to know of the cell it is for.

    `imports` are modules that register what a model is made from, `handover` is what loaders are
    given of them.
    """

    tensorflow: str = "2"
    imports: Sequence[str] = ()
    handover: Handover = NO_HANDOVER


_ANYWHERE = Place()


def snippet(loader: str, variant: str | None, subject: Subject, place: Place = _ANYWHERE) -> str:
    """How one loader loads a model; empty where a loader has no words of its own."""
    handed = place.handover.to(loader, variant, subject.format, custom_ops=subject.custom_ops)
    kind = _template(loader, variant, subject, place)
    template = _TEMPLATES.get(f"{kind} registerers" if handed.registerers else kind)
    if template is None:
        return ""
    named = [name.rstrip("?") for name in place.imports if not name.startswith("ai_edge")]
    lines = ["import tensorflow as tf", *(f"import {name}" for name in named)]
    lines += ["import tf_keras"] if loader == "tf_keras" and "tf_keras" not in named else []
    lines += [line for name in handed.touches for line in _touched(name)]
    call = template.format(
        path=quoted(subject.path),
        tags=_tags(variant, subject),
        keras="tf_keras" if loader == "tf_keras" else "tf.keras",
        weights=quoted(subject.weights),
        endpoint=quoted(subject.endpoint),
        given=_given(handed),
        registerers=" + ".join(handed.registerers),
        unsafe=_unsafe(loader, place.tensorflow),
    )
    return "\n".join(lines) + f"\n\n{_in_scopes(handed, call)}"


def _unsafe(loader: str, tensorflow: str) -> str:
    """What lets a Keras make what it takes from trusted sources only."""
    module = "tf_keras" if loader == "tf_keras" else "tf.keras"
    keras_2 = loader == "tf_keras" or _minor(tensorflow) < KERAS_3_FROM
    return f"{module}.{'__internal__' if keras_2 else 'config'}.enable_unsafe_deserialization"


def _minor(tensorflow: str) -> tuple[int, ...]:
    found = re.match(r"(\d+)\.(\d+)", tensorflow)
    return tuple(map(int, found.groups())) if found else KERAS_3_FROM


def _touched(name: str) -> list[str]:
    """Imported by its whole name, for a package may take its submodules out of its own names."""
    module, attribute = name.rsplit(".", 1)
    package, last = module.rsplit(".", 1)
    return [f"from {package} import {last}", "", f"{last}.{attribute}  # makes it register its ops"]


def _given(handed: Handover) -> str:
    """The argument with the objects of companions, in front of it the comma."""
    whole = [name.removesuffix(".*") for name in handed.objects if name.endswith(".*")]
    single = [name for name in handed.objects if not name.endswith(".*")]
    parts = [f"**vars({name})" for name in whole]
    parts += [f"{quoted(name.rpartition('.')[2])}: {name}" for name in single]
    if not parts:
        return ""
    given = "{" + ", ".join(parts) + "}"
    if len(whole) == 1 and not single:
        given = f"vars({whole[0]})"
    return f", custom_objects={given}"


def _in_scopes(handed: Handover, call: str) -> str:
    if not handed.scopes:
        return call
    scopes = ", \\\n        ".join(f"{name}()" for name in handed.scopes)
    return f"with {scopes}:\n{textwrap.indent(call, '    ')}"


def _template(loader: str, variant: str | None, subject: Subject, place: Place) -> str:
    match loader:
        case "saved_model" if place.tensorflow.startswith("1."):
            kind = "1"
        case "saved_model" if _tagged(variant):
            kind = "tags"
        case "keras" | "tf_keras":
            kind = "" if variant == "compile=True" else variant or ""
            named = _UNSAFE_BY_NAME.get(subject.format, "") if variant == UNSAFE else ""
            loader, kind = "keras", f"{named} {kind}".lstrip()
        case "graph":
            meta = "restored" if subject.weights else "meta"
            kind = "text" if subject.text else ""
            kind = meta if subject.format == Format.META_GRAPH.value else kind
        case "tflite":
            kind = "litert" if "ai_edge_litert" in place.imports else ""
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
