"""SavedModels: as objects of TensorFlow 2 and as graphs of TensorFlow 1.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loaders.
"""

import contextlib

from .signatures import Signature, callable_or_nothing, of_definitions, shape_list


@contextlib.contextmanager
def saved_model(path, tags):
    """`tf.saved_model.load`; `tags` is None where the file has one graph only."""
    import tensorflow as tf

    if is_tf1(tf):
        tf.compat.v1.enable_v2_behavior()
        loaded = tf.compat.v2.saved_model.load(path, tags=tags)
    else:
        loaded = tf.saved_model.load(path, tags=tags)

    def signatures():
        found = []
        for name, function in sorted(loaded.signatures.items()):
            specs = input_specs(function)
            inputs = [
                (key, spec.dtype, shape_list(spec.shape)) for key, spec in sorted(specs.items())
            ]
            found.append(Signature(name, inputs, by_keyword(tf, function, specs), function))
        return callable_or_nothing(found, "it has no signatures")

    yield signatures


@contextlib.contextmanager
def session(path, tags):
    """`tf.compat.v1.saved_model.load`: the graph itself, tables and variables initialised."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with v1.Session(graph=graph, config=config) as running:
            meta_graph = v1.saved_model.load(running, tags or [], path)

            def signatures():
                found = of_definitions(running, meta_graph.signature_def)
                return callable_or_nothing(found, "it has no signatures of plain tensors")

            yield signatures


def input_specs(function):
    """What a restored signature takes: {name: something with a dtype and a shape}."""
    structured = function.structured_input_signature
    if structured is not None:
        return structured[1]
    # Up to 2.2 signatures of graphs from TensorFlow 1 have none. What they capture comes last.
    return dict(zip(function._arg_keywords, function.inputs))  # noqa: SLF001 - nothing else says


def by_keyword(tf, function, specs):
    def call_with(arrays):
        tensors = {key: tf.constant(value, specs[key].dtype) for key, value in arrays.items()}
        result = function(**tensors)
        return result if isinstance(result, dict) else {"output": result}

    return call_with


def is_tf1(tf):
    return tf.__version__.startswith("1.")
