"""Checkpoints: tensors by name, nothing to call.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..signatures import NothingToCall


@contextlib.contextmanager
def load(path):
    """`tf.train.load_checkpoint`, of either version, and then every tensor in it is read."""
    import numpy
    import tensorflow as tf

    reader = tf.train.load_checkpoint(path)
    names = sorted(reader.get_variable_to_shape_map())
    odd = []
    for name in names:
        tensor = numpy.asarray(reader.get_tensor(name))
        if tensor.dtype.kind in "fc" and not numpy.isfinite(tensor).all():
            odd.append(name)

    def signatures():
        text = "a checkpoint cannot be called; its %d tensors were read" % len(names)
        if odd:
            text += ", and %d of them, such as %s, contain values that are not numbers" % (
                len(odd),
                odd[0],
            )
        raise NothingToCall(text)

    yield signatures
