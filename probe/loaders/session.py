"""SavedModels as graphs of TensorFlow 1, in a session.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..signatures import callable_or_nothing, of_definitions


@contextlib.contextmanager
def load(path, tags):
    """`tf.compat.v1.saved_model.load`: the graph itself, tables and variables initialised."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with v1.Session(graph=graph, config=config) as running:
            meta_graph = v1.saved_model.load(running, tags or [], path)

            def signatures():
                found = of_definitions(running, meta_graph.signature_def)
                return callable_or_nothing(found, "it has no signatures")

            yield signatures
