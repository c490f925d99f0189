"""Keras models by the package tf-keras: Keras 2 for TensorFlow 2.16 and later.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..keras_models import from_package

TAKES_CUSTOM_OBJECTS = True


@contextlib.contextmanager
def load(path, **options):
    """`tf_keras.models`: Keras 2 for TensorFlow 2.16 and later, a package of its own."""
    import tensorflow as tf
    import tf_keras as package

    yield from_package(tf, package, path, options)
