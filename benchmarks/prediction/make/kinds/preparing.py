"""Keras models that prepare data: numbers, texts, pictures, and inputs of other kinds."""

import numpy as np
import tensorflow as tf

from kinds.forms import KERAS_3, VERSION, Impossible, P, needs, registered
from kinds.layers import L, stack

KINDS = {}
kind = registered(KINDS)


@kind
def standardized():
    needs((2, 3))
    layer = P.Normalization()
    layer.adapt(np.arange(12, dtype="float32").reshape(4, 3))
    return stack((3,), layer, L.Dense(2))


@kind
def rescaled():
    needs((2, 3))
    return stack(
        (8, 8, 3), P.Rescaling(1 / 255.0), P.Resizing(4, 4), P.CenterCrop(2, 2), L.Flatten()
    )


@kind
def augmented():
    needs((2, 3))
    layers = [P.RandomFlip("horizontal"), P.RandomRotation(0.1), P.RandomZoom(0.1)]
    return stack((8, 8, 3), *(layers + [L.Flatten(), L.Dense(2)]))


@kind
def more_augmented():
    needs((2, 3))
    layers = [P.RandomContrast(0.2), P.RandomTranslation(0.1, 0.1), P.RandomCrop(4, 4)]
    return stack((8, 8, 3), *layers)


@kind
def looks_up():
    needs((2, 4))
    layer = P.StringLookup()
    layer.adapt(np.array(["a", "b", "c", "a"]))
    start = tf.keras.Input((1,), dtype="string")
    return tf.keras.Model(start, L.Embedding(10, 2)(layer(start)))


@kind
def given_words():
    needs((2, 4))
    layer = P.StringLookup(vocabulary=["x", "y"], num_oov_indices=2)
    start = tf.keras.Input((2,), dtype="string")
    return tf.keras.Model(start, layer(start))


@kind
def numbers_looked_up():
    needs((2, 4))
    layer = P.IntegerLookup()
    layer.adapt(np.array([3, 5, 7, 3]))
    start = tf.keras.Input((1,), dtype="int64")
    return tf.keras.Model(start, L.Embedding(10, 2)(layer(start)))


@kind
def counted():
    needs((2, 6))
    start = tf.keras.Input((3,), dtype="int64")
    return tf.keras.Model(start, P.CategoryEncoding(num_tokens=5, output_mode="multi_hot")(start))


@kind
def hashed():
    needs((2, 4))
    start = tf.keras.Input((1,), dtype="string")
    return tf.keras.Model(start, P.Hashing(7)(start))


@kind
def buckets():
    needs((2, 6))
    layer = P.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    start = tf.keras.Input((2,))
    return tf.keras.Model(start, layer(start))


@kind
def crossed():
    needs((2, 12))
    if KERAS_3 and VERSION < (2, 16):
        raise Impossible("no Keras 3")
    one, two = tf.keras.Input((1,), dtype="int32"), tf.keras.Input((1,), dtype="int32")
    return tf.keras.Model([one, two], L.HashedCrossing(5)((one, two)))


def vectorized(**more):
    needs((2, 4))
    layer = P.TextVectorization(max_tokens=20, **more)
    layer.adapt(np.array(["hello world", "the quick brown fox", "hello there"]))
    return layer


@kind
def texts():
    start = tf.keras.Input((1,), dtype="string")
    layer = vectorized(output_sequence_length=5)
    return tf.keras.Model(start, L.Dense(2)(L.Flatten()(L.Embedding(20, 3)(layer(start)))))


@kind
def texts_counted():
    start = tf.keras.Input((1,), dtype="string")
    mode = {"output_mode": "tf_idf" if VERSION >= (2, 6) else "tf-idf"}
    return tf.keras.Model(start, L.Dense(2)(vectorized(**mode)(start)))


@kind
def ragged():
    if KERAS_3:
        raise Impossible("Keras 3 has no ragged inputs")
    start = tf.keras.Input((None,), dtype="int32", ragged=True)
    return tf.keras.Model(start, L.LSTM(2)(L.Embedding(10, 3)(start)))


@kind
def sparse():
    start = tf.keras.Input((5,), sparse=True)
    return tf.keras.Model(start, L.Dense(2)(start))


@kind
def columns():
    """Feature columns."""
    if KERAS_3:
        raise Impossible("Keras 3 has no feature columns")
    words = tf.feature_column.categorical_column_with_vocabulary_list("word", ["a", "b"])
    given = [tf.feature_column.numeric_column("x"), tf.feature_column.indicator_column(words)]
    inputs = {
        "x": tf.keras.Input((1,), name="x"),
        "word": tf.keras.Input((1,), name="word", dtype="string"),
    }
    return tf.keras.Model(inputs, L.Dense(2)(L.DenseFeatures(given)(inputs)))


@kind
def spectrum():
    if not KERAS_3:
        raise Impossible("it needs Keras 3")
    return stack((64,), L.MelSpectrogram(fft_length=32, sequence_stride=16, num_mel_bins=8))
