"""SavedModels as objects of TensorFlow 2.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib

from ..signatures import callable_or_nothing
from ..structures import outputs_by_name, signature, with_places

# Setting the seed of the graph would begin one in TensorFlow 1, which never turns eager then.
SEEDS_GRAPH = False


@contextlib.contextmanager
def load(path, tags):
    """`tf.saved_model.load`; `tags` is None where the file has one graph only."""
    import tensorflow as tf

    if is_tf1(tf):
        tf.compat.v1.enable_v2_behavior()
        loaded = tf.compat.v2.saved_model.load(path, tags=tags)
    else:
        loaded = tf.saved_model.load(path, tags=tags)

    def signatures():
        found = [
            called_by_name(tf, name, function)
            for name, function in sorted(loaded.signatures.items())
        ]
        found = found or of_functions(tf, loaded)
        return callable_or_nothing(
            found, "it has no signatures, and no function whose inputs are known"
        )

    yield signatures


def input_specs(function):
    """What a restored signature takes: {name: something with a dtype and a shape}."""
    structured = function.structured_input_signature
    if structured is not None:
        return structured[1]
    # Up to 2.2 signatures of graphs from TensorFlow 1 have none. What they capture comes last.
    return dict(zip(function._arg_keywords, function.inputs))  # noqa: SLF001 - nothing else says


def called_by_name(tf, name, function):
    """A restored signature: it takes everything by name."""
    specs = input_specs(function)
    keys = sorted(specs)

    def call(tensors):
        return outputs_by_name(tf, function(**tensors))

    return signature(name, {key: specs[key] for key in keys}, call, function, keys)


# Keras calls them itself; what they give is what the model gives.
_OF_KERAS = ("call_and_return_conditional_losses", "call_and_return_all_conditional_losses")


_DEEPEST = 3


def of_functions(tf, loaded, prefix="", depth=0):
    """The functions of a module that was saved without signatures, as far as inputs are known.

    Where it has none itself, those of the modules in it.
    """
    own = [
        (name, thing)
        for name, thing in sorted(vars(loaded).items())
        if (not name.startswith("_") or name == "__call__") and name not in _OF_KERAS
    ]
    found = []
    for name, function in own:
        for number, concrete in enumerate(getattr(function, "concrete_functions", None) or ()):
            label = "%s%s_%d" % (prefix, name, number) if number else prefix + name
            found.append(called_as_saved(tf, label, function, concrete))
    if not found and depth < _DEEPEST:
        for name, child in own:
            if type(child).__name__ == type(loaded).__name__:
                found += of_functions(tf, child, "%s%s." % (prefix, name), depth + 1)
    return found


def called_as_saved(tf, name, function, concrete):
    """A restored function, with whatever it was traced with in the place of tensors."""

    def call(structure):
        positional, named = structure
        return outputs_by_name(tf, function(*positional, **named))

    structure = concrete.structured_input_signature
    return with_places(signature(name, structure, call, concrete), structure, pair=True)


def is_tf1(tf):
    return tf.__version__.startswith("1.")
