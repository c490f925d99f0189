"""What was published with TensorFlow 1: hubs, vocabularies, quantised graphs, averages."""

import os

import tensorflow as tf

from kinds.forms import VERSION, Impossible, v1
from kinds.graphs import frozen, linear, written

KINDS = {}


def in_session(build):
    """A kind whose graph is built in a session."""

    def made(name):
        with tf.Graph().as_default(), v1.Session() as session:
            return build(session, name)

    KINDS[build.__name__] = made
    return made


@in_session
def simply_saved(session, name):
    x, y = linear()
    session.run(v1.global_variables_initializer())
    v1.saved_model.simple_save(session, name, {"x": x}, {"y": y})
    return {"path": name, "kind": "saved_model"}


@in_session
def words_by_graph(session, name):
    """A vocabulary as TensorFlow 1 keeps it, with an operation that fills it."""
    from tensorflow.python.ops import lookup_ops

    table = lookup_ops.index_table_from_tensor(["a", "b"], num_oov_buckets=2)
    back = lookup_ops.index_to_string_table_from_tensor(["a", "b"], "none")
    x = v1.placeholder(tf.string, [None], "x")
    ids = table.lookup(x)
    y = back.lookup(ids)
    session.run(v1.tables_initializer())
    v1.saved_model.simple_save(
        session, name, {"x": x}, {"ids": ids, "y": y}, legacy_init_op=v1.tables_initializer()
    )
    return {"path": name, "kind": "saved_model"}


@in_session
def hub_of_graphs(session, name):
    """As modules of TensorFlow Hub were: a graph without tags and one for training."""
    x, y = linear()
    v1.get_variable("moving", initializer=0.0, trainable=False)
    session.run(v1.global_variables_initializer())
    builder = v1.saved_model.Builder(name)
    define = v1.saved_model.signature_def_utils.predict_signature_def
    signatures = {"default": define({"default": x}, {"default": y})}
    builder.add_meta_graph_and_variables(session, [], signatures)
    builder.add_meta_graph(["train"], signatures)
    builder.save()
    return {"path": name, "kind": "saved_model", "several": True, "tags": []}


@in_session
def quantised_graph(session, name):
    """Trained to be quantised, by the contribution of TensorFlow 1."""
    if VERSION >= (2, 0):
        raise Impossible("contrib is gone")
    x = v1.placeholder(tf.float32, [1, 8, 8, 3], "x")
    y = v1.layers.conv2d(x, 4, 3, activation=tf.nn.relu)
    tf.identity(v1.layers.conv2d(y, 2, 1), name="y")
    tf.contrib.quantize.create_eval_graph()
    session.run(v1.global_variables_initializer())
    return written(frozen(session, ["y"]), name)


@in_session
def turned_by_contrib(session, name):
    if VERSION >= (2, 0):
        raise Impossible("contrib is gone")
    x = v1.placeholder(tf.float32, [1, 8, 8, 3], "x")
    y = tf.contrib.image.rotate(x, 0.5)
    v1.saved_model.simple_save(session, name, {"x": x}, {"y": y})
    return {"path": name, "kind": "saved_model"}


@in_session
def averaged(session, name):
    """A checkpoint with moving averages and a step, and its graph."""
    _, y = linear()
    average = tf.train.ExponentialMovingAverage(0.9)
    step = v1.train.get_or_create_global_step()
    train = v1.train.MomentumOptimizer(0.1, 0.9).minimize(tf.reduce_mean(y), step)
    with tf.control_dependencies([train]):
        average.apply(v1.trainable_variables())
    session.run(v1.global_variables_initializer())
    os.mkdir(name)
    path = v1.train.Saver(max_to_keep=2).save(session, name + "/model", step)
    return [
        {"path": path + ".meta", "kind": "meta_graph", "weights": path},
        {"path": path, "kind": "checkpoint"},
    ]
