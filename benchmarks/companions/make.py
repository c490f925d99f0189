"""Makes small real models out of what a companion brings: `python make.py NAME FOLDER`.

Run by the Python of a cell that has the companion, so Python 3.7 syntax and nothing of ours. Each
function is called as the package, gives {name: Keras model or function to save} and is saved in
every format that the release writes. What cannot be saved is said, and the others are saved.
"""

import os
import sys

import tensorflow as tf


def keras_2():
    """The Keras 2 of this environment."""
    version = getattr(tf.keras, "version", None) or getattr(tf.keras, "__version__", "2")
    version = version() if callable(version) else version
    if not version.startswith("3"):
        return tf.keras
    import tf_keras

    return tf_keras


def dense_net(keras, *layers, shape=(8,)):
    inputs = keras.Input(shape)
    x = inputs
    for layer in layers:
        x = layer(x)
    return keras.Model(inputs, x)


def tensorflow_text(_):
    import tensorflow_text as text

    class Words(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="x")])
        def __call__(self, x):
            return {"words": text.WhitespaceTokenizer().tokenize(x).row_lengths()}

    module = Words()
    return {"tokenizer": (module, module.__call__)}


def tensorflow_addons(_):
    import tensorflow_addons as tfa

    keras = tf.keras
    return {
        "layers": dense_net(
            keras,
            keras.layers.Dense(4, activation=tfa.activations.mish),
            tfa.layers.WeightNormalization(keras.layers.Dense(4)),
            tfa.layers.Maxout(2),
        )
    }


def tensorflow_decision_forests(_):
    import numpy as np
    import tensorflow_decision_forests as tfdf

    numbers = np.random.RandomState(0).rand(60, 2).astype("float32")
    table = {"a": numbers[:, 0], "b": numbers[:, 1]}
    label = (numbers[:, 0] > numbers[:, 1]).astype("int64")
    model = tfdf.keras.RandomForestModel(num_trees=3, verbose=0)
    model.fit(tf.data.Dataset.from_tensor_slices((table, label)).batch(60), verbose=0)
    return {"forest": model}


def tensorflow_hub(folder):
    import tensorflow_hub as hub

    class Half(tf.Module):
        def __init__(self):
            super().__init__()
            self.w = tf.Variable(tf.ones([8, 4]) / 2)
            self.variables_ = [self.w]
            self.trainable_variables_ = [self.w]

        @tf.function(input_signature=[tf.TensorSpec([None, 8], tf.float32)])
        def __call__(self, x):
            return tf.matmul(x, self.w)

    module = os.path.join(folder, "..", "hub-module")
    module = os.path.abspath(module)
    tf.saved_model.save(Half(), module)
    keras = keras_2()
    layer = hub.KerasLayer(module, input_shape=(8,), dtype=tf.float32)
    return {"layer": keras.Sequential([layer, keras.layers.Dense(2)])}


def tensorflow_io(_):
    import tensorflow_io as tfio

    class Image(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.string, name="x")])
        def __call__(self, x):
            return {"image": tfio.image.decode_webp(x)}

    module = Image()
    return {"webp": (module, module.__call__)}


