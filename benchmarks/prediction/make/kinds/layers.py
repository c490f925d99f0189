"""Keras models of layers that compute."""

import numpy as np
import tensorflow as tf

from kinds.forms import KERAS_3, needs, registered

L = tf.keras.layers
KINDS = {}
kind = registered(KINDS)


def stack(shape, *layers, **more):
    return tf.keras.Sequential([tf.keras.Input(shape, **more)] + list(layers))


def compiled(model, optimizer="adam", loss="mse", **more):
    model.compile(optimizer, loss, **more)
    return model


@kind
def perceptron():
    layers = [L.Dense(6, activation="relu", use_bias=False), L.BatchNormalization()]
    return stack((5,), *(layers + [L.Dropout(0.3), L.Dense(2, activation="softmax")]))


@kind
def trained():
    """With the state of its optimizer."""
    model = compiled(stack((4,), L.Dense(3, activation="tanh"), L.Dense(1)))
    model.fit(np.ones((4, 4), "float32"), np.ones((4, 1), "float32"), verbose=0)
    return model


@kind
def trained_rmsprop():
    model = stack((3,), L.Dense(2, kernel_regularizer=tf.keras.regularizers.l2(0.01)))
    compiled(model, tf.keras.optimizers.RMSprop(momentum=0.9), metrics=["mae"])
    model.fit(np.ones((4, 3), "float32"), np.ones((4, 2), "float32"), verbose=0)
    return model


@kind
def scheduled():
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
    model = stack((3,), L.Dense(2))
    return compiled(model, tf.keras.optimizers.SGD(schedule), "mae", metrics=["accuracy"])


@kind
def picture():
    layers = [L.Conv2D(4, 3, padding="same", activation="relu"), L.MaxPooling2D()]
    layers += [L.Conv2D(4, 3, dilation_rate=2), L.GlobalAveragePooling2D(), L.Dense(3)]
    return stack((16, 16, 3), *layers)


@kind
def mobile():
    layers = [L.DepthwiseConv2D(3), L.ReLU(6.0), L.SeparableConv2D(4, 3), L.ZeroPadding2D()]
    return stack((12, 12, 2), *(layers + [L.BatchNormalization(), L.Flatten(), L.Dense(2)]))


@kind
def groups():
    needs((2, 3))
    return stack((8, 8, 4), L.Conv2D(4, 3, groups=2), L.UpSampling2D(interpolation="bilinear"))


@kind
def volume():
    layers = [L.Conv3D(2, 2), L.MaxPooling3D(), L.Conv3DTranspose(2, 2)]
    return stack((8, 8, 8, 1), *layers)


@kind
def upwards():
    layers = [L.Conv2DTranspose(3, 2, strides=2), L.Cropping2D(1), L.SpatialDropout2D(0.2)]
    return stack((4, 4, 2), *layers)


@kind
def wave():
    layers = [L.Conv1D(4, 3, padding="causal"), L.AveragePooling1D(), L.SeparableConv1D(4, 2)]
    return stack((16, 1), *(layers + [L.GlobalMaxPooling1D(), L.Dense(1)]))


@kind
def locally():
    return stack((8, 2), L.LocallyConnected1D(2, 3), L.Flatten())


@kind
def activations():
    layers = [L.Dense(4), L.LeakyReLU(0.2), L.Dense(4), L.PReLU(), L.ELU(), L.Softmax()]
    return stack((4,), *(layers + [L.ThresholdedReLU(0.5)] if not KERAS_3 else layers))


@kind
def gelu():
    needs((2, 4))
    return stack((4,), L.Dense(4, activation="gelu"), L.Dense(2, activation="swish"))


@kind
def noisy():
    return stack(
        (4,), L.GaussianNoise(0.1), L.GaussianDropout(0.1), L.AlphaDropout(0.2), L.Dense(2)
    )


@kind
def constrained():
    one = L.Dense(
        4,
        kernel_initializer=tf.keras.initializers.VarianceScaling(
            2.0, "fan_out", "untruncated_normal"
        ),
        kernel_constraint=tf.keras.constraints.MaxNorm(2),
        activity_regularizer=tf.keras.regularizers.l1(0.1),
    )
    return stack((4,), one, L.ActivityRegularization(l2=0.1))


