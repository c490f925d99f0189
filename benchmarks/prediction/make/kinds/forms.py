"""What makers of models share: the release they run in, and how Keras models are saved."""

import os

import tensorflow as tf

VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
KERAS_3 = VERSION >= (2, 16) and "tf_keras" not in os.environ.get("MAKES_WITH", "")
# Where layers that prepare data are: up to 2.5 they were an experiment.
if VERSION >= (2, 6):
    P = tf.keras.layers
else:
    P = getattr(getattr(tf.keras.layers, "experimental", None), "preprocessing", None)
v1 = tf.compat.v1


class Impossible(Exception):
    """This release has not what a model is made of."""


def needs(version):
    if version > VERSION:
        raise Impossible("it needs TensorFlow %d.%d" % version)


def registered(kinds):
    """A decorator that lists functions by their names."""

    def register(function):
        kinds[function.__name__] = function
        return function

    return register


def keras(model, name):
    needs((2, 12))
    model.save(name + ".keras")
    return {"path": name + ".keras", "kind": "keras"}


def h5(model, name):
    model.save(name + ".h5")
    return {"path": name + ".h5", "kind": "keras"}


def bare(model, name):
    """HDF5 without the optimizer."""
    model.save(name + ".h5", include_optimizer=False)
    return {"path": name + ".h5", "kind": "keras"}


def json(model, name):
    with open(name + ".json", "w") as file:
        file.write(model.to_json())
    return {"path": name + ".json", "kind": "json"}


def weights(model, name):
    os.mkdir(name)
    with open(name + "/model.json", "w") as file:
        file.write(model.to_json())
    file = name + "/model.weights.h5"
    model.save_weights(file)
    return {"path": name + "/model.json", "kind": "json", "weights": file}


def in_folder(model, name):
    if KERAS_3:
        raise Impossible("Keras 3 saves no folders")
    model.save(name, save_format="tf")
    return {"path": name, "kind": "saved_model"}


def plain(model, name):
    """A Keras model saved by `tf.saved_model.save`, without what Keras adds."""
    tf.saved_model.save(model, name)
    return {"path": name, "kind": "saved_model"}


def export(model, name):
    needs((2, 13))
    model.export(name)
    return {"path": name, "kind": "saved_model", "endpoint": "serving_default"}


def converted(converter, name):
    with open(name + ".tflite", "wb") as file:
        file.write(converter.convert())
    return {"path": name + ".tflite", "kind": "tflite"}


def tflite(model, name):
    return converted(tf.lite.TFLiteConverter.from_keras_model(model), name)


def checkpoint(model, name):
    """What `save_weights` writes that is no HDF5."""
    os.mkdir(name)
    model.save_weights(name + "/weights", save_format="tf")
    return {"path": name + "/weights", "kind": "checkpoint"}


FORMS = {
    "keras": keras,
    "h5": h5,
    "bare": bare,
    "json": json,
    "weights": weights,
    "tf": in_folder,
    "plain": plain,
    "export": export,
    "tflite": tflite,
    "checkpoint": checkpoint,
}
