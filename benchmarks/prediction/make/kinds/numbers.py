"""SavedModels of modules that work on numbers: algebra, segments, loops, odd types."""

import numpy as np
import tensorflow as tf

from kinds.forms import needs, registered
from kinds.modules import serve, spec

KINDS = {}
kind = registered(KINDS)


@kind
def segments(name):
    def function(x, ids):
        parts = tf.dynamic_partition(x, ids, 2)
        return {
            "m": tf.math.segment_mean(x, ids),
            "u": tf.math.unsorted_segment_max(x, ids, 2),
            "p": tf.dynamic_stitch([[0], [1]], [parts[0][:1], parts[1][:1]]),
            "s": tf.sparse.segment_sqrt_n(x, [0, 1], [0, 0]),
        }

    return serve(name, function, spec([4]), spec([4], tf.int32))


@kind
def sparse_steps(name):
    def function(x):
        one = tf.sparse.from_dense(x)
        both = tf.sparse.concat(0, [one, tf.sparse.add(one, one)])
        filled, _ = tf.sparse.fill_empty_rows(both, 0.5)
        some = tf.sparse.retain(filled, filled.values > 0.1)
        return {"y": tf.sparse.reduce_sum(some, 1), "s": tf.sparse.to_dense(tf.sparse.softmax(one))}

    return serve(name, function, spec([2, 3]))


@kind
def solves(name):
    def function(x):
        whole = tf.matmul(x, x, transpose_b=True) + tf.eye(3)
        values, _ = tf.linalg.eigh(whole)
        return {
            "v": values,
            "c": tf.linalg.cholesky_solve(tf.linalg.cholesky(whole), x),
            "q": tf.linalg.qr(x)[0],
            "e": tf.linalg.expm(x),
            "t": tf.linalg.tridiagonal_solve(tf.ones([3, 3]), tf.ones([3])),
            "b": tf.linalg.band_part(tf.linalg.diag([1.0, 2.0, 3.0], k=0), 0, 1),
            "l": tf.linalg.lu(whole)[0],
        }

    return serve(name, function, spec([3, 3]))


@kind
def special(name):
    needs((2, 5))

    def function(x):
        one = tf.math.special
        return {
            "f": one.fresnel_sin(x),
            "b": one.bessel_k1(x),
            "i": tf.math.igamma(x, x + 1) + tf.math.betainc(x, x, x / 9),
            "n": tf.math.ndtri(x / 9) + tf.math.nextafter(x, x + 1),
        }

    return serve(name, function, spec([2]))


@kind
def scans(name):
    def function(x):
        rows = tf.scan(lambda total, row: total + row, x, tf.zeros([3]))
        seen = tf.vectorized_map(lambda row: tf.reduce_sum(row) * row, x)
        grown = tf.while_loop(
            lambda y: tf.shape(y)[0] < 9,
            lambda y: [tf.concat([y, y], 0)],
            [x],
            shape_invariants=[tf.TensorShape([None, 3])],
            maximum_iterations=4,
        )[0]
        return {"r": rows, "s": seen, "g": grown, "f": tf.foldr(tf.add, x)}

    return serve(name, function, spec([2, 3]))


@kind
def convolves_oddly(name):
    def function(x):
        deep = tf.nn.depthwise_conv2d(x, tf.ones([2, 2, 2, 2]), [1] * 4, "SAME", dilations=[2, 2])
        wide = tf.nn.dilation2d(x, tf.ones([2, 2, 2]), [1] * 4, "SAME", "NHWC", [1] * 4)
        back = tf.nn.conv2d_transpose(x, tf.ones([2, 2, 3, 2]), [1, 16, 16, 3], 2)
        pooled = tf.nn.max_pool_with_argmax(tf.nn.local_response_normalization(x), 2, 2, "SAME")[1]
        return {"d": deep, "w": wide, "b": back, "p": pooled, "s": tf.nn.space_to_depth(x, 2)}

    return serve(name, function, spec([1, 8, 8, 2]))


@kind
def checked(name):
    def function(x):
        tf.debugging.assert_all_finite(x, "not finite")
        tf.debugging.assert_greater(tf.size(x), 0)
        tf.print("seen", x, output_stream=tf.compat.v1.logging.info)
        return {"y": tf.debugging.check_numerics(tf.math.xdivy(x, x + 1), "odd")}

    return serve(name, function, spec([None, 2]))


@kind
def like_numpy(name):
    needs((2, 5))
    np_like = tf.experimental.numpy

    def function(x):
        y = np_like.where(np_like.isnan(x), np_like.mean(x), x)
        return {
            "y": tf.cast(np_like.dot(y, np_like.tri(3)), tf.float32),
            "d": tf.identity(y[..., ::-1]),
        }

    return serve(name, function, spec([3, 3]))


@kind
def narrow_numbers(name):
    needs((2, 12))

    def function(x):
        small = tf.cast(tf.cast(x, tf.dtypes.experimental.float8_e5m2), tf.bfloat16)
        return {"y": tf.cast(small, tf.float32)}

    return serve(name, function, spec([2]))


@kind
def quantises(name):
    def function(x):
        q, low, high = tf.quantization.quantize(x, -1.0, 1.0, tf.quint8)
        y = tf.quantization.dequantize(q, low, high)
        return {
            "y": y,
            "c": tf.quantization.fake_quant_with_min_max_vars_per_channel(x, [-1.0] * 3, [1.0] * 3),
        }

    return serve(name, function, spec([2, 3]))


@kind
def nearly_top(name):
    needs((2, 10))

    def function(x):
        values, _ = tf.raw_ops.ApproxTopK(input=x, k=2)
        kept = tf.nn.experimental.stateless_dropout(x, 0.5, seed=[1, 2])
        return {"v": values, "k": kept, "s": tf.math.sobol_sample(2, 3)}

    return serve(name, function, spec([2, 8]))


@kind
def draws(name):
    def function(x):
        drawn = tf.random.categorical(x, 3, seed=4)
        cut = tf.random.stateless_truncated_normal([2], [1, 2])
        return {"d": drawn, "c": cut, "m": tf.random.gamma([2], 1.5), "s": tf.random.shuffle(x)}

    return serve(name, function, spec([2, 3]))


@kind
def constants_of_many_types(name):
    parts = [
        np.array([1, 2], one) for one in ("uint8", "uint32", "uint64", "float64", "complex128")
    ]

    def function(x):
        total = tf.add_n([tf.cast(tf.constant(part), tf.float32) for part in parts])
        return {"y": total + x, "b": tf.bitcast(x, tf.int32), "i": tf.bitwise.invert(parts[0])}

    return serve(name, function, spec([2]))
