"""Makes a model of each format that the TensorFlow of this environment writes, for `formats.py`.

    python make.py FOLDER

Nothing of the project is imported: this runs in the environments of old releases, from Python 3.7
on. What a release cannot write is printed and left out.
"""

import os
import sys

import tensorflow as tf

v1 = tf.compat.v1
KERAS_3 = int(tf.__version__.split(".")[0]) == 2 and int(tf.__version__.split(".")[1]) >= 16


def keras_model():
    weights = tf.keras.initializers.Constant(0.5)
    first = tf.keras.layers.Dense(3, activation="relu", kernel_initializer=weights)
    last = tf.keras.layers.Dense(2, kernel_initializer=weights)
    start = tf.keras.layers.Input((4,), name="x")
    return tf.keras.models.Model(start, last(first(start)))


def keras_h5(path):
    keras_model().save(path + ".h5")


def keras_v3(path):
    if tf.__version__.startswith("1.") or not hasattr(tf.keras.models.Model, "export"):
        raise NotImplementedError("the .keras format is younger")
    keras_model().save(path + ".keras")


def keras_json(path):
    os.mkdir(path)
    model = keras_model()
    with open(os.path.join(path, "model.json"), "w") as file:
        file.write(model.to_json())
    model.save_weights(os.path.join(path, "model.weights.h5"))


def saved_model(path):
    if KERAS_3:
        keras_model().export(path)
    else:
        keras_model().save(path, save_format="tf")


def saved_model_v1(path):
    with tf.Graph().as_default(), v1.Session() as session:
        x, y = linear()
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, path, inputs={"x": x}, outputs={"y": y})


def graph_def(path):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, 4], name="x")
        tf.multiply(x, 2.0, name="y")
    folder, name = os.path.split(path + ".pb")
    tf.io.write_graph(graph, folder, name, as_text=False)


def meta_graph(path):
    checkpoint(path)


def checkpoint(path):
    with tf.Graph().as_default(), v1.Session() as session:
        linear()
        session.run(v1.global_variables_initializer())
        os.mkdir(path)
        saver = v1.train.Saver()
        prefix = os.path.join(path, "model.ckpt")
        saver.save(session, prefix, write_meta_graph=path.endswith("meta_graph"))


def checkpoint_v1(path):
    with tf.Graph().as_default(), v1.Session() as session:
        linear()
        session.run(v1.global_variables_initializer())
        os.mkdir(path)
        saver = v1.train.Saver(write_version=v1.train.SaverDef.V1)
        saver.save(session, os.path.join(path, "model.ckpt"), write_meta_graph=False)


def linear():
    x = v1.placeholder(tf.float32, [None, 4], name="x")
    weight = v1.get_variable("weight", initializer=[[1.0], [2.0], [3.0], [4.0]])
    return x, tf.matmul(x, weight, name="y")


def tflite(path):
    @tf.function(input_signature=[tf.TensorSpec([1, 4], tf.float32, name="x")])
    def double(x):
        return x * 2.0

    converter = tf.lite.TFLiteConverter.from_concrete_functions([double.get_concrete_function()])
    with open(path + ".tflite", "wb") as file:
        file.write(converter.convert())


KINDS = (
    keras_h5,
    keras_v3,
    keras_json,
    saved_model,
    saved_model_v1,
    graph_def,
    meta_graph,
    checkpoint,
    checkpoint_v1,
    tflite,
)


def main(folder):
    for make in KINDS:
        # Each in a process of its own: TensorFlow 1 has one session, and Keras one graph.
        pid = os.fork()
        if pid == 0:
            code = 0
            try:
                make(os.path.join(folder, make.__name__))
            except BaseException as error:
                print("%s: %s: %s" % (make.__name__, type(error).__name__, str(error)[:200]))
                code = 1
            sys.stdout.flush()
            os._exit(code)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(sys.argv[1])
