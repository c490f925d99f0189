"""Makes the models of `tests/real` with the TensorFlow of the environment it is started in.

    python make_models.py WHAT PATH

Nothing of the project is imported: this runs in cells, from Python 3.8 on.
"""

import os
import sys

import tensorflow as tf


def hidden(tensor):
    """The same tensor, whose shape nobody knows before it runs."""
    return tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=tf.TensorShape(None))


def aborting(tensor):
    """CHECK-fails in 2.4.4, which takes the process down (CVE-2022-35935, fixed in 2.10)."""
    two = hidden(tf.concat([tensor, tensor], 0))
    return tf.raw_ops.SobolSample(dim=two, num_results=two, skip=two)


def keras_model(path):
    layers = [tf.keras.layers.Dense(2, input_shape=(3,)), tf.keras.layers.Dense(1)]
    model = tf.keras.Sequential(layers)
    model.compile(loss="mse", optimizer="adam")
    model.save(path)


def stateful(path):
    """Counts its calls in a state, and gives more numbers than an event holds."""
    layers = [tf.keras.layers.LSTM(2, stateful=True, batch_input_shape=(1, 3, 2))]
    model = tf.keras.Sequential([*layers, tf.keras.layers.Dense(1500)])
    model.set_weights([0.01 * tf.ones(one.shape).numpy() for one in model.get_weights()])
    model.save(path)


def has_no_signatures(path):
    module = tf.Module()
    module.variable = tf.Variable(1.0)
    tf.saved_model.save(module, path)


def aborts_when_run(path):
    save(path, lambda x: aborting(tf.cast(x, tf.int32)))


def aborts_when_loaded(path):
    from tensorflow.python.training.tracking import tracking

    class Resource(tracking.TrackableResource):
        def _create_resource(self):
            return tf.raw_ops.MutableHashTableV2(
                key_dtype=tf.string, value_dtype=tf.int64, shared_name="resource"
            )

        @tf.function
        def _initialize(self):
            # Printed, or else the graph would be pruned of it.
            one = tf.cast(tf.random.uniform([1]), tf.int32)
            tf.print(aborting(one), output_stream=sys.stderr)
            return 0

    resource = Resource()
    save(path, lambda x: x + 1, resource)


def hangs_when_run(path):
    def endless(x):
        return tf.while_loop(lambda i: tf.reduce_all(i < 9.0), lambda i: [i * 1.0], [x])[0]

    save(path, endless)


def eats_memory_when_run(path):
    save(path, lambda x: tf.reduce_sum(tf.fill([600_000_000], x[0])))


CUSTOM = """
import tensorflow as tf


class Doubling(tf.keras.layers.Layer):
    def call(self, x):
        return 2.0 * x


def nothing(x):
    return x
"""


def custom(path):
    """A layer that Keras does not know, in the file `layers.py` beside it."""
    scope = {}
    exec(compile(CUSTOM, "layers.py", "exec"), scope)
    tf.keras.Sequential([tf.keras.Input((1,)), scope["Doubling"]()]).save(path)
    with open(os.path.join(os.path.dirname(path), "layers.py"), "w") as file:
        file.write(CUSTOM)


SUBCLASS = """
import tensorflow as tf


class Net(tf.keras.Model):
    def __init__(self, **given):
        super().__init__(**given)
        self.dense = tf.keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)

    def get_config(self):
        return {}
"""


def subclassed(path):
    """A model that says of its inputs only what it was built with; its class is beside it."""
    scope = {"__name__": "net"}
    exec(compile(SUBCLASS, "net.py", "exec"), scope)
    model = scope["Net"]()
    model(tf.zeros([2, 5]))
    model.save(path)
    with open(os.path.join(os.path.dirname(path), "net.py"), "w") as file:
        file.write(SUBCLASS)


def lambda_layer(path):
    layers = [tf.keras.Input((1,)), tf.keras.layers.Lambda(lambda x: 3.0 * x)]
    tf.keras.Sequential(layers).save(path)


def layer_of_a_saved_model(path):
    """Keras 3 makes this layer from trusted sources only; no Lambda is in it."""
    folder = path + "-saved"
    save(folder, lambda x: x / 2.0 + 2.0)
    layer = tf.keras.layers.TFSMLayer(folder, call_endpoint="serving_default")
    inputs = tf.keras.Input((), dtype="float32")
    tf.keras.Model(inputs, layer(inputs)).save(path)


