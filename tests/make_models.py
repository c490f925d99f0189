"""Makes the models of test_real.py with the TensorFlow of the environment it is started in.

    python make_models.py WHAT PATH

Nothing of the project is imported: this runs abroad, from Python 3.8 on.
"""

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
