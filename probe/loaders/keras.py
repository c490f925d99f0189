"""Keras models by the Keras that comes with TensorFlow.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..keras_models import from_package

TAKES_CUSTOM_OBJECTS = True


@contextlib.contextmanager
def load(path, **options):
    """`tf.keras.models`: Keras 2 up to TensorFlow 2.15, Keras 3 from 2.16 on."""
    import tensorflow as tf

    yield from_package(tf, tf.keras, path, options)
