"""Calls models by the plain calls of TensorFlow, in the environment it is started in.

    python raw_calls.py REQUEST FOLDER

REQUEST is JSON, a list of calls: {"id", "path", "loader", "compile", "signature", "arrays"}, where
`arrays` is a .npz file with what is fed, in its order. Each call gets a model that was loaded anew,
and writes FOLDER/ID.json and FOLDER/ID.npz: what was answered, or the exception. Nothing of the
project is imported, and nothing is taken back, seeded or guessed: this is what a user sees who
loads a model and calls it once. Python 3.8 syntax.
"""

import json
import os
import sys

import numpy as np
import tensorflow as tf


def main(request, folder):
    with open(request, encoding="utf-8") as file:
        calls = json.load(file)
    for call in calls:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            # A call must not meet what another has left behind.
            try:
                answer(call, os.path.join(folder, call["id"]))
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(pid, 0)


def answer(call, place):
    try:
        with np.load(call["arrays"]) as file:
            given = [(name.split("|", 1)[1], file[name]) for name in file.files]
        outputs = list(LOADERS[call["loader"]](call, given))
        told = {"outputs": [name for name, _ in outputs]}
        np.savez(place + ".npz", **{"o%d" % n: plain(one) for n, (_, one) in enumerate(outputs)})
    except Exception as error:
        told = {"error": "%s: %s" % (type(error).__name__, str(error)[-600:])}
    with open(place + ".json", "w", encoding="utf-8") as file:
        json.dump(told, file)


def plain(value):
    array = np.asarray(value.numpy() if hasattr(value, "numpy") else value)
    if array.dtype.kind == "O":
        return array.astype(bytes)
    return array.astype("float32") if str(array.dtype) == "bfloat16" else array


def named(result):
    """Outputs by name; a ragged or sparse one is the plain tensors it is made of."""
    for key, value in result.items() if isinstance(result, dict) else [("output", result)]:
        flat = tf.nest.flatten(value, expand_composites=True)
        for number, one in enumerate(flat):
            yield "%s_%d" % (key, number) if len(flat) > 1 else key, one


# --- ways to load --------------------------------------------------------------------------------


def keras(call, given):
    models = tf.keras.models
    if call["loader"] == "tf_keras":
        import tf_keras

        models = tf_keras.models
    return called(models.load_model(call["path"], compile=call["compile"]), given)


def called(model, given):
    arrays = [array for _, array in given]
    if not model.inputs:
        # A class of its own says nothing of its inputs.
        return named(model(*[tf.constant(array) for array in arrays], training=False))
    # Keras 2 takes rows of one length for ragged ones.
    plainly = len(arrays) == len(model.inputs)
    values = {id(one): taken(one, arrays, plainly) for one in model.inputs}
    if len(values) == 1:
        return named(model(next(iter(values.values())), training=False))
    structure = tf.nest.map_structure(lambda one: values[id(one)], model.input)
    return named(model(structure, training=False))


def taken(tensor, arrays, plainly):
    """What stands for an input of Keras, from the arrays that come next."""
    spec = getattr(tensor, "type_spec", None) or getattr(tensor, "_type_spec", None)
    kinds = "%s %s" % (type(spec).__name__, type(tensor).__name__)
    dtype = tf.as_dtype(tensor.dtype)
    if plainly:
        return tf.constant(arrays.pop(0), dtype)
    if "Ragged" in kinds or getattr(tensor, "ragged", False):
        return tf.RaggedTensor.from_row_splits(tf.constant(arrays.pop(0), dtype), arrays.pop(0))
    if "Sparse" in kinds or getattr(tensor, "sparse", False):
        indices, values, shape = arrays.pop(0), arrays.pop(0), arrays.pop(0)
        return tf.SparseTensor(indices, tf.constant(values, dtype), shape)
    return tf.constant(arrays.pop(0), dtype)


def saved_model(call, given):
    loaded = tf.saved_model.load(call["path"])
    function = loaded.signatures.get(call["signature"])
    if function is None:
        return of_function(loaded, call["signature"], given)
    specs = function.structured_input_signature[1]
    return named(function(**{name: tf.constant(one, specs[name].dtype) for name, one in given}))


def of_function(loaded, name, given):
    """A function of a module with what it was traced for; further ones of a name are numbered."""
    number = 0
    if not hasattr(loaded, name):
        name, number = name.rsplit("_", 1)
    function = getattr(loaded, name)
    concrete = function.concrete_functions[int(number)]
    arrays = [array for _, array in given]
    positional, by_name = tf.nest.map_structure(
        lambda one: filled(one, arrays), concrete.structured_input_signature
    )
    return named(function(*positional, **by_name))


def filled(spec, arrays):
    if isinstance(spec, tf.RaggedTensorSpec):
        values = tf.constant(arrays.pop(0), spec._dtype)
        splits = [arrays.pop(0) for _ in range(spec._ragged_rank)]
        return tf.RaggedTensor.from_nested_row_splits(values, splits)
    if isinstance(spec, tf.SparseTensorSpec):
        indices, values, shape = arrays.pop(0), arrays.pop(0), arrays.pop(0)
        return tf.SparseTensor(indices, tf.constant(values, spec.dtype), shape)
    return tf.constant(arrays.pop(0), spec.dtype) if isinstance(spec, tf.TensorSpec) else spec


def session(call, given):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as running:
        graph = v1.saved_model.load(running, ["serve"], call["path"])
        one = graph.signature_def[call["signature"]]
        places = [name for key in sorted(one.inputs) for name in tensors_of(one.inputs[key])]
        outputs = {key: tensors_of(info) for key, info in one.outputs.items()}
        feed = {place: array for place, (_, array) in zip(places, given)}
        return list(named(running.run(outputs, feed)))


def tensors_of(info):
    """The tensors that an input or output of a signature is made of."""
    kind = info.WhichOneof("encoding")
    if kind == "coo_sparse":
        sparse = info.coo_sparse
        return [
            sparse.indices_tensor_name,
            sparse.values_tensor_name,
            sparse.dense_shape_tensor_name,
        ]
    if kind == "composite_tensor":
        return [part.name for part in info.composite_tensor.components]
    return [info.name]


def tfsm_layer(call, given):
    layer = tf.keras.layers.TFSMLayer(call["path"], call_endpoint=call["signature"])
    tensors = {name: tf.constant(array) for name, array in given}
    return named(layer(next(iter(tensors.values())) if len(tensors) == 1 else tensors))


def tflite(call, given):
    interpreter = tf.lite.Interpreter(call["path"])
    interpreter.allocate_tensors()
    for detail, (_, array) in zip(interpreter.get_input_details(), given):
        if list(detail["shape"]) != list(array.shape):
            interpreter.resize_tensor_input(detail["index"], array.shape)
    interpreter.allocate_tensors()
    for detail, (_, array) in zip(interpreter.get_input_details(), given):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    details = interpreter.get_output_details()
    return [(one["name"], interpreter.get_tensor(one["index"]).copy()) for one in details]


LOADERS = {
    "keras": keras,
    "tf_keras": keras,
    "saved_model": saved_model,
    "session": session,
    "tfsm_layer": tfsm_layer,
    "tflite": tflite,
}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