@kind
def two_ways():
    left, right = tf.keras.Input((4,), name="left"), tf.keras.Input((4,), name="right")
    shared = L.Dense(3, name="shared")
    one, two = shared(left), shared(right)
    joined = L.Concatenate()([L.Subtract()([one, two]), L.Dot(1)([one, two])])
    return tf.keras.Model([left, right], [L.Dense(1, name="a")(joined), L.Maximum()([one, two])])


@kind
def nested():
    inner = tf.keras.Sequential([L.Dense(3), L.Dense(4)], name="inner")
    start = tf.keras.Input((4,))
    return tf.keras.Model(start, L.Add()([inner(start), inner(inner(start))]))


@kind
def named_inputs():
    inputs = {name: tf.keras.Input((2,), name=name) for name in ("x", "y")}
    outputs = {"sum": L.Add()([inputs["x"], inputs["y"]]), "dense": L.Dense(2)(inputs["x"])}
    return tf.keras.Model(inputs, outputs)


@kind
def long_memory():
    return stack((6, 3), L.LSTM(4, return_sequences=True), L.GRU(3), L.Dense(1))


@kind
def simple_memory():
    layers = [L.Masking(), L.SimpleRNN(3, return_sequences=True), L.TimeDistributed(L.Dense(2))]
    return stack((5, 2), *layers)


@kind
def both_ways():
    layers = [L.Bidirectional(L.GRU(3, return_sequences=True)), L.Bidirectional(L.LSTM(2), "sum")]
    return stack((None, 3), *layers)


@kind
def cells():
    return stack((5, 2), L.RNN([L.LSTMCell(3), L.GRUCell(2)]), L.RepeatVector(3))


@kind
def state_kept():
    first = tf.keras.Input(batch_shape=(2, 4, 3)) if KERAS_3 else tf.keras.Input((4, 3), 2)
    return tf.keras.Sequential([first, L.GRU(3, stateful=True, reset_after=False)])


@kind
def picture_memory():
    return stack((3, 6, 6, 1), L.ConvLSTM2D(2, 3, return_sequences=False))


@kind
def words():
    layers = [L.Embedding(20, 4, mask_zero=True), L.LSTM(3), L.Dense(2, activation="sigmoid")]
    return stack((7,), *layers, dtype="int32")


@kind
def attends():
    query, value = tf.keras.Input((4, 3)), tf.keras.Input((6, 3))
    seen = L.Attention(use_scale=True)([query, value])
    return tf.keras.Model([query, value], L.AdditiveAttention()([seen, value]))


@kind
def heads():
    needs((2, 4))
    start = tf.keras.Input((4, 6))
    seen = L.MultiHeadAttention(2, 3, dropout=0.1)(start, start)
    return tf.keras.Model(start, L.LayerNormalization()(L.Add()([start, seen])))


@kind
def einsum():
    needs((2, 4))
    layer = getattr(L, "EinsumDense", None) or L.experimental.EinsumDense
    return stack((4,), layer("ab,bc->ac", output_shape=3))


@kind
def mixed():
    needs((2, 4))
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        return compiled(stack((4,), L.Dense(4), L.Dense(1, dtype="float32")), "sgd")
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")


@kind
def bfloat():
    needs((2, 4))
    return stack((4,), L.Dense(3, dtype="mixed_bfloat16"), L.Dense(1, dtype="float64"))


@kind
def normalized():
    needs((2, 11))
    return stack((4, 4, 4), L.GroupNormalization(2), L.UnitNormalization())


@kind
def reshaped():
    return stack((4, 6), L.Permute((2, 1)), L.Reshape((3, 8)), L.Flatten(), L.Dense(1))


@kind
def frozen_part():
    first = L.Dense(3, trainable=False, name="still")
    return compiled(stack((4,), first, L.Dense(2)), "adadelta", "binary_crossentropy")
