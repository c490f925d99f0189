"""SavedModels as a layer of Keras 3.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..signatures import NothingToCall
from ..structures import outputs_by_name, signature
from .saved_model import input_specs


@contextlib.contextmanager
def load(path, endpoint):
    """`keras.layers.TFSMLayer`: how Keras 3 takes a SavedModel."""
    import tensorflow as tf

    layer = tf.keras.layers.TFSMLayer(path, call_endpoint=endpoint)

    def signatures():
        # The layer itself does not say what it takes.
        function = layer._reloaded_obj.signatures.get(endpoint)  # noqa: SLF001
        if function is None:
            raise NothingToCall(
                "it cannot be called: %s does not say what inputs it takes" % endpoint
            )
        specs = input_specs(function)

        def call(tensors):
            # It hands one argument on, so what takes several cannot be called this way.
            result = layer(next(iter(tensors.values())) if len(tensors) == 1 else tensors)
            return outputs_by_name(tf, result)

        return [signature(endpoint, specs, call, function, sorted(specs))]

    yield signatures
