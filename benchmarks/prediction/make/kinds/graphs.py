"""What TensorFlow 1 saves: graphs in sessions, SavedModels of them, checkpoints, MetaGraphs."""

import os

import numpy as np
import tensorflow as tf

from kinds.forms import VERSION, Impossible, registered, v1

KINDS = {}
kind = registered(KINDS)


def linear(resource=False):
    x = v1.placeholder(tf.float32, [None, 3], "x")
    w = v1.get_variable("w", initializer=np.ones((3, 2), "float32"), use_resource=resource)
    b = v1.get_variable("b", initializer=np.zeros(2, "float32"), use_resource=resource)
    return x, tf.identity(tf.matmul(x, w) + b, name="y")


def served(session, name, inputs, outputs, tags=("serve",), **more):
    builder = v1.saved_model.Builder(name)
    define = v1.saved_model.signature_def_utils.predict_signature_def
    signatures = {"serving_default": define(inputs, outputs)} if inputs else None
    builder.add_meta_graph_and_variables(session, list(tags), signatures, **more)
    builder.save()
    return {"path": name, "kind": "saved_model", "tags": list(tags), "endpoint": "serving_default"}


def in_session(build):
    """A kind whose graph is built in a session, which is initialized."""

    def made(name):
        with tf.Graph().as_default(), v1.Session() as session:
            return build(session, name)

    made.__name__ = build.__name__
    KINDS[build.__name__] = made
    return made


@in_session
def graph_ref(session, name):
    x, y = linear()
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"y": y})


@in_session
def graph_resource(session, name):
    x, y = linear(resource=True)
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"y": y}, strip_default_attrs=True)


@in_session
def graph_unserved(session, name):
    linear()
    session.run(v1.global_variables_initializer())
    return served(session, name, None, None)


@in_session
def graph_odd_tags(session, name):
    x, y = linear()
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"y": y}, tags=("serve", "gpu"))


@in_session
def graph_no_tags(session, name):
    x, y = linear()
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"y": y}, tags=())


@in_session
def graph_table(session, name):
    with open("graph-words.txt", "w") as file:
        file.write("a\nb\n")
    asset = tf.constant("graph-words.txt")
    v1.add_to_collection(v1.GraphKeys.ASSET_FILEPATHS, asset)
    given = (
        v1.lookup.TextFileInitializer(
            asset,
            tf.string,
            v1.lookup.TextFileIndex.WHOLE_LINE if hasattr(v1.lookup, "TextFileIndex") else -2,
            tf.int64,
            -1,
        )
        if hasattr(v1, "lookup") and hasattr(v1.lookup, "TextFileInitializer")
        else tf.lookup.TextFileInitializer(asset, tf.string, -2, tf.int64, -1)
    )
    table = tf.lookup.StaticHashTable(given, -1)
    x = v1.placeholder(tf.string, [None], "x")
    y = table.lookup(x)
    session.run(v1.tables_initializer())
    return served(
        session,
        name,
        {"x": x},
        {"y": y},
        main_op=v1.tables_initializer(),
        assets_collection=v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS),
    )


@in_session
def graph_parses(session, name):
    x = v1.placeholder(tf.string, [None], "x")
    features = {"a": v1.FixedLenFeature([3], tf.float32), "b": v1.VarLenFeature(tf.int64)}
    parsed = v1.parse_example(x, features)
    _, y = parsed, tf.reduce_sum(parsed["a"], 1)
    return served(session, name, {"x": x}, {"y": y, "b": parsed["b"].values})


@in_session
def graph_controls(session, name):
    """Loops and branches as TensorFlow 1 writes them."""
    x = v1.placeholder(tf.float32, [2], "x")
    v1.disable_control_flow_v2()
    y = tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2), [0, x])[1]
    z = tf.cond(tf.reduce_sum(x) > 0, lambda: y, lambda: -y)
    w = v1.get_variable("w", initializer=1.0)
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"z": z * w})


@in_session
def graph_python(session, name):
    x = v1.placeholder(tf.float32, [2], "x")
    y = v1.py_func(lambda a: a * 2, [x], tf.float32)
    return served(session, name, {"x": x}, {"y": y})


@in_session
def graph_two(session, name):
    """Two graphs in one SavedModel."""
    x, y = linear()
    session.run(v1.global_variables_initializer())
    builder = v1.saved_model.Builder(name)
    define = v1.saved_model.signature_def_utils.predict_signature_def
    signatures = {"serving_default": define({"x": x}, {"y": y})}
    builder.add_meta_graph_and_variables(session, ["train"], signatures)
    builder.add_meta_graph(["serve"], signatures)
    builder.save()
    return {
        "path": name,
        "kind": "saved_model",
        "several": True,
        "tags": ["serve"],
        "endpoint": "serving_default",
    }


@in_session
def graph_text(session, name):
    x, y = linear()
    session.run(v1.global_variables_initializer())
    builder = v1.saved_model.Builder(name)
    define = v1.saved_model.signature_def_utils.predict_signature_def
    builder.add_meta_graph_and_variables(
        session, ["serve"], {"serving_default": define({"x": x}, {"y": y})}
    )
    builder.save(as_text=True)
    return {"path": name, "kind": "saved_model", "endpoint": "serving_default"}


def frozen(session, outputs):
    return v1.graph_util.convert_variables_to_constants(session, session.graph_def, outputs)


def written(definition, name, text=False):
    file = name + (".pbtxt" if text else ".pb")
    tf.io.write_graph(definition, ".", file, as_text=text)
    return {"path": file, "kind": "graph_def", "text": text}


@in_session
def frozen_linear(session, name):
    linear()
    session.run(v1.global_variables_initializer())
    return written(frozen(session, ["y"]), name)