def tensorflow_probability(_):
    import tensorflow_probability as tfp

    keras = keras_2()
    flipout = dense_net(keras, tfp.layers.DenseFlipout(4), keras.layers.Dense(2))
    normal = dense_net(
        keras,
        keras.layers.Dense(tfp.layers.IndependentNormal.params_size(2)),
        tfp.layers.IndependentNormal(2),
    )

    class Distribution(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
        def __call__(self, x):
            return tfp.distributions.Independent(tfp.distributions.Normal(x, 1.0), 1)

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
        def mean(self, x):
            return {"mean": self(x).mean()}

    module = Distribution()
    return {"flipout": flipout, "normal": normal, "types": (module, module.mean)}


def qkeras(_):
    import qkeras as q

    keras = tf.keras
    bits = "quantized_bits(4, 0, 1)"
    return {
        "layers": dense_net(
            keras,
            q.QDense(4, kernel_quantizer=bits, bias_quantizer=bits),
            q.QActivation("quantized_relu(3)"),
            q.QDense(2, kernel_quantizer=q.quantized_po2(4)),
        ),
        "convolution": dense_net(
            keras,
            q.QConv2D(3, 3, kernel_quantizer=bits, bias_quantizer=bits),
            q.QBatchNormalization(),
            keras.layers.Flatten(),
            shape=(8, 8, 1),
        ),
    }


def keras_hub(_):
    import keras_hub

    keras = tf.keras
    return {
        "encoder": dense_net(
            keras,
            keras_hub.layers.TokenAndPositionEmbedding(50, 8, 4),
            keras_hub.layers.TransformerEncoder(8, 2),
        )
    }


def keras_nlp(_):
    import keras_nlp

    keras = tf.keras
    return {
        "encoder": dense_net(
            keras,
            keras_nlp.layers.TokenAndPositionEmbedding(50, 8, 4),
            keras_nlp.layers.TransformerEncoder(8, 2),
        )
    }


def keras_cv(_):
    import keras_cv

    keras = tf.keras
    return {
        "blocks": dense_net(
            keras,
            keras.layers.Conv2D(4, 3),
            keras_cv.layers.SqueezeAndExcite2D(4),
            keras_cv.layers.DropPath(0.2),
            shape=(8, 8, 3),
        )
    }


def tensorflow_recommenders(_):
    import tensorflow_recommenders as tfrs

    keras = tf.keras
    inputs = keras.Input((8,))
    x = tfrs.layers.dcn.Cross()(inputs, inputs)
    return {"cross": keras.Model(inputs, keras.layers.Dense(2)(x))}


def tensorflow_ranking(_):
    import tensorflow_ranking as tfr

    keras = tf.keras
    model = dense_net(keras, keras.layers.Dense(4), keras.layers.Dense(1), shape=(3, 8))
    squeezed = keras.Model(model.input, keras.layers.Flatten()(model.output))
    squeezed.compile(
        optimizer="sgd",
        loss=tfr.keras.losses.SoftmaxLoss(),
        metrics=[tfr.keras.metrics.NDCGMetric(topn=2)],
    )
    return {"loss": squeezed}


def tensorflow_model_optimization(_):
    import tensorflow_model_optimization as tfmot

    keras = keras_2()

    def net():
        return keras.Sequential(
            [keras.layers.Dense(4, activation="relu", input_shape=(8,)), keras.layers.Dense(2)]
        )

    start = tfmot.clustering.keras.CentroidInitialization.LINEAR
    return {
        "quantized": tfmot.quantization.keras.quantize_model(net()),
        "pruned": tfmot.sparsity.keras.prune_low_magnitude(net()),
        "clustered": tfmot.clustering.keras.cluster_weights(
            net(), number_of_clusters=3, cluster_centroids_init=start
        ),
    }


def saved(model, name):
    """Every file that this release writes of a model."""
    if isinstance(model, tuple):
        yield name, lambda path: tf.saved_model.save(model[0], path, signatures=model[1])
        return
    third = type(model).__module__.startswith("keras.") and hasattr(model, "export")
    if third and int(__import__("keras").__version__[0]) >= 3:
        yield name + ".keras", model.save
        yield name + ".h5", model.save
        yield name, model.export
        return
    yield name, lambda path: model.save(path, save_format="tf")
    yield name + ".h5", lambda path: model.save(path, save_format="h5")
    minor = [int(part) for part in tf.__version__.split(".")[:2]]
    if minor >= [2, 12]:
        form = "keras_v3" if minor == [2, 12] else "keras"
        yield name + ".keras", lambda path: model.save(path, save_format=form)


def main(name, folder):
    os.makedirs(folder, exist_ok=True)
    package = __import__(name)
    print("version", name, getattr(package, "__version__", "?"))
    for kind, model in globals()[name](folder).items():
        for file, save in saved(model, kind):
            try:
                save(os.path.join(folder, file))
                print("saved", file)
            except Exception as error:
                print("not saved", file, type(error).__name__, str(error)[:300].replace("\n", " "))
    print(
        "tf.keras is",
        getattr(tf.keras, "__name__", ""),
        type(tf.keras.layers.Dense).__module__,
        tf.keras.layers.Dense.__module__,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
