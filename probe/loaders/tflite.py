"""TFLite models, by the interpreter of TensorFlow or of a package of its own.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only inside the loader.
"""

import contextlib
import importlib
import inspect

from ..signatures import Signature, all_different


@contextlib.contextmanager
def load(path, package=None, registerers=()):
    """`tf.lite.Interpreter`, its tensors allocated; that of `package` where one is named.

    `registerers` add the ops of a companion.
    """
    import tensorflow as tf

    kind, extra = tf.lite.Interpreter, {}
    if package is not None:
        kind = importlib.import_module(package + ".interpreter").Interpreter
    # Releases up to 2.2 have no say in the number of threads.
    if "num_threads" in inspect.signature(kind).parameters:
        extra["num_threads"] = 1
    if registerers:
        kind = importlib.import_module(
            "tensorflow.lite.python.interpreter"
        ).InterpreterWithCustomOps
        extra["custom_op_registerers"] = list(registerers)
    interpreter = kind(model_path=path, **extra)
    interpreter.allocate_tensors()

    def signatures():
        details = interpreter.get_input_details()
        names = all_different([one["name"] for one in details], details, "input")
        inputs = [
            (name, tf.as_dtype(one["dtype"]), dimensions(one)) for name, one in zip(names, details)
        ]
        return [Signature("invoke", inputs, invoke(interpreter, dict(zip(names, details))))]

    yield signatures


def invoke(interpreter, inputs):
    def function(arrays):
        for name, array in arrays.items():
            if None in dimensions(inputs[name]):
                interpreter.resize_tensor_input(inputs[name]["index"], list(array.shape))
        interpreter.allocate_tensors()
        # What a recurrent model remembers of the call before would be an input nobody set.
        interpreter.reset_all_variables()
        # All of them: what is not set is whatever lay in memory.
        for name, array in arrays.items():
            interpreter.set_tensor(inputs[name]["index"], array)
        interpreter.invoke()
        details = interpreter.get_output_details()
        names = all_different([one["name"] for one in details], details, "output")
        # Copies, for the memory is the interpreter's and the next call writes into it.
        return {
            name: interpreter.get_tensor(one["index"]).copy() for name, one in zip(names, details)
        }

    return function


def dimensions(detail):
    """The shape with None where the model leaves it open, as far as the release can tell."""
    shape = detail.get("shape_signature")
    if shape is None or len(shape) == 0:
        shape = detail["shape"]
    return [None if size < 0 else int(size) for size in shape]