@in_session
def frozen_text(session, name):
    linear(resource=True)
    session.run(v1.global_variables_initializer())
    return written(frozen(session, ["y"]), name, text=True)


@in_session
def graph_layers(session, name):
    """A graph with variables that is not frozen."""
    x = v1.placeholder(tf.float32, [None, 8, 8, 1], "x")
    w = v1.get_variable("w", [3, 3, 1, 2])
    y = tf.nn.relu(tf.nn.conv2d(x, w, 1, "SAME"))
    tf.nn.max_pool2d(y, 2, 2, "VALID", name="y")
    return written(session.graph_def, name)


@in_session
def frozen_strings(session, name):
    x = v1.placeholder(tf.string, [None], "x")
    tf.strings.to_number(tf.strings.substr(x, 0, 2), name="y")
    tf.strings.regex_full_match(x, "a.*", name="z")
    return written(session.graph_def, name)


@in_session
def graph_functions(session, name):
    """A GraphDef with functions in its library."""
    x = v1.placeholder(tf.float32, [2], "x")
    v1.enable_control_flow_v2()
    tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a * 2), [0, x])
    tf.map_fn(lambda a: a * 2, x, name="y")
    v1.disable_control_flow_v2()
    return written(session.graph_def, name)


@in_session
def graph_unknown_op(session, name):
    linear()
    definition = session.graph_def
    definition.node.add(name="strange", op="NobodysOp")
    return written(definition, name)


@in_session
def graph_unknown_attribute(session, name):
    v1.placeholder(tf.float32, [2], "x")
    tf.identity(tf.zeros([2]), name="y")
    definition = session.graph_def
    next(node for node in definition.node if node.name == "y").attr["nobodys"].i = 3
    return written(definition, name)


@in_session
def meta(session, name):
    linear()
    session.run(v1.global_variables_initializer())
    os.mkdir(name)
    v1.train.Saver().save(session, name + "/model.ckpt")
    return [
        {"path": name + "/model.ckpt.meta", "kind": "meta_graph", "weights": name + "/model.ckpt"},
        {"path": name + "/model.ckpt", "kind": "checkpoint"},
    ]


@in_session
def meta_alone(session, name):
    linear(resource=True)
    v1.train.Saver()
    v1.train.export_meta_graph(name + ".meta")
    return {"path": name + ".meta", "kind": "meta_graph"}


@in_session
def meta_training(session, name):
    """With the ops of an optimizer, gradients and summaries."""
    _, y = linear()
    loss = tf.reduce_mean(y)
    v1.summary.scalar("loss", loss)
    v1.train.AdamOptimizer().minimize(loss)
    session.run(v1.global_variables_initializer())
    os.mkdir(name)
    v1.train.Saver().save(session, name + "/model.ckpt")
    return {
        "path": name + "/model.ckpt.meta",
        "kind": "meta_graph",
        "weights": name + "/model.ckpt",
    }


@in_session
def meta_queues(session, name):
    _, y = linear()
    queue = v1.FIFOQueue(4, [tf.float32], [[2]])
    queue.enqueue_many([y])
    v1.data.make_initializable_iterator(v1.data.Dataset.from_tensor_slices([1.0, 2.0])).get_next()
    v1.train.Saver()
    v1.train.export_meta_graph(name + ".meta", as_text=True)
    return {"path": name + ".meta", "kind": "meta_graph", "text": True}


@in_session
def checkpoint_v1(session, name):
    linear()
    session.run(v1.global_variables_initializer())
    os.mkdir(name)
    v1.train.Saver(write_version=1).save(session, name + "/old.ckpt", write_meta_graph=False)
    return {"path": name + "/old.ckpt", "kind": "checkpoint"}


@in_session
def checkpoint_sharded(session, name):
    linear()
    with tf.device("/cpu:0"):
        v1.get_variable("text", initializer=["a", "b"])
        v1.get_variable("half", initializer=np.ones(3, "float16"))
    session.run(v1.global_variables_initializer())
    os.mkdir(name)
    saver = v1.train.Saver(sharded=True)
    return {
        "path": saver.save(session, name + "/model.ckpt", write_meta_graph=False).split("-?")[0],
        "kind": "checkpoint",
    }


@kind
def estimator(name):
    if VERSION >= (2, 16):
        raise Impossible("estimators are gone")
    column = tf.feature_column.numeric_column("a", shape=[2])
    one = tf.estimator.LinearClassifier([column], model_dir=name + "-dir")

    def data():
        return tf.data.Dataset.from_tensors(
            ({"a": np.ones((4, 2), "float32")}, np.ones(4, "int64"))
        )

    one.train(data, steps=1)
    receiver = tf.estimator.export.build_parsing_serving_input_receiver_fn(
        tf.feature_column.make_parse_example_spec([column])
    )
    place = one.export_saved_model(name, receiver)
    path = place.decode() if isinstance(place, bytes) else place
    os.rename(path, name + "-saved")
    return {"path": name + "-saved", "kind": "saved_model", "endpoint": "serving_default"}


@in_session
def graph_contrib(session, name):
    if VERSION >= (2, 0):
        raise Impossible("contrib is gone")
    x = v1.placeholder(tf.float32, [None, 4, 3], "x")
    cell = tf.nn.rnn_cell.BasicLSTMCell(2)
    y, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"y": y})


@in_session
def graph_partitioned(session, name):
    x = v1.placeholder(tf.float32, [None, 4], "x")
    parts = v1.fixed_size_partitioner(2)
    w = v1.get_variable("w", [4, 2], partitioner=parts)
    y = tf.matmul(x, tf.convert_to_tensor(w))
    session.run(v1.global_variables_initializer())
    return served(session, name, {"x": x}, {"y": y}, clear_devices=True)
