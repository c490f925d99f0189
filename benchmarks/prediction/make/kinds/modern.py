"""Keras models with what only Keras 3 has."""

import tensorflow as tf

from kinds.forms import KERAS_3, Impossible, needs, registered
from kinds.layers import L, stack

KINDS = {}
kind = registered(KINDS)


def needs_keras_3():
    if not KERAS_3:
        raise Impossible("it needs Keras 3")


@kind
def quantised():
    needs_keras_3()
    model = stack((8,), L.Dense(8, "relu"), L.Dense(2))
    model.quantize("int8")
    return model


@kind
def adapted_by_rank():
    needs_keras_3()
    model = stack((8,), L.Dense(8), L.EinsumDense("ab,bc->ac", 4))
    model.layers[0].enable_lora(2)
    return model


@kind
def language():
    """A block of a language model of today."""
    needs((2, 20))
    start = tf.keras.Input((6,), dtype="int32")
    x = L.Embedding(16, 8)(start)
    x = L.RMSNormalization()(x)
    x = L.GroupQueryAttention(4, 4, 2)(x, x, use_causal_mask=True)
    return tf.keras.Model(start, tf.keras.ops.einsum("bsd,bsd->bs", x, x))


@kind
def masks():
    """Operations of Keras, also those that choose."""
    needs_keras_3()
    ops = tf.keras.ops
    start = tf.keras.Input((4, 3))
    kept = ops.where(start > 0.5, start, ops.zeros_like(start))
    found = L.GlobalAveragePooling1D()(L.LSTM(3, return_sequences=True)(L.Masking()(kept)))
    return tf.keras.Model(start, ops.softmax(ops.concatenate([found, ops.max(start, axis=1)])))


@kind
def mixed_up():
    """Pictures, augmented as Keras 3 does."""
    needs((2, 18))
    layers = [L.RandomBrightness(0.2), L.RandomErasing(), L.Solarization(), L.AutoContrast()]
    return stack((8, 8, 3), *(layers + [L.Flatten(), L.Dense(1)]))
