"""TFLite models."""

import numpy as np
import tensorflow as tf

from kinds import layers, own_code, preparing
from kinds.forms import Impossible, converted, needs, registered
from kinds.layers import L, stack
from kinds.modules import spec

KINDS = {}
kind = registered(KINDS)


def of_function(name, function, *specs, **settings):
    """A function, converted; `settings` are those of the converter."""
    needs((2, 1))
    module = tf.Module()
    module.w = tf.Variable(2.0)
    module.f = tf.function(function, input_signature=list(specs))
    concrete = module.f.get_concrete_function()
    try:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], module)
    except TypeError:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    return converted(set_up(converter, settings), name)


def set_up(converter, settings):
    ops = settings.pop("ops", None)
    if ops:
        known = tf.lite.OpsSet
        converter.target_spec.supported_ops = [getattr(known, one) for one in ops]
    types = settings.pop("types", None)
    if types:
        converter.target_spec.supported_types = types
    for key, value in settings.items():
        setattr(converter, key, value)
    return converter


BUILTIN, FLEX = "TFLITE_BUILTINS", "SELECT_TF_OPS"
DEFAULT = [tf.lite.Optimize.DEFAULT]


def of_keras(name, model, **settings):
    needs((2, 1))
    return converted(set_up(tf.lite.TFLiteConverter.from_keras_model(model), settings), name)


def samples(*shape):
    def given():
        for _ in range(3):
            yield [np.random.RandomState(1).rand(*shape).astype("float32")]

    return given


@kind
def lite_dense(name):
    return of_keras(name, layers.perceptron())


@kind
def lite_dynamic(name):
    return of_keras(name, stack((64,), L.Dense(64), L.Dense(64)), optimizations=DEFAULT)


@kind
def lite_half(name):
    return of_keras(name, layers.picture(), optimizations=DEFAULT, types=[tf.float16])


@kind
def lite_int8(name):
    return of_keras(
        name,
        layers.picture(),
        optimizations=DEFAULT,
        representative_dataset=samples(1, 16, 16, 3),
        ops=["TFLITE_BUILTINS_INT8"],
        inference_input_type=tf.int8,
        inference_output_type=tf.int8,
    )


@kind
def lite_int16(name):
    needs((2, 4))
    ops = ["EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8"]
    given = samples(1, 16, 16, 3)
    return of_keras(
        name, layers.picture(), optimizations=DEFAULT, representative_dataset=given, ops=ops
    )


@kind
def lite_memory(name):
    return of_keras(name, stack((6, 3), L.LSTM(4)))


@kind
def lite_memory_loop(name):
    model = stack((6, 3), L.GRU(4, return_sequences=True))
    return of_keras(name, model, ops=[BUILTIN, FLEX])


@kind
def lite_flex(name):
    return of_function(
        name, lambda x: tf.math.erfinv(x) + tf.linalg.det(tf.eye(2)), spec([2]), ops=[BUILTIN, FLEX]
    )


@kind
def lite_unknown(name):
    return of_function(name, lambda x: tf.math.lgamma(x), spec([2]), allow_custom_ops=True)


@kind
def lite_loop(name):
    def function(x):
        return tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2.0), [0, x])[1]

    return of_function(name, function, spec([2]))


@kind
def lite_variable(name):
    needs((2, 8))

    class Counts(tf.Module):
        def __init__(self):
            super(Counts, self).__init__()
            self.total = tf.Variable([0.0, 0.0])

        @tf.function(input_signature=[spec([2])])
        def count(self, x):
            self.total.assign_add(x)
            return {"y": self.total.read_value()}

    module = Counts()
    tf.saved_model.save(module, name + "-source", {"serving_default": module.count})
    converter = tf.lite.TFLiteConverter.from_saved_model(name + "-source")
    settings = {"experimental_enable_resource_variables": True, "ops": [BUILTIN, FLEX]}
    return converted(set_up(converter, settings), name)


