"""Ways in which models are published: estimators, training loops, tables, frozen graphs."""

import os

import numpy as np
import tensorflow as tf

from kinds import layers, nets
from kinds.forms import KERAS_3, VERSION, Impossible, needs, registered, v1
from kinds.graphs import written
from kinds.layers import L
from kinds.modules import saved, serve, spec

KINDS = {}
kind = registered(KINDS)


@kind
def exported_by_keras(name):
    """The first way in which tf.keras wrote SavedModels."""
    if VERSION >= (2, 2):
        raise Impossible("that way is gone")
    model = tf.keras.Sequential([L.Dense(3, input_shape=(4,)), L.Dense(1)])
    tf.keras.experimental.export_saved_model(model, name)
    return {"path": name, "kind": "saved_model"}


def _estimated(features, labels, mode):
    y = v1.layers.dense(features["a"], 2, name="logits")
    export = tf.estimator.export
    outputs = {
        "serving_default": export.ClassificationOutput(tf.nn.softmax(y)),
        "score": export.RegressionOutput(y[:, 0]),
        "raw": export.PredictOutput({"y": y}),
    }
    step = v1.train.get_global_step()
    loss = tf.reduce_mean(y)
    train = v1.train.GradientDescentOptimizer(0.1).minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, {"y": y}, loss, train, export_outputs=outputs)


@kind
def own_estimator(name):
    return _exported(name, tf.estimator.Estimator(_estimated, name + "-dir"), "a")


@kind
def deep_estimator(name):
    words = tf.feature_column.categorical_column_with_vocabulary_list("w", ["a", "b"])
    columns = [
        tf.feature_column.embedding_column(words, 2),
        tf.feature_column.numeric_column("a", 2),
    ]
    one = tf.estimator.DNNRegressor([3], columns, name + "-dir", optimizer="Adagrad")
    return _exported(name, one, "a", "w")


def _exported(name, one, *features):
    if VERSION >= (2, 16):
        raise Impossible("estimators are gone")
    given = {"a": np.ones((4, 2), "float32"), "w": np.array([["a"]] * 4)}
    kept = {key: given[key] for key in features}
    one.train(
        lambda: tf.data.Dataset.from_tensors((kept, np.ones((4, 1), "float32"))).repeat(), steps=1
    )

    def receiver():
        places = {
            key: v1.placeholder(
                tf.as_dtype(part.dtype) if key == "a" else tf.string, [None, part.shape[1]]
            )
            for key, part in kept.items()
        }
        return tf.estimator.export.ServingInputReceiver(places, places)

    place = one.export_saved_model(name, receiver)
    os.rename(place.decode() if isinstance(place, bytes) else place, name + "-saved")
    return {"path": name + "-saved", "kind": "saved_model"}


@kind
def trains(name):
    """A loop of one's own: model, optimizer and step are parts of a module."""
    module = tf.Module()
    module.model = layers.stack((3,), L.Dense(2), L.Dense(1))
    module.optimizer = tf.keras.optimizers.SGD(0.1, momentum=0.9)
    module.step = tf.Variable(0, dtype=tf.int64, trainable=False)

    def train(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(module.model(x, training=True) - y))
        parts = module.model.trainable_variables
        module.optimizer.apply_gradients(zip(tape.gradient(loss, parts), parts))  # noqa: B905 - Python 3.7
        module.step.assign_add(1)
        return {"loss": loss}

    module.train = tf.function(train, input_signature=[spec([None, 3]), spec([None, 1])])
    module.train(tf.ones([1, 3]), tf.ones([1, 1]))
    module.infer = tf.function(lambda x: {"y": module.model(x)}, input_signature=[spec([None, 3])])
    return saved(module, name, {"train": module.train, "infer": module.infer})


@kind
def reusable(name):
    """As modules of TensorFlow Hub are, with training on and off."""
    module = tf.Module()
    module.w = tf.Variable(tf.ones([3, 2]), name="w")
    module.trainable_variables_of_hub, module.regularization_losses = [module.w], []

    def call(x, training=False):
        return tf.nn.dropout(x @ module.w, 0.1) if training else x @ module.w

    module.call = tf.function(call)
    for training in (True, False):
        module.call.get_concrete_function(spec([None, 3]), training=training)
    module.parts = {"more": (module.w, [tf.Variable(1.0)]), "text": "words"}
    return saved(module, name)


@kind
def mirrored(name):
    with tf.distribute.MirroredStrategy(["/cpu:0"]).scope():
        w = tf.Variable(tf.ones([2]), aggregation=tf.VariableAggregation.MEAN)
    return serve(name, lambda x: {"y": x * w}, spec([2]), w=w)


@kind
def placed(name):
    needs((2, 6))
    with tf.device("/cpu:0"):
        w = tf.Variable(tf.ones([2]), shape=tf.TensorShape([None]))
    module = tf.Module()
    module.w = w
    module.f = tf.function(lambda x: {"y": x * w}, input_signature=[spec([2])])
    options = tf.saved_model.SaveOptions(
        experimental_variable_policy="save_variable_devices", function_aliases={"f": module.f}
    )
    return saved(module, name, {"serving_default": module.f}, options=options)


@kind
def tables_of_numbers(name):
    module = tf.Module()
    pairs = tf.lookup.KeyValueTensorInitializer
    module.one = tf.lookup.StaticHashTable(pairs(tf.constant([1, 2], tf.int64), ["a", "b"]), "none")
    module.two = tf.lookup.StaticHashTable(pairs(["a", "b"], [0.5, 1.5]), 0.0)
    module.f = tf.function(
        lambda x: {"y": module.two.lookup(module.one.lookup(x))},
        input_signature=[spec([2], tf.int64)],
    )
    return saved(module, name, {"serving_default": module.f})


@kind
def frozen_today(name):
    """A Keras model, frozen with the tool of TensorFlow 2."""
    from tensorflow.python.framework import convert_to_constants

    model = nets.residual()
    concrete = tf.function(lambda x: model(x)).get_concrete_function(spec([1, 16, 16, 3]))
    fixed = convert_to_constants.convert_variables_to_constants_v2(concrete)
    return written(fixed.graph.as_graph_def(), name)


@kind
def managed(name):
    """What a training with a manager leaves: model, optimizer, step, and where the data was."""
    model = layers.trained()
    data = iter(tf.data.Dataset.range(4).batch(2))
    parts = {"model": model, "step": tf.Variable(3), "data": data}
    if not KERAS_3:
        parts["optimizer"] = model.optimizer
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(**parts), name, max_to_keep=2)
    return {"path": manager.save(), "kind": "checkpoint"}


@kind
def kept_by_tf_keras(name):
    """Saved by tf-keras beside a TensorFlow that has Keras 3."""
    import tf_keras

    start = tf_keras.Input((4,))
    inner = tf_keras.Sequential([tf_keras.layers.Dense(3, "relu"), tf_keras.layers.Dense(4)])
    end = tf_keras.layers.BatchNormalization()(inner(start) + start)
    model = tf_keras.Model(start, end)
    model.compile("adam", "mse")
    model.save(name + ".h5")
    model.save(name + ".keras")
    model.save(name, save_format="tf")
    return [
        {"path": name + ".h5", "kind": "keras"},
        {"path": name + ".keras", "kind": "keras"},
        {"path": name, "kind": "saved_model", "endpoint": "serving_default"},
    ]
