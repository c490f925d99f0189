"""Models such as most are: plain layers, a graph of TensorFlow 1, a quantised network."""

import os

import numpy as np
import tensorflow as tf

from .common import KERAS_3, L, P, fixed, save, settled

# As in `nudged.py`, which cannot be imported here.
NUDGE = 0.25


def dense():
    return tf.keras.Sequential([tf.keras.Input((8,)), L.Dense(16, "relu"), L.Dense(3)])


def convolution():
    layers = [L.Conv2D(8, 3), L.BatchNormalization(), L.ReLU(), L.MaxPool2D()]
    layers += [L.SeparableConv2D(16, 3), L.BatchNormalization(), L.GlobalAveragePooling2D()]
    return tf.keras.Sequential([tf.keras.Input((32, 32, 3)), *layers, L.Dense(10, "softmax")])


def segmentation():
    """Outputs too large for an event."""
    layers = [L.Conv2D(8, 3, padding="same"), L.UpSampling2D(), L.Conv2D(2, 1)]
    return tf.keras.Sequential([tf.keras.Input((64, 64, 3)), *layers])


def lstm():
    layers = [L.LSTM(16, return_sequences=True), L.Bidirectional(L.LSTM(8)), L.Dense(2)]
    return tf.keras.Sequential([tf.keras.Input((12, 5)), *layers])


def stateful():
    return tf.keras.Sequential([fixed((6, 4)), L.LSTM(8, stateful=True), L.Dense(2)])


def gru():
    return tf.keras.Sequential([tf.keras.Input((None, 5)), L.GRU(16), L.Dense(2)])


def attention():
    start = tf.keras.Input((10, 16))
    seen = L.MultiHeadAttention(num_heads=2, key_dim=8)(start, start)
    both = L.LayerNormalization()(L.Add()([start, seen]))
    return tf.keras.Model(start, L.Dense(4)(L.GlobalAveragePooling1D()(both)))


def embedding():
    layers = [L.Embedding(50, 8), L.GlobalAveragePooling1D(), L.Dense(4)]
    return tf.keras.Sequential([tf.keras.Input((20,), dtype="int32"), *layers])


def several():
    """Two inputs, two outputs."""
    one, two = tf.keras.Input((4,), name="left"), tf.keras.Input((4,), name="right")
    joined = L.Concatenate()([one, two])
    return tf.keras.Model([one, two], [L.Dense(2)(joined), L.Dense(3)(joined)])


def mixed():
    tf.keras.mixed_precision.set_global_policy("mixed_float16")
    model = tf.keras.Sequential(
        [tf.keras.Input((8,)), L.Dense(32, "relu"), L.Dense(3, dtype="float32")]
    )
    tf.keras.mixed_precision.set_global_policy("float32")
    return model


def vectorization():
    layer = P.TextVectorization(max_tokens=20, output_sequence_length=6)
    layer.adapt(np.array([["hello world"], ["the quick brown fox"], ["good morning"]]))
    start = tf.keras.Input((1,), dtype="string")
    return tf.keras.Model(start, L.Dense(2)(L.Flatten()(L.Embedding(20, 4)(layer(start)))))


MODELS = (dense, convolution, segmentation, lstm, stateful, gru, attention, embedding)
MODELS += (several, mixed, vectorization)


def nudged(folder):
    """`dense` with one bias moved: one output is off by NUDGE."""
    model = settled(dense())
    weights = model.get_weights()
    weights[-1][1] += NUDGE
    model.set_weights(weights)
    save(model, folder, "nudged")


def module(folder):
    class Scale(tf.Module):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable([1.5, 2.5, 3.5])

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
        def scaled(self, x):
            return {"y": tf.linalg.matmul(tf.sin(x) * self.factor, tf.ones([3, 4]))}

    made = Scale()
    tf.saved_model.save(made, os.path.join(folder, "module"), {"serving_default": made.scaled})


def graph(folder):
    """A graph of TensorFlow 1, with a table and a call that parses examples."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 4], "x")
        weights = v1.get_variable("w", initializer=np.ones((4, 2), "float32"), use_resource=False)
        y = tf.nn.softmax(tf.matmul(x, weights) + [0.5, 0.0], name="y")
        serialized = v1.placeholder(tf.string, [None], "examples")
        features = {"a": v1.FixedLenFeature([4], tf.float32), "b": v1.VarLenFeature(tf.string)}
        parsed = v1.parse_example(serialized, features)
        z = tf.matmul(parsed["a"], weights)
        words = tf.lookup.KeyValueTensorInitializer(["water", "fire"], np.array([3, 4], "int64"))
        table = tf.lookup.StaticVocabularyTable(words, 2)
        ids = table.lookup(parsed["b"].values)
        session.run([v1.global_variables_initializer(), v1.tables_initializer()])
        builder = v1.saved_model.Builder(os.path.join(folder, "graph"))
        info = v1.saved_model.utils.build_tensor_info
        define = v1.saved_model.signature_def_utils.build_signature_def
        one = define({"x": info(x)}, {"y": info(y)}, "predict")
        other = define({"inputs": info(serialized)}, {"z": info(z), "ids": info(ids)}, "parse")
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            {"serving_default": one, "parse": other},
            main_op=v1.tables_initializer(),
        )
        builder.save()


def quantised(folder):
    """A TFLite model in int8."""
    model = settled(convolution())
    name = os.path.join(folder, "tflite-source")
    model.export(name) if KERAS_3 else model.save(name)
    converter = tf.lite.TFLiteConverter.from_saved_model(name)
    random = np.random.RandomState(2)

    def samples():
        for _ in range(20):
            yield [random.uniform(0, 1, (1, 32, 32, 3)).astype("float32")]

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with open(os.path.join(folder, "quantised.tflite"), "wb") as file:
        file.write(converter.convert())


OTHERS = (nudged, module, graph, quantised)