@kind
def lite_signatures(name):
    needs((2, 7))
    module = tf.Module()
    module.a = tf.function(lambda x: {"y": x * 2}, input_signature=[spec([2])])
    module.b = tf.function(lambda x: {"z": x + 1}, input_signature=[spec([3])])
    tf.saved_model.save(module, name + "-source", {"a": module.a, "b": module.b})
    return converted(tf.lite.TFLiteConverter.from_saved_model(name + "-source"), name)


@kind
def lite_table(name):
    needs((2, 8))
    given = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
    module = tf.Module()
    module.table = tf.lookup.StaticHashTable(given, -1)
    module.f = tf.function(
        lambda x: {"y": module.table.lookup(x)}, input_signature=[spec([2], tf.string)]
    )
    tf.saved_model.save(module, name + "-source", {"serving_default": module.f})
    return converted(tf.lite.TFLiteConverter.from_saved_model(name + "-source"), name)


@kind
def lite_strings(name):
    return of_function(
        name, lambda x: tf.strings.lower(x), spec([2], tf.string), ops=[BUILTIN, FLEX]
    )


@kind
def lite_places(name):
    def function(x):
        return tf.gather_nd(x, [[0, 1]]) + tf.reduce_sum(tf.scatter_nd([[0]], [1.0], [2]))

    return of_function(name, function, spec([2, 2]))


@kind
def lite_wide(name):
    def function(x):
        return tf.broadcast_to(x, [3, 2]) + tf.cast(tf.rank(x), tf.float32)

    return of_function(name, function, spec([1, 2]))


@kind
def lite_volume(name):
    return of_keras(name, layers.volume())


@kind
def lite_gelu(name):
    return of_keras(name, layers.gelu())


@kind
def lite_heads(name):
    return of_keras(name, layers.heads(), optimizations=DEFAULT)


@kind
def lite_words(name):
    return of_keras(name, stack((7,), L.Embedding(20, 4), L.Flatten(), L.Dense(2), dtype="int32"))


@kind
def lite_fourier(name):
    return of_function(name, lambda x: tf.abs(tf.signal.rfft2d(x)), spec([4, 4]))


@kind
def lite_random(name):
    return of_function(name, lambda x: x + tf.random.uniform([2], seed=1), spec([2]))


@kind
def lite_sorts(name):
    def function(x):
        return tf.math.top_k(x, 2).values + tf.cumsum(x)[:, :2] + tf.sign(x)[:, :2]

    return of_function(name, function, spec([1, 4]))


@kind
def lite_shapes(name):
    """A batch of any size."""
    return of_function(name, lambda x: tf.concat([x, x * 2], 0), spec([None, 3]))


@kind
def lite_bits(name):
    def function(x):
        return tf.bitwise.bitwise_xor(x, 3) + tf.bitwise.right_shift(x, 1)

    return of_function(name, function, spec([2], tf.int32), ops=[BUILTIN, FLEX])


@kind
def lite_angles(name):
    return of_function(name, lambda x: tf.atan2(x, x + 1) + tf.sign(x), spec([2]))


@kind
def lite_segments(name):
    def function(x):
        return tf.math.unsorted_segment_sum(x, [0, 1, 0], 2)

    return of_function(name, function, spec([3]))


@kind
def lite_boxes(name):
    def function(boxes, scores):
        return tf.image.non_max_suppression(boxes, scores, 3)

    return of_function(name, function, spec([4, 4]), spec([4]))


@kind
def lite_texts(name):
    needs((2, 6))
    return of_keras(name, preparing.texts(), ops=[BUILTIN, FLEX])


@kind
def lite_own_code(name):
    return of_keras(name, own_code.a_lambda())


@kind
def lite_old(name):
    """The converter of TensorFlow 1."""
    if not hasattr(tf, "contrib") and not hasattr(tf.compat.v1, "lite"):
        raise Impossible("the old converter is gone")
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [1, 8, 8, 1], "x")
        w = v1.get_variable("w", initializer=np.ones((3, 3, 1, 2), "float32"))
        y = tf.nn.relu6(tf.nn.conv2d(x, w, 1, "SAME"))
        session.run(v1.global_variables_initializer())
        converter = v1.lite.TFLiteConverter.from_session(session, [x], [y])
        return converted(converter, name)
