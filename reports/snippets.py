"""The Python that loads a model, per loader: what a reader copies.

Each leaves the loaded thing in `model`, but for a session, whose graph lives in the session.
"""

from __future__ import annotations

from collections.abc import Mapping

_TF1 = "tf.compat.v1.enable_v2_behavior()\n"

_SNIPPETS: Mapping[str, str] = {
    "saved_model": "model = tf.saved_model.load({path})",
    "session": (
        "with tf.compat.v1.Session(graph=tf.Graph()) as session:\n"
        "    model = tf.compat.v1.saved_model.load(session, {tags}, {path})"
    ),
    "keras": "model = tf.keras.models.load_model({path}{compile})",
    "tf_keras": "import tf_keras\nmodel = tf_keras.models.load_model({path}{compile})",
    "tfsm_layer": 'model = tf.keras.layers.TFSMLayer({path}, call_endpoint="serving_default")',
    "graph": (
        "graph_def = tf.compat.v1.GraphDef()\n"
        'with open({path}, "rb") as file:\n'
        "    graph_def.ParseFromString(file.read())\n"
        "with tf.Graph().as_default() as model:\n"
        '    tf.compat.v1.import_graph_def(graph_def, name="")'
    ),
    "checkpoint": "model = tf.train.load_checkpoint({path})",
    "tflite": "model = tf.lite.Interpreter({path})\nmodel.allocate_tensors()",
}


def snippet(loader: str, variant: str | None, path: str, *, tensorflow: str = "2") -> str:
    """How one loader loads the model at `path`; empty where a loader has no words of its own."""
    if loader not in _SNIPPETS:
        return ""
    call = _SNIPPETS[loader].format(
        path=repr(path).replace("'", '"') if "'" not in path and '"' not in path else repr(path),
        compile=", compile=False" if variant == "compile=False" else "",
        tags=_tags(variant),
    )
    if loader == "saved_model" and tensorflow.startswith("1."):
        call = _TF1 + call.replace("tf.saved_model", "tf.compat.v2.saved_model")
    return f"import tensorflow as tf\n\n{call}"


def _tags(variant: str | None) -> str:
    """The tag set of a variant such as `tags=serve,gpu`, as a list in Python."""
    if not (variant or "").startswith("tags="):
        return '["serve"]'
    names = str(variant).removeprefix("tags=").replace("\\,", "\0").split(",")
    quoted = (repr(name.replace("\0", ",").replace("\\\\", "\\")) for name in names if name)
    return f"[{', '.join(quoted)}]".replace("'", '"')
