"""TFLite models of nets, quantised in the ways that converters offer."""

import numpy as np
import tensorflow as tf

from kinds import layers, nets
from kinds.forms import Impossible, converted, needs, registered, v1
from kinds.layers import L, stack
from kinds.lite import BUILTIN, DEFAULT, FLEX, of_function, of_keras, samples, set_up
from kinds.modules import spec

KINDS = {}
kind = registered(KINDS)
INT8 = ["TFLITE_BUILTINS_INT8"]


@kind
def lite_upwards(name):
    return of_keras(name, layers.upwards(), optimizations=DEFAULT)


@kind
def lite_residual(name):
    """Bytes inside, floats at the ends."""
    given = samples(1, 16, 16, 3)
    return of_keras(name, nets.residual(), optimizations=DEFAULT, representative_dataset=given)


@kind
def lite_gate(name):
    return of_keras(name, nets.inverted_residual(), optimizations=DEFAULT)


@kind
def lite_memory_of_bytes(name):
    start = tf.keras.Input((6, 3), batch_size=1)
    model = tf.keras.Model(start, L.Dense(2)(L.LSTM(4)(start)))
    more = {"representative_dataset": samples(1, 6, 3), "ops": INT8}
    return of_keras(name, model, optimizations=DEFAULT, **more)


@kind
def lite_memory_dynamic(name):
    start = tf.keras.Input((6, 8), batch_size=1)
    model = tf.keras.Model(start, L.Bidirectional(L.LSTM(32, return_sequences=True))(start))
    return of_keras(name, model, optimizations=DEFAULT)


@kind
def lite_unsigned(name):
    needs((2, 3))
    types = {"inference_input_type": tf.uint8, "inference_output_type": tf.uint8}
    more = {"representative_dataset": samples(1, 8, 8, 3), "ops": INT8}
    return of_keras(
        name, stack((8, 8, 3), L.Conv2D(4, 3), L.Softmax()), optimizations=DEFAULT, **types, **more
    )


@kind
def lite_resized(name):
    def function(x):
        big = tf.image.resize(x, [7, 9])
        near = v1.image.resize_nearest_neighbor(big, [4, 4])
        old = v1.image.resize_bilinear(x, [4, 4], align_corners=True)
        return tf.pad(near + old, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")

    return of_function(name, function, spec([1, 5, 5, 2]))


@kind
def lite_products(name):
    def function(x):
        y = tf.einsum("abc,dc->abd", x, tf.ones([4, 3]))
        return (
            tf.matmul(y, y, transpose_b=True)
            + tf.reduce_prod(x)
            + tf.math.floormod(y[0, 0, 0], 2.0)
        )

    return of_function(name, function, spec([2, 3, 3]))


@kind
def lite_masks(name):
    def function(x):
        seen = tf.reduce_any(x > 0.5, axis=1, keepdims=True)
        chosen = tf.where(tf.logical_and(seen, x < 0.9), x, tf.ones_like(x))
        return tf.linalg.diag(chosen) + tf.one_hot(tf.argmax(x, 1), 3)[:, None]

    return of_function(name, function, spec([2, 3]))


@kind
def lite_sequences(name):
    def function(x):
        turned = tf.reverse_sequence(x, [2, 1], seq_axis=1)
        return (
            tf.split(tf.reverse(turned, [1]), [1, 2], axis=1)[1]
            * tf.cast(tf.range(2), tf.float32)[:, None]
        )

    return of_function(name, function, spec([2, 3]))


@kind
def lite_exponents(name):
    def function(x):
        return (
            tf.nn.elu(x) + tf.math.softplus(x) + tf.nn.silu(x) + tf.math.expm1(x) + tf.math.rsqrt(x)
        )

    return of_function(name, function, spec([3]))


@kind
def lite_two_parts(name):
    """Signatures that share a variable, one of which trains it."""
    needs((2, 8))
    module = tf.Module()
    module.w = tf.Variable(tf.ones([3, 1]))

    def train(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(x @ module.w - y))
        module.w.assign_sub(0.1 * tape.gradient(loss, module.w))
        return {"loss": loss}

    module.train = tf.function(train, input_signature=[spec([2, 3]), spec([2, 1])])
    module.infer = tf.function(lambda x: {"y": x @ module.w}, input_signature=[spec([2, 3])])
    tf.saved_model.save(module, name + "-source", {"train": module.train, "infer": module.infer})
    converter = tf.lite.TFLiteConverter.from_saved_model(name + "-source")
    more = {"experimental_enable_resource_variables": True, "ops": [BUILTIN, FLEX]}
    return converted(set_up(converter, more), name)


@kind
def lite_of_export(name):
    """A Keras model by way of what `export` writes, attention inside, in half precision."""
    needs((2, 16))
    layers.heads().export(name + "-source")
    converter = tf.lite.TFLiteConverter.from_saved_model(name + "-source")
    return converted(set_up(converter, {"optimizations": DEFAULT, "types": [tf.float16]}), name)


@kind
def lite_toco(name):
    """Trained to be quantised, converted to unsigned bytes by TensorFlow 1."""
    if not hasattr(v1, "lite") or not hasattr(tf, "contrib"):
        raise Impossible("the old converter is gone")
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [1, 8, 8, 1], "x")
        w = v1.get_variable("w", initializer=np.ones((3, 3, 1, 2), "float32"))
        fake = tf.quantization.fake_quant_with_min_max_args
        y = fake(tf.nn.relu6(tf.nn.conv2d(fake(x, 0, 1), fake(w, -1, 1), 1, "SAME")), 0, 6)
        session.run(v1.global_variables_initializer())
        converter = v1.lite.TFLiteConverter.from_session(session, [x], [y])
        converter.inference_type = tf.uint8
        converter.quantized_input_stats = {"x": (0.0, 255.0)}
        return converted(converter, name)


@kind
def lite_volume_of_bytes(name):
    model = stack((6, 6, 6, 1), L.Conv3D(2, 2), L.ReLU(), L.Flatten(), L.Dense(2))
    return of_keras(
        name, model, optimizations=DEFAULT, representative_dataset=samples(1, 6, 6, 6, 1)
    )