def tflite(path):
    @tf.function(input_signature=[tf.TensorSpec([3], tf.float32, name=name) for name in "ab"])
    def add(a, b):
        return tf.zeros([3]) + a[0] + b[0]

    converter = tf.lite.TFLiteConverter.from_concrete_functions([add.get_concrete_function()])
    with open(path, "wb") as file:
        file.write(converter.convert())


def graph_def(path):
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None], name="x")
        tf.multiply(x, 2.0, name="double")
        tf.divide(tf.identity(x), tf.constant(2.0), name="half")
        tf.constant(1.0, name="nobody_asks")
    folder, name = os.path.split(path)
    tf.io.write_graph(graph, folder, name, as_text=name.endswith("txt"))


def old_checkpoint(path):
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        weight = v1.get_variable("weight", initializer=3.0, use_resource=False)
        tf.multiply(x, weight, name="y")
        version = getattr(v1.train.SaverDef, path[-2:].upper())
        saver = v1.train.Saver(write_version=version)
        session.run(v1.global_variables_initializer())
        os.mkdir(path)
        saver.save(session, os.path.join(path, "model"))


def architecture(path):
    model = tf.keras.Sequential(
        [tf.keras.layers.Dense(1, input_shape=(3,), kernel_initializer="ones", name="dense")]
    )
    os.mkdir(path)
    with open(os.path.join(path, "model.json"), "w") as file:
        file.write(model.to_json())
    model.save_weights(os.path.join(path, "weights.h5"))


def demanding(path):
    """Signatures that take only what fits: rows, sizes, lengths, lines, sparse parts."""
    module = tf.Module()
    module.table = tf.Variable(tf.ones([37, 4]))
    spec = tf.TensorSpec
    many = [None]
    functions = {
        "rows": (
            lambda ids: tf.gather(module.table, ids - 1000),
            [spec(many, tf.int64, "ids")],
        ),
        "resized": (
            lambda image, size: tf.image.resize(image, size) * 2.0,
            [spec([None, None, None, 3], tf.float32, "image"), spec([2], tf.int32, "size")],
        ),
        "cut": (
            lambda image: tf.image.crop_to_bounding_box(image, 20, 30, 300, 280),
            [spec([None, None, 3], tf.float32, "image")],
        ),
        "windows": (
            lambda x: tf.reshape(x, [-1, 60, 7]),
            [spec(many, tf.float32, "x")],
        ),
        "reversed": (
            lambda x, n: tf.reverse_sequence(x, n, seq_axis=1),
            [spec([None, None, 2], tf.float32, "x"), spec(many, tf.int32, "n")],
        ),
        "lines": (
            lambda line: tf.io.decode_csv(line, [0.0, 0, "none"])[0],
            [spec(many, tf.string, "line")],
        ),
        "sparse": (
            lambda indices, given, shape: tf.sparse.sparse_dense_matmul(
                tf.SparseTensor(indices, given, shape), module.table
            ),
            [
                spec([None, 2], tf.int64, "indices"),
                spec(many, tf.float32, "given"),
                spec([2], tf.int64, "shape"),
            ],
        ),
    }
    signatures = {
        name: tf.function(function, input_signature=specs).get_concrete_function()
        for name, (function, specs) in functions.items()
    }
    tf.saved_model.save(module, path, signatures=signatures)


def reads_outside(path):
    """Its call reads a file beside the model, which is no part of it."""
    outside = os.path.join(os.path.dirname(path), "outside.txt")
    with open(outside, "w") as file:
        file.write("a\nb\n")
    save(path, lambda x: x + tf.cast(tf.strings.length(tf.io.read_file(outside)), tf.float32))


def save(path, function, resource=None):
    module = tf.Module()
    module.resource = resource

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="x")], autograph=False)
    def call(x):
        return {"y": function(x)}

    module.call = call
    if resource is not None:
        resource.resource_handle  # noqa: B018 - made by being looked at
    tf.saved_model.save(module, path, signatures={"serving_default": call})


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
