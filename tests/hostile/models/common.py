"""The vessels of hostile models: SavedModels whose ops act, Keras files whose Python acts.

A maker is a function of (path without ending, facts) and returns the path of its model.
"""

import base64
import inspect
import json
import marshal
import os
import shutil
import sys
import textwrap
import zipfile


def tensorflow():
    import tensorflow

    return tensorflow


def resource_class():
    """What a SavedModel runs functions of while it is loaded."""
    tf = tensorflow()
    found = getattr(getattr(tf.saved_model, "experimental", None), "TrackableResource", None)
    if found is None:
        from tensorflow.python.training.tracking import tracking

        found = tracking.TrackableResource
    return found


def saved_model(path, load=None, call=None):
    """A SavedModel: `load` is run by its initializer, `call` is its signature."""
    tf = tensorflow()

    class Resource(resource_class()):
        def _create_resource(self):
            return tf.raw_ops.MutableHashTableV2(
                key_dtype=tf.string, value_dtype=tf.int64, shared_name="resource"
            )

        @tf.function
        def _initialize(self):
            load()
            return 0

        def _destroy_resource(self):
            pass

    module = tf.Module()
    if load is not None:
        module.resource = Resource()
        module.resource.resource_handle  # noqa: B018 - made by being looked at

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")], autograph=False)
    def serve(x):
        return call(x) if call else {"y": x + 1.0}

    module.serve = serve
    tf.saved_model.save(module, path, signatures={"serving_default": serve})
    return path


def session_model(path, build, load=None):
    """A SavedModel of TensorFlow 1: `load` makes the op that runs when it is loaded."""
    tf = tensorflow()
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        y = build(x)
        builder = v1.saved_model.Builder(path)
        signature = v1.saved_model.predict_signature_def(inputs={"x": x}, outputs={"y": y})
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            signature_def_map={"serving_default": signature},
            main_op=load() if load else None,
        )
        builder.save()
    return path


def kept(tensor):
    """Prints a tensor into the log, or else the graph would be pruned of what made it."""
    tf = tensorflow()
    tf.print(tensor, output_stream=sys.stderr, summarize=-1)


def source_of(function, facts):
    """A payload as text that runs once in a process, whatever loads the model."""
    body = textwrap.dedent(inspect.getsource(function))
    lines = ["import sys", "if not hasattr(sys, 'hostile_ran'):", "    sys.hostile_ran = True"]
    lines += ["    %s" % line for line in body.splitlines()]
    lines += ["    %s(%r)" % (function.__name__, facts)]
    return "\n".join(lines)


def code_running(source):
    """Marshalled bytecode, as Keras keeps that of a Lambda, whose call runs a text."""
    function = eval("lambda x: (exec(%r, {}), x)[1]" % source)
    return base64.b64encode(marshal.dumps(function.__code__)).decode("ascii")


def harmless(x):
    return x


def lambda_model(keras):
    return keras.Sequential([keras.layers.Input((1,), name="x"), keras.layers.Lambda(lambda x: x)])


def with_payload(config, code):
    """A configuration of Keras with the code of every Lambda replaced."""
    if isinstance(config, dict):
        if config.get("class_name") == "Lambda":
            config["config"]["function"] = replaced_code(config["config"]["function"], code)
        return {key: with_payload(value, code) for key, value in config.items()}
    if isinstance(config, list):
        return [with_payload(value, code) for value in config]
    return config


def replaced_code(function, code):
    # Keras 2 keeps a list, the `.keras` format an object.
    if isinstance(function, dict) and "config" in function:
        key = "code" if "code" in function["config"] else "value"
        return dict(function, config=dict(function["config"], **{key: code}))
    if isinstance(function, dict):
        return dict(function, items=[code, None, None])
    return [code, None, None]


def lambda_h5(path, payload, facts, keras=None):
    """A Keras 2 model in HDF5, which runs its Lambda unasked while it is loaded."""
    keras = keras or tensorflow().keras
    path += ".h5"
    lambda_model(keras).save(path)
    edit_h5_config(path, lambda config: with_payload(config, coded(payload, facts)))
    return path


def coded(payload, facts):
    return code_running(source_of(payload, facts))


def edit_h5_config(path, change):
    import h5py

    with h5py.File(path, "r+") as file:
        text = file.attrs["model_config"]
        text = text.decode("utf-8") if isinstance(text, bytes) else text
        file.attrs["model_config"] = json.dumps(change(json.loads(text))).encode("utf-8")


def edit_members(path, **changes):
    """Rewrites members of a `.keras` file: `config=function` changes `config.json`."""
    work = path + ".edited"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(work, "w") as new:
        for name in old.namelist():
            change = changes.get(name.split(".")[0]) if name.endswith(".json") else None
            content = old.read(name)
            if change:
                content = json.dumps(change(json.loads(content.decode("utf-8")))).encode("utf-8")
            new.writestr(name, content)
    os.replace(work, path)


def add_members(path, members):
    with zipfile.ZipFile(path, "a") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def without(path):
    """The same path with nothing there."""
    shutil.rmtree(path, ignore_errors=True)
    return path


def keras_file(path, *layers):
    """A sound `.keras` file with these layers behind its input."""
    keras = tensorflow().keras
    path += ".keras"
    keras.Sequential([keras.layers.Input((3,), name="x"), *layers]).save(path)
    return path
