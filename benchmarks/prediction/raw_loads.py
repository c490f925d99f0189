"""Loads models by the plain calls of TensorFlow, in the environment it is started in.

    python raw_loads.py REQUEST ANSWERS

REQUEST is JSON: {"release", "seconds", "loads"}, each load {"id", "path", "kind", "loader"} and
what the call needs: `text`, `weights`, `tags`, `endpoint`. A line of JSON is added to ANSWERS for
each: {"id", "ok", "error", "cpu"}. TensorFlow is imported once, and each load is a child of it. A
loader with several variants (compile=True, compile=False) loads a model if any of them does.

Nothing of the project is imported. Python 3.7 syntax.
"""

import json
import os
import resource
import select
import signal
import sys

import tensorflow as tf

v1 = tf.compat.v1
_KERAS = ("keras", "tf_keras", "tfsm_layer")
_MOST = 4000


def main(request, answers):
    with open(request, encoding="utf-8") as file:
        asked = json.load(file)
    first = [one for one in asked["loads"] if one["loader"] not in _KERAS]
    then = [one for one in asked["loads"] if one["loader"] in _KERAS]
    with open(answers, "a", encoding="utf-8") as file:
        tell(file, first, asked["seconds"])
        if then and not touched():
            raise SystemExit("importing Keras starts threads, so no child may be forked after it")
        tell(file, then, asked["seconds"])


def touched():
    """Import Keras once for all its loads; whether it is still safe to fork."""
    before = threads()
    import importlib

    # What is looked at changes what `tf.saved_model.load` loads, so those loads are done by now.
    tf.keras.models.load_model  # noqa: B018
    try:
        importlib.import_module("tf_keras")
    except ImportError:
        pass
    return threads() == before


def threads():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(line.split()[1] for line in file if line.startswith("Threads:"))


def tell(file, loads, seconds):
    for load in loads:
        told = dict(in_child(load, seconds), id=load["id"])
        file.write(json.dumps(told) + "\n")
        file.flush()


def in_child(load, seconds):
    reads, writes = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reads)
            os.write(writes, json.dumps(answer(load)).encode("utf-8", "replace"))
        finally:
            os._exit(0)
    os.close(writes)
    ready, _, _ = select.select([reads], [], [], seconds)
    told = b"".join(iter(lambda: os.read(reads, 65536), b"")) if ready else b""
    os.close(reads)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if told:
        return json.loads(told.decode("utf-8"))
    # A crash is an answer of the release; a hang is none.
    why = "died: status %d" % status if ready else "took more than %d s" % seconds
    return {"ok": False if ready else None, "error": why, "cpu": 0}


def answer(load):
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    errors = []
    for variant in VARIANTS.get(load["loader"], [{}]):
        try:
            LOADERS[load["loader"]](load, **variant)
        except (Exception, SystemExit) as error:
            errors.append("%s: %s" % (type(error).__name__, str(error)[:_MOST]))
        else:
            errors = []
            break
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(used.ru_utime + used.ru_stime, 3)
    # The last error is that of the variant that asks least.
    return {"ok": not errors, "error": errors[-1] if errors else "", "cpu": cpu}


# --- ways to load --------------------------------------------------------------------------------


def keras(load, asks_most):
    package = tf.keras
    if load["loader"] == "tf_keras":
        import tf_keras as package
    if load["kind"] != "json":
        return checked(package.models.load_model(load["path"], compile=asks_most))
    with open(load["path"], encoding="utf-8") as file:
        model = checked(package.models.model_from_json(file.read()))
    if asks_most and load.get("weights"):
        model.load_weights(load["weights"])
    return model


def checked(model):
    # `load_model` returns what is not a Keras model as well, and `model_from_json` a dict.
    if not (hasattr(model, "predict") and hasattr(model, "layers")):
        raise TypeError("a %s is no Keras model" % type(model).__name__)
    return model


def saved_model(load):
    tags = load.get("tags") if load.get("several") else None
    if tf.__version__.startswith("1."):
        v1.enable_v2_behavior()
        return tf.compat.v2.saved_model.load(load["path"], tags=tags)
    return tf.saved_model.load(load["path"], tags=tags)


def session(load):
    tags = load.get("tags", ["serve"])
    with tf.Graph().as_default(), v1.Session() as running:
        v1.saved_model.load(running, tags, load["path"])


def tfsm_layer(load):
    tf.keras.layers.TFSMLayer(load["path"], call_endpoint=load.get("endpoint") or "serving_default")


def graph(load):
    empty = v1.GraphDef() if load["kind"] == "graph_def" else v1.MetaGraphDef()
    with open(load["path"], "rb") as file:
        content = file.read()
    if load.get("text"):
        from google.protobuf import text_format

        text_format.Parse(content.decode("utf-8"), empty)
    else:
        empty.ParseFromString(content)
    config = v1.ConfigProto(allow_soft_placement=True)
    with tf.Graph().as_default() as built:
        if load["kind"] == "graph_def":
            tf.import_graph_def(empty, name="")
            return
        saver = v1.train.import_meta_graph(empty)
        with v1.Session(graph=built, config=config) as running:
            if load.get("weights") and saver is not None:
                saver.restore(running, load["weights"])


def checkpoint(load):
    reader = tf.train.load_checkpoint(load["path"])
    for name in sorted(reader.get_variable_to_shape_map()):
        reader.get_tensor(name)


def tflite(load):
    tf.lite.Interpreter(model_path=load["path"]).allocate_tensors()


LOADERS = {
    "keras": keras,
    "tf_keras": keras,
    "saved_model": saved_model,
    "session": session,
    "tfsm_layer": tfsm_layer,
    "graph": graph,
    "checkpoint": checkpoint,
    "tflite": tflite,
}
VARIANTS = {
    "keras": [{"asks_most": True}, {"asks_most": False}],
    "tf_keras": [{"asks_most": True}, {"asks_most": False}],
}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
