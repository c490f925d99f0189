"""What makers of models share: the release they run in, weights, and how a model is saved.

Runs in releases of TensorFlow from 2.3 on, with Python from 3.8 on.
"""

import os
import shutil
import sys

import numpy as np
import tensorflow as tf

L = tf.keras.layers
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
KERAS_3 = VERSION >= (2, 16)
# Where layers that prepare data are. Up to 2.5 they were an experiment.
P = L if VERSION >= (2, 6) else L.experimental.preprocessing
# Whole models in one file have a format of their own from 2.13 on; 2.12 writes HDF5 into it.
FILE = ".keras" if VERSION >= (2, 13) else ".h5"


class Impossible(Exception):
    """This release has not what a model is made of."""


def settled(model):
    """The model with weights that are the same in every release, and none too large.

    What a layer has learnt of data stays as it is.
    """
    random = np.random.RandomState(1)
    for layer in model.layers:
        if not hasattr(layer, "adapt") or hasattr(layer, "layers"):
            layer.set_weights([_number_for(old, random) for old in layer.get_weights()])
    return model


def _number_for(old, random):
    plain = isinstance(old, np.ndarray) and old.dtype.kind == "f"
    return random.uniform(0.05, 0.3, old.shape).astype(old.dtype) if plain else old


def numbers(*shape):
    """Data to learn from, far from what is fed later."""
    return np.random.RandomState(3).normal(3, 2, shape).astype("float32")


def fixed(shape, batch=1, **more):
    """An input whose batch has a size."""
    if KERAS_3:
        return tf.keras.Input(batch_shape=(batch, *shape), **more)
    return tf.keras.Input(shape, batch, **more)


def save(model, folder, name):
    """A Keras model in every form of the day; what cannot be saved in one form has the others."""
    file, place = os.path.join(folder, name + FILE), os.path.join(folder, name)
    saved = [
        attempted(name + FILE, file, lambda: model.save(file)),
        attempted(name, place, lambda: (model.export if KERAS_3 else model.save)(place)),
    ]
    if not any(saved):
        raise Impossible("no form of it can be saved")


def attempted(label, path, make):
    try:
        make()
    except Exception as error:
        said(label, error)
        remove(path)
        return False
    return True


def attempt(folder, name, make):
    """Make one model in a process of its own: where it dies, the rest is measured all the same."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            make()
            code = 0
        except Exception as error:
            said(name, error)
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        print("%s cannot be made: it died of signal %d" % (name, os.WTERMSIG(status)), flush=True)
    if status:
        # Half of a model would be measured for a whole.
        for found in os.listdir(folder):
            if os.path.splitext(found)[0] == name:
                remove(os.path.join(folder, found))


def said(name, error):
    text = " ".join(str(error).split())[:200]
    print("%s cannot be made: %s: %s" % (name, type(error).__name__, text), flush=True)


def remove(path):
    if os.path.isdir(path):
        shutil.rmtree(path)
    elif os.path.exists(path):
        os.remove(path)
