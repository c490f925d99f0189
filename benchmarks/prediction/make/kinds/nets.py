"""Keras models as publishers build them, in tiny."""

import numpy as np
import tensorflow as tf

from kinds.forms import KERAS_3, VERSION, Impossible, P, needs, registered
from kinds.layers import L, compiled, stack

KINDS = {}
kind = registered(KINDS)


def convolved(x, filters, activation="relu", strides=1):
    decay = tf.keras.regularizers.l2(1e-4)
    x = L.Conv2D(
        filters,
        3,
        strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=decay,
    )(x)
    x = L.BatchNormalization(axis=-1, momentum=0.9, epsilon=1e-5)(x)
    return L.Activation(activation)(x)


@kind
def residual():
    start = tf.keras.Input((16, 16, 3), name="image")
    x = convolved(start, 4)
    x = L.ReLU()(L.Add()([x, convolved(x, 4, "linear")]))
    end = L.Dense(5, "softmax", name="probability")(L.GlobalAveragePooling2D()(x))
    loss = "sparse_categorical_crossentropy"
    return compiled(tf.keras.Model(start, end), "rmsprop", loss, metrics=["accuracy"])


@kind
def inverted_residual():
    """With an activation that is a function of TensorFlow, and a gate over channels."""
    start = tf.keras.Input((8, 8, 3))
    x = L.Conv2D(6, 1, activation=tf.nn.relu6)(start)
    x = L.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(x)
    gate = L.Reshape((1, 1, 12))(L.GlobalAveragePooling2D()(x))
    gate = L.Conv2D(12, 1, activation="hard_sigmoid")(gate)
    return tf.keras.Model(start, L.Conv2D(3, 1)(L.Multiply()([x, gate])))


@kind
def transferred():
    """A net of `tf.keras.applications` with a new head."""
    base = tf.keras.applications.MobileNetV2((32, 32, 3), 0.35, include_top=False, weights=None)
    base.trainable = False
    start = tf.keras.Input((32, 32, 3))
    x = base(start / 127.5 - 1.0, training=False)
    x = L.Dropout(0.2)(L.GlobalAveragePooling2D()(x))
    model = tf.keras.Model(start, L.Dense(2)(x))
    loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return compiled(model, tf.keras.optimizers.Adam(1e-4), loss)


@kind
def segments_pictures():
    """A U-Net."""
    start = tf.keras.Input((16, 16, 1))
    down = convolved(start, 2)
    x = convolved(L.MaxPooling2D(2)(down), 4, "elu")
    x = L.Conv2DTranspose(2, 2, strides=2, padding="same")(x)
    x = L.concatenate([x, down], axis=3)
    return tf.keras.Model(start, L.Conv2D(1, 1, activation="sigmoid")(x))


@kind
def inception():
    start = tf.keras.Input((8, 8, 3))
    ways = [L.Conv2D(2, size, padding="same")(start) for size in (1, (1, 3), 5)]
    ways.append(L.AveragePooling2D(3, 1, padding="same")(start))
    x = L.Average()([L.Concatenate()(ways), L.Concatenate()(ways[::-1])])
    return tf.keras.Model(start, L.Minimum()([x, L.Lambda(lambda y: y * 0.5)(x)]))


@kind
def siamese():
    start = tf.keras.Input((6,))
    inner = tf.keras.Model(start, L.Dense(3, name="embedding")(start), name="encoder")
    one, two = tf.keras.Input((6,), name="anchor"), tf.keras.Input((6,), name="other")
    near = L.Dot(axes=-1, normalize=True)([inner(one), inner(two)])
    return tf.keras.Model([one, two], near)


@kind
def losses_by_name():
    start = tf.keras.Input((5,), name="features")
    ends = {"age": L.Dense(1, name="age")(start), "sex": L.Dense(2, "softmax", name="sex")(start)}
    model = tf.keras.Model(start, [ends["age"], ends["sex"]])
    losses = {"age": "huber" if VERSION >= (2, 6) else "mse", "sex": "categorical_crossentropy"}
    tops = [tf.keras.metrics.AUC(name="auc")]
    return compiled(model, "adam", losses, loss_weights={"age": 0.2}, metrics={"sex": tops})


