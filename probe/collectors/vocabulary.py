"""What a TensorFlow knows: its ops, their kernels, and every Keras class with its arguments.

    python -I vocabulary.py RESULT

writes one JSON object into the file RESULT:

    {"tensorflow": VERSION, "keras": {NAMESPACE: {"version": VERSION, "classes": CLASSES}},
     "ops": {NAME: {"attrs": {NAME: TYPE}, "inputs": [NAME], "outputs": [NAME]}},
     "kernels": {OP: [DEVICE]}}

NAMESPACE is `keras` for `tf.keras` and `tf_keras` for that package where it is installed. CLASSES
maps `layers.Dense` to the arguments its constructor takes, those of its bases included as far as
`**kwargs` hands them on; functions (losses, metrics, activations) have none. DEVICE is `CPU`,
`GPU` or `DEFAULT` (any device). For maintainers: `nox -s releases` starts it in every release.
Python 3.7 syntax, like everything in this folder.
"""

import importlib
import inspect
import json
import os
import sys

# Where Keras keeps what a saved config may name.
MODULES = (
    "layers",
    "layers.experimental",
    "layers.experimental.preprocessing",
    "models",
    "optimizers",
    "optimizers.experimental",
    "optimizers.legacy",
    "optimizers.schedules",
    "losses",
    "metrics",
    "initializers",
    "regularizers",
    "constraints",
    "activations",
    "mixed_precision",
    "mixed_precision.experimental",
    "dtype_policies",
)
DEVICES = ("CPU", "GPU", "DEFAULT")
# Keras 2 layers take these through **kwargs and name them nowhere else.
IMPLICIT = ("input_dim", "input_shape", "batch_input_shape", "batch_size", "weights", "autocast")


def ops():
    from tensorflow.python.framework import c_api_util

    known = c_api_util.ApiDefMap()
    found = {}
    for name in known.op_names():
        op = known.get_op_def(name)
        found[name] = {
            "attrs": {attr.name: attr.type for attr in op.attr},
            "inputs": [arg.name for arg in op.input_arg],
            "outputs": [arg.name for arg in op.output_arg],
        }
    return found


def kernels():
    """The devices that an op can run on, those of compilers left out."""
    from tensorflow.python.framework import kernels as registered

    found = {}
    for kernel in registered.get_all_registered_kernels().kernel:
        # A kernel with a label is only taken by those who ask for it by name.
        if kernel.device_type in DEVICES and not kernel.label:
            found.setdefault(kernel.op, set()).add(kernel.device_type)
    return {op: sorted(devices) for op, devices in found.items()}


def classes(keras):
    found = {}
    layer = keras.layers.Layer
    for place in MODULES:
        module = keras
        for part in place.split("."):
            module = getattr(module, part, None)
        for name in dir(module) if module is not None else ():
            if not name.startswith("_"):
                note(found, place + "." + name, getattr(module, name, None), layer)
    public = {known.rpartition(".")[2] for known in found}
    for name, value in internal(layer).items():
        if name not in public:
            note(found, "layers." + name, value, layer)
    return found


def note(found, name, value, layer):
    if inspect.isclass(value):
        found[name] = arguments(value, layer)
    elif inspect.isfunction(value) and name.split(".")[0] in ("losses", "metrics", "activations"):
        found[name] = []


def arguments(value, layer):
    """The constructor's, then those of its bases as long as each hands on what it does not know."""
    names = []
    for base in inspect.getmro(value):
        if "__init__" not in vars(base):
            continue
        try:
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
        except (TypeError, ValueError):
            break
        names += [one.name for one in parameters if one.kind in (1, 3)]
        if not any(one.kind == 4 for one in parameters):
            break
        if base is layer:
            names += allowed(base)
            break
    return sorted(set(names) - {"args", "kwargs"})


def allowed(base):
    """What a base layer takes beyond its signature: it says so in its source only."""
    try:
        source = inspect.getsource(base.__init__)
    except (OSError, TypeError):
        return []
    return [name for name in IMPLICIT if "'%s'" % name in source or '"%s"' % name in source]


def internal(layer):
    """What no public module lists although a config may name it, like Functional."""
    package = layer.__module__.partition(".engine.")[0].partition(".layers.")[0]
    found = {}
    for place in (package + ".layers.serialization", package + ".models.functional"):
        try:
            module = importlib.import_module(place)
        except ImportError:
            continue
        if hasattr(module, "populate_deserializable_objects"):
            module.populate_deserializable_objects()
        found.update(getattr(getattr(module, "LOCAL", None), "ALL_OBJECTS", None) or vars(module))
    return {
        name: value
        for name, value in found.items()
        if inspect.isclass(value) and issubclass(value, layer)
    }


def version(keras):
    return str(getattr(keras, "__version__", ""))


def main(result):
    import tensorflow as tf

    keras = tf.keras
    spaces = {"keras": {"version": version(keras), "classes": classes(keras)}}
    try:
        import tf_keras
    except ImportError:
        pass
    else:
        spaces["tf_keras"] = {"version": version(tf_keras), "classes": classes(tf_keras)}
    document = {"tensorflow": tf.__version__, "keras": spaces, "ops": ops(), "kernels": kernels()}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(document, file, sort_keys=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
