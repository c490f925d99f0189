"""TFLite models of networks with states, ids and several signatures."""

import os

import tensorflow as tf

from . import recurrent
from .common import KERAS_3, VERSION, Impossible, L, fixed, settled


def written(folder, name, converter, **settings):
    for key, value in settings.items():
        setattr(converter, key, value)
    with open(os.path.join(folder, name + ".tflite"), "wb") as file:
        file.write(converter.convert())


def of_call(model, *shape, dtype=tf.float32):
    """A converter of what a model computes for one shape: the way that every release takes."""

    def call(x):
        return model(x, training=False)

    function = tf.function(call).get_concrete_function(tf.TensorSpec(shape, dtype, "x"))
    holder = model
    if KERAS_3:
        # Its variables are not those of TensorFlow, which must know them all to freeze them.
        holder = tf.Module()
        holder.known = [one.value for one in model.variables]
    more = [holder] if VERSION >= (2, 7) else []
    return tf.lite.TFLiteConverter.from_concrete_functions([function], *more)


def lite_lstm(folder):
    model = settled(tf.keras.Sequential([fixed((7, 3)), L.LSTM(4), L.Dense(2)]))
    written(folder, "lite_lstm", of_call(model, 1, 7, 3))


def lite_masked_words(folder):
    model = settled(tf.keras.Sequential([fixed((9,), dtype="int32"), L.Embedding(20, 4), L.GRU(3)]))
    written(folder, "lite_masked_words", of_call(model, 1, 9, dtype=tf.int32))


def lite_small_weights(folder):
    """Weights of eight bits, numbers of 32 between them."""
    model = settled(recurrent.simple_rnn())
    written(
        folder,
        "lite_small_weights",
        of_call(model, 1, 7, 3),
        optimizations=[tf.lite.Optimize.DEFAULT],
    )


def lite_signatures(folder):
    """Two signatures in one file."""
    if VERSION < (2, 7):
        raise Impossible("it writes one signature a file")

    class Two(tf.Module):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable([1.5, 2.5, 3.5])

        @tf.function(input_signature=[tf.TensorSpec([1, 3], tf.float32, "x")])
        def scaled(self, x):
            return {"y": x * self.factor}

        @tf.function(input_signature=[tf.TensorSpec([1, 3], tf.float32, "x")])
        def moved(self, x):
            return {"y": x + self.factor}

    made = Two()
    functions = [one.get_concrete_function() for one in (made.scaled, made.moved)]
    place = os.path.join(folder, "tflite-source-signatures")
    tf.saved_model.save(made, place, dict(zip(("scaled", "moved"), functions)))
    written(folder, "lite_signatures", tf.lite.TFLiteConverter.from_saved_model(place))


OTHERS = (lite_lstm, lite_masked_words, lite_small_weights, lite_signatures)
