"""SavedModels of modules that use more of TensorFlow's ops."""

import numpy as np
import tensorflow as tf

from kinds.forms import needs, registered
from kinds.modules import serve, spec

KINDS = {}
kind = registered(KINDS)


@kind
def strings(name):
    def function(x):
        clean = tf.strings.regex_replace(tf.strings.lower(x), "[^a-z ]", "")
        parts = tf.strings.split(clean).to_tensor("")
        return {"y": tf.strings.join([parts, parts], "-"), "n": tf.strings.length(x)}

    return serve(name, function, spec([None], tf.string))


@kind
def unicode(name):
    def function(x):
        points = tf.strings.unicode_decode(x, "UTF-8")
        return {"y": points.to_tensor(), "b": tf.strings.unicode_encode(points, "UTF-16-BE")}

    return serve(name, function, spec([None], tf.string))


@kind
def ragged_inside(name):
    def function(values, splits):
        ragged = tf.RaggedTensor.from_row_splits(values, splits)
        return {"y": tf.reduce_sum(ragged, axis=1), "d": ragged.to_tensor()}

    return serve(name, function, spec([None]), spec([None], tf.int64))


@kind
def sparse_inside(name):
    def function(x):
        sparse = tf.sparse.from_dense(x)
        return {"y": tf.sparse.sparse_dense_matmul(sparse, tf.ones([3, 2]))}

    return serve(name, function, spec([2, 3]))


@kind
def stateless(name):
    def function(seed):
        return {
            "y": tf.random.stateless_normal([3], seed),
            "u": tf.random.stateless_uniform([2], seed),
        }

    return serve(name, function, spec([2], tf.int32))


@kind
def generator(name):
    needs((2, 3))
    made = tf.random.Generator.from_seed(3)
    return serve(name, lambda x: {"y": x + made.normal([2])}, spec([2]), made=made)


@kind
def random(name):
    return serve(name, lambda x: {"y": x + tf.random.uniform([2], seed=3)}, spec([2]))


@kind
def pictures(name):
    def function(x):
        image = tf.io.decode_image(x, 3, expand_animations=False)
        image.set_shape([None, None, 3])
        small = tf.image.resize(image, [4, 4], antialias=True)
        return {"y": tf.image.adjust_hue(small / 255.0, 0.1)}

    return serve(name, function, spec([], tf.string))


@kind
def boxes(name):
    def function(boxes, scores):
        kept, valid = tf.image.non_max_suppression_padded(
            boxes, scores, 4, pad_to_max_output_size=True
        )
        return {"y": kept, "n": valid}

    return serve(name, function, spec([None, 4]), spec([None]))


@kind
def parses(name):
    def function(x):
        features = {
            "a": tf.io.FixedLenFeature([2], tf.float32),
            "b": tf.io.VarLenFeature(tf.string),
        }
        parsed = tf.io.parse_example(x, features)
        return {"a": parsed["a"], "b": tf.sparse.to_dense(parsed["b"])}

    return serve(name, function, spec([None], tf.string))


@kind
def parses_ragged(name):
    def function(x):
        parsed = tf.io.parse_example(x, {"a": tf.io.RaggedFeature(tf.float32)})
        return {"a": parsed["a"].to_tensor()}

    return serve(name, function, spec([None], tf.string))


@kind
def algebra(name):
    def function(x):
        s, u, _ = tf.linalg.svd(x)
        return {"s": s, "u": u, "i": tf.linalg.inv(x + tf.eye(3)), "d": tf.linalg.det(x)}

    return serve(name, function, spec([3, 3]))


@kind
def signals(name):
    def function(x):
        spectrum = tf.abs(tf.signal.stft(x, 16, 8))
        mel = tf.signal.linear_to_mel_weight_matrix(4, 9, 8000)
        return {
            "y": tf.signal.mfccs_from_log_mel_spectrograms(
                tf.math.log(tf.matmul(spectrum, mel) + 1)
            )
        }

    return serve(name, function, spec([64]))


@kind
def einsums(name):
    def function(x, y):
        return {"y": tf.einsum("abc,cd->abd", x, y), "t": tf.tensordot(x, y, 1)}

    return serve(name, function, spec([2, 3, 4]), spec([4, 5]))


@kind
def convolves(name):
    kernel = tf.Variable(tf.ones([3, 3, 2, 4]))

    def function(x):
        y = tf.nn.conv2d(x, kernel, 1, "SAME")
        y = tf.nn.leaky_relu(tf.nn.bias_add(y, tf.zeros([4])), 0.1)
        y, _, _ = tf.compat.v1.nn.fused_batch_norm(y, tf.ones([4]), tf.zeros([4]))
        return {"y": tf.nn.max_pool2d(y, 2, 2, "VALID")}

    return serve(name, function, spec([1, 8, 8, 2]), kernel=kernel)


@kind
def faked_quantisation(name):
    def function(x):
        y = tf.quantization.fake_quant_with_min_max_args(x)
        return {"y": y, "q": tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0)}

    return serve(name, function, spec([4]))


@kind
def datasets(name):
    def function(x):
        data = tf.data.Dataset.from_tensor_slices(x).map(lambda a: a * 2).batch(2)
        return {"y": data.reduce(0.0, lambda s, a: s + tf.reduce_sum(a))}

    return serve(name, function, spec([4]))


@kind
def sets(name):
    def function(x, y):
        found = tf.sets.intersection(x, y)
        return {"y": tf.sparse.to_dense(found), "u": tf.unique(tf.reshape(x, [-1])).y}

    return serve(name, function, spec([1, 3], tf.int32), spec([1, 3], tf.int32))


@kind
def top(name):
    def function(x):
        values, places = tf.math.top_k(x, 2)
        return {"v": values, "i": places, "s": tf.argsort(x), "c": tf.math.cumsum(x)}

    return serve(name, function, spec([2, 4]))


@kind
def bincounts(name):
    needs((2, 4))

    def function(x):
        return {
            "y": tf.math.bincount(x, minlength=4, maxlength=4, axis=-1),
            "h": tf.histogram_fixed_width(tf.cast(x, tf.float32), [0.0, 4.0]),
        }

    return serve(name, function, spec([2, 4], tf.int32))


@kind
def numpy_constant(name):
    rows = np.arange(6, dtype="float32").reshape(2, 3)
    return serve(name, lambda x: {"y": x @ rows, "e": tf.math.erfinv(x / 10)}, spec([1, 2]))
