"""Makes the models of `numerics.py` with the TensorFlow of the environment it is started in.

    python make_numerics.py FOLDER

Nothing of the project is imported: this runs abroad, from Python 3.8 on. Weights are numbers of a
fixed seed, so that models are not trained and not random either.
"""

import os
import shutil
import sys

import numpy as np
import tensorflow as tf

L = tf.keras.layers
NUDGE = 0.25
VERSION = tuple(int(part) for part in tf.__version__.split(".")[:2])
KERAS_3 = VERSION >= (2, 16)


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
    start = tf.keras.Input(batch_shape=(1, 6, 4)) if KERAS_3 else tf.keras.Input((6, 4), 1)
    return tf.keras.Sequential([start, L.LSTM(8, stateful=True), L.Dense(2)])


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
    kind = L if VERSION >= (2, 6) else L.experimental.preprocessing
    layer = kind.TextVectorization(max_tokens=20, output_sequence_length=6)
    layer.adapt(np.array([["hello world"], ["the quick brown fox"], ["good morning"]]))
    start = tf.keras.Input((1,), dtype="string")
    return tf.keras.Model(start, L.Dense(2)(L.Flatten()(L.Embedding(20, 4)(layer(start)))))


MODELS = (dense, convolution, segmentation, lstm, stateful, gru, attention, embedding)
MODELS += (several, mixed, vectorization)


def settled(model):
    """The model with weights that are the same whoever makes it, and none too large."""
    random = np.random.RandomState(1)
    weights = []
    for old in model.get_weights():
        plain = isinstance(old, np.ndarray) and old.dtype.kind == "f"
        weights.append(random.uniform(0.05, 0.3, old.shape).astype(old.dtype) if plain else old)
    model.set_weights(weights)
    return model


def save(model, folder, name):
    suffix = ".keras" if VERSION >= (2, 13) else ".h5"
    # HDF5 cannot hold a table.
    if suffix == ".keras" or name != "vectorization":
        model.save(os.path.join(folder, name + suffix))
    (model.export if KERAS_3 else model.save)(os.path.join(folder, name))


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


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for make in MODELS:
        attempt(make.__name__, lambda make=make: save(settled(make()), folder, make.__name__))
    for make in (nudged, module, graph, quantised):
        attempt(make.__name__, lambda make=make: make(folder))


def attempt(name, make):
    """Make one model in a process of its own: where it dies, the rest is measured all the same."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            make()
            code = 0
        except Exception as error:
            print("%s cannot be made: %s: %s" % (name, type(error).__name__, str(error)[:300]))
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        print("%s cannot be made: it died of signal %d" % (name, os.WTERMSIG(status)))
    if status:
        remove(name)


def remove(name):
    """What a failure left of a model: half of one would be measured for a whole."""
    folder = sys.argv[1]
    for found in os.listdir(folder):
        path = os.path.join(folder, found)
        if os.path.splitext(found)[0] == name:
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


if __name__ == "__main__":
    main(sys.argv[1])
