"""Models that take no plain batch of numbers: ragged, sparse, named, nested, long ones."""

import os

import numpy as np
import tensorflow as tf

from .common import KERAS_3, L, P
from .preprocessing import NEW, WORDS, learnt, numbers, on

AVERAGE = L.GlobalAveragePooling1D


def ragged_ids():
    start = tf.keras.Input((None,), ragged=True, dtype="int32")
    return tf.keras.Model(start, L.Dense(2)(L.LSTM(4)(L.Embedding(20, 4)(start))))


def ragged_numbers():
    start = tf.keras.Input((None, 3), ragged=True)
    return tf.keras.Model(start, L.Dense(2)(L.GRU(4)(start)))


def ragged_words():
    start = tf.keras.Input((None,), ragged=True, dtype="string")
    words = L.Embedding(12, 4)(P.StringLookup(vocabulary=WORDS)(start))
    return tf.keras.Model(start, L.Dense(2)(L.LSTM(4)(words)))


def ragged_and_plain():
    one = tf.keras.Input((None,), ragged=True, dtype="int64", name="ids")
    two = tf.keras.Input((4,), name="features")
    both = L.Concatenate()([L.LSTM(4)(L.Embedding(20, 4)(one)), two])
    return tf.keras.Model([one, two], L.Dense(2)(both))


def sparse():
    start = tf.keras.Input((16,), sparse=True)
    return tf.keras.Model(start, L.Dense(3)(start))


def sparse_and_plain():
    one = tf.keras.Input((10,), sparse=True, name="bag")
    two = tf.keras.Input((4,), name="features")
    return tf.keras.Model([one, two], L.Dense(2)(L.Concatenate()([L.Dense(4)(one), two])))


def sparse_inside():
    """Ids become a sparse row on their way."""
    size = {"num_tokens" if NEW else "max_tokens": 6}
    start = tf.keras.Input((3,), dtype="int64")
    many = "multi_hot" if NEW else "binary"
    return on(start, P.CategoryEncoding(output_mode=many, sparse=True, **size)(start))


def dictionary():
    """A table of data: a number, a word and a code, each by its name."""
    start = {
        "age": tf.keras.Input((1,), name="age"),
        "kind": tf.keras.Input((1,), name="kind", dtype="string"),
        "code": tf.keras.Input((1,), name="code", dtype="int64"),
    }
    age = learnt(P.Normalization(axis=-1), numbers(50, 1))(start["age"])
    kind = L.Flatten()(L.Embedding(12, 3)(P.StringLookup(vocabulary=WORDS)(start["kind"])))
    code = L.Flatten()(L.Embedding(12, 2)(start["code"]))
    return tf.keras.Model(start, L.Dense(2)(L.Concatenate()([age, kind, code])))


def tokens():
    """As language models name theirs."""
    names = ("input_word_ids", "input_mask", "input_type_ids")
    start = {name: tf.keras.Input((None,), name=name, dtype="int32") for name in names}
    words = L.Embedding(30, 4)(start["input_word_ids"])
    kinds = L.Embedding(2, 4)(start["input_type_ids"])
    masks = L.Embedding(2, 4)(start["input_mask"])
    return tf.keras.Model(start, L.Dense(2)(AVERAGE()(L.Add()([words, kinds, masks]))))


def nested_outputs():
    start = tf.keras.Input((4,))
    one, two, three = L.Dense(2)(start), L.Dense(3)(start), L.Dense(4)(start)
    return tf.keras.Model(start, {"first": one, "more": [two, {"last": three}]})


def named_outputs():
    start = tf.keras.Input((4,))
    return tf.keras.Model(start, {"b": L.Dense(2)(start), "a": L.Dense(3)(start)})


def cropped():
    """Nothing is left of a sequence below 421."""
    layers = [L.Conv1D(3, 21), L.Cropping1D((200, 200)), AVERAGE(), L.Dense(2)]
    return tf.keras.Sequential([tf.keras.Input((None, 4)), *layers])


def wide():
    """A kernel as long as a frame of sound."""
    layers = [L.Conv1D(3, 400, strides=160), AVERAGE(), L.Dense(2)]
    return tf.keras.Sequential([tf.keras.Input((None, 1)), *layers])


def pooled():
    """Four times eight steps become one."""
    layers = [layer for _ in range(4) for layer in (L.Conv1D(3, 3, padding="same"), L.MaxPool1D(8))]
    return tf.keras.Sequential([tf.keras.Input((None, 4)), *layers, AVERAGE(), L.Dense(2)])


def dilated():
    layers = [L.Conv1D(3, 3, dilation_rate=rate) for rate in (1, 8, 64, 128)]
    return tf.keras.Sequential([tf.keras.Input((None, 2)), *layers, AVERAGE(), L.Dense(2)])


def sound():
    """Samples alone: the only size is their number."""
    start = tf.keras.Input((None,))
    frames = L.Conv1D(3, 400, strides=160)(L.Reshape((-1, 1))(start))
    return tf.keras.Model(start, L.Dense(2)(AVERAGE()(frames)))


def large_pictures():
    """Six halvings without padding: a picture of 64 is too small."""
    layers = [layer for _ in range(6) for layer in (L.Conv2D(3, 3), L.MaxPool2D())]
    layers += [L.GlobalAveragePooling2D(), L.Dense(2)]
    return tf.keras.Sequential([tf.keras.Input((None, None, 3)), *layers])


def joined():
    """Halves come together again: sizes must be multiples of four."""
    start = tf.keras.Input((None, None, 1))
    one = L.Conv2D(2, 3, padding="same")(start)
    two = L.MaxPool2D()(L.MaxPool2D()(one))
    return tf.keras.Model(start, L.Conv2D(1, 1)(L.Concatenate()([one, L.UpSampling2D(4)(two)])))


MODELS = (ragged_ids, ragged_numbers, ragged_words, ragged_and_plain, sparse, sparse_and_plain)
MODELS += (sparse_inside, dictionary, tokens, nested_outputs, named_outputs, cropped, wide)
MODELS += (pooled, dilated, sound, large_pictures, joined)


class Own(tf.keras.Model):
    """A class of the user, which nobody has where the model is loaded."""

    def __init__(self):
        super().__init__()
        self.normal = L.BatchNormalization()
        self.last = L.Dense(2)

    def call(self, inputs, training=False):
        return self.last(self.normal(inputs, training=training))


def subclassed(folder):
    model = Own()
    model(numbers(4, 3))
    random = np.random.RandomState(1)
    model.set_weights([random.uniform(0.05, 0.3, one.shape) for one in model.get_weights()])
    place = os.path.join(folder, "subclassed")
    if KERAS_3:
        model.export(place)
    else:
        model.predict(numbers(4, 3))
        model.save(place)


OTHERS = (subclassed,)