@kind
def translates():
    """An encoder and a decoder that goes on from its state."""
    given = tf.keras.Input((None,), name="source", dtype="int32")
    _, *state = L.LSTM(3, return_state=True)(L.Embedding(9, 4, mask_zero=True)(given))
    shifted = tf.keras.Input((None, 4), name="target")
    out, _, _ = L.LSTM(3, return_sequences=True, return_state=True)(shifted, initial_state=state)
    return tf.keras.Model([given, shifted], L.Dense(9, "softmax")(out))


@kind
def classifies_texts():
    start = tf.keras.Input((12,))
    seen = L.Embedding(20, 4, **({} if KERAS_3 else {"input_length": 12}))(start)
    ways = [L.GlobalMaxPooling1D()(L.Conv1D(3, size)(seen)) for size in (2, 3)]
    return tf.keras.Model(start, L.Dense(1)(L.concatenate(ways)))


@kind
def films():
    layers = [L.TimeDistributed(L.Conv2D(2, 3)), L.TimeDistributed(L.Flatten())]
    return stack((3, 6, 6, 1), *(layers + [L.LSTM(2, unroll=True, dropout=0.1)]))


@kind
def stacked_cells():
    cells = L.StackedRNNCells([L.LSTMCell(3), L.SimpleRNNCell(2)])
    return stack((5, 2), L.RNN(cells, return_sequences=True, unroll=True))


@kind
def two_directions():
    """Another layer backwards than forwards."""
    back = L.GRU(3, return_sequences=True, go_backwards=True)
    both = L.Bidirectional(L.LSTM(3, return_sequences=True), backward_layer=back)
    return stack((4, 2), both, L.Cropping1D(1), L.UpSampling1D(2))


class Minimal(L.Layer):
    """A cell of one's own."""

    def __init__(self, units, **more):
        super(Minimal, self).__init__(**more)
        self.units = self.state_size = units

    def build(self, shape):
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], self.units))
        self.built = True

    def call(self, inputs, states):
        out = tf.matmul(inputs, self.kernel) + states[0]
        return out, [out]

    def get_config(self):
        return dict(super(Minimal, self).get_config(), units=self.units)


@kind
def own_cell():
    return stack((4, 2), L.RNN(Minimal(3)), L.Dense(1))


@kind
def spectral():
    needs((2, 13))
    return stack((4,), L.SpectralNormalization(L.Dense(3)), L.Dense(1, "mish"))


@kind
def wave_up():
    needs((2, 6))
    return stack((8, 2), L.Conv1DTranspose(2, 3, strides=2), L.ZeroPadding1D(1))


@kind
def films_in_lines():
    needs((2, 6))
    return stack((3, 8, 1), L.ConvLSTM1D(2, 3, return_sequences=True), L.GlobalMaxPooling2D())


@kind
def adapted_buckets():
    needs((2, 6))
    layer = P.Discretization(num_bins=4)
    layer.adapt(np.arange(20, dtype="float32"))
    return stack((2,), layer, L.Rescaling(0.5, 1.0))


@kind
def wide_and_deep():
    """Inputs of several types, prepared inside."""
    needs((2, 6))
    age, job = tf.keras.Input((1,), name="age"), tf.keras.Input((1,), name="job", dtype="string")
    scaled = P.Normalization(mean=3.0, variance=2.0)(age)
    places = P.Hashing(6, salt=[3, 5])(job)
    ones = P.CategoryEncoding(num_tokens=6, output_mode="one_hot")(places)
    return tf.keras.Model({"age": age, "job": job}, L.Dense(1)(L.concatenate([scaled, ones])))


@kind
def several_hot():
    needs((2, 8))
    layer = P.IntegerLookup(vocabulary=[3, 5, 7], output_mode="multi_hot", mask_token=None)
    return tf.keras.Model(*_through(layer, (3,), "int64"))


def _through(layer, shape, dtype):
    start = tf.keras.Input(shape, dtype=dtype)
    return start, layer(start)


@kind
def batches_renormalised():
    """What only Keras 2 has."""
    if KERAS_3:
        raise Impossible("Keras 3 has not these arguments")
    layers = [L.Conv2D(2, 3), L.BatchNormalization(renorm=True), L.LayerNormalization(axis=[1, 2])]
    return stack((6, 6, 2), *(layers + [L.Flatten(), L.Dense(1)]))


@kind
def kernel_machine():
    if KERAS_3:
        raise Impossible("Keras 3 has no random features")
    layer = L.experimental.RandomFourierFeatures(4, scale=2.0)
    return compiled(stack((3,), layer, L.Dense(2)), "ftrl", "hinge")
