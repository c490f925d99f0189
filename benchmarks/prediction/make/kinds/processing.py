"""SavedModels of modules that process sounds, pictures, texts and records."""

import tensorflow as tf

from kinds.forms import needs, registered
from kinds.modules import serve, spec

KINDS = {}
kind = registered(KINDS)


@kind
def resized(name):
    def function(x):
        ways = ["bicubic", "lanczos5", "area", "gaussian", "mitchellcubic"]
        out = {way: tf.image.resize(x, [3, 5], way) for way in ways}
        boxes = tf.constant([[0.1, 0.1, 0.8, 0.9]])
        out["crop"] = tf.image.crop_and_resize(x, boxes, [0], [2, 2], "nearest")
        out["patches"] = tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1] * 4, "SAME")
        out["padded"] = tf.image.resize_with_pad(x, 6, 7)
        return out

    return serve(name, function, spec([1, 8, 8, 3]))


@kind
def colours(name):
    def function(x):
        image = tf.image.convert_image_dtype(
            tf.io.decode_jpeg(x, 3, dct_method="INTEGER_FAST"), tf.float32
        )
        yuv = tf.image.rgb_to_yuv(tf.image.adjust_saturation(tf.image.rot90(image), 1.5))
        png = tf.io.encode_png(tf.image.convert_image_dtype(image, tf.uint16))
        return {"edges": tf.image.sobel_edges(yuv[None]), "png": png}

    return serve(name, function, spec([], tf.string))


@kind
def waves(name):
    def function(x):
        mixed = tf.signal.dct(x, type=2, norm="ortho")
        back = tf.signal.inverse_stft(tf.signal.stft(x, 8, 4), 8, 4)
        turned = tf.signal.ifft2d(tf.signal.fftshift(tf.cast(tf.reshape(x, [8, 8]), tf.complex64)))
        framed = tf.signal.frame(x, 8, 4, pad_end=True) * tf.signal.hamming_window(8)
        return {"d": mixed, "b": back, "t": tf.math.angle(turned), "f": framed}

    return serve(name, function, spec([64]))


@kind
def joins(name):
    def function(x):
        text = tf.strings.reduce_join(tf.strings.as_string(x, precision=2), axis=-1, separator=",")
        formed = tf.strings.format("got {} and {}", (x, text))
        grams = tf.strings.ngrams(tf.strings.bytes_split(text), 2)
        hashed = tf.strings.to_hash_bucket_strong(text, 9, [1, 2])
        return {"t": text, "f": formed, "g": grams.to_tensor(), "h": hashed}

    return serve(name, function, spec([2, 3]))


@kind
def reads_lines(name):
    def function(x):
        first, second = tf.io.decode_csv(x, [0.0, "none"], select_cols=[0, 2])
        return {
            "a": first,
            "b": tf.io.decode_base64(second),
            "n": tf.strings.to_number(tf.strings.strip(second), tf.int64),
        }

    return serve(name, function, spec([None], tf.string))


@kind
def reads_sequences(name):
    def function(x):
        context, steps = tf.io.parse_single_sequence_example(
            x,
            {"id": tf.io.FixedLenFeature([], tf.int64)},
            {"v": tf.io.FixedLenSequenceFeature([2], tf.float32)},
        )
        return {"id": context["id"], "v": steps["v"]}

    return serve(name, function, spec([], tf.string))


@kind
def reads_one(name):
    def function(x):
        place = tf.io.SparseFeature(["i"], "v", tf.float32, [8])
        given = {"s": place, "n": tf.io.FixedLenFeature([1], tf.string, "none")}
        found = tf.io.parse_single_example(x, given)
        return {"s": tf.sparse.to_dense(found["s"]), "n": found["n"]}

    return serve(name, function, spec([], tf.string))


@kind
def hears(name):
    """Decodes what a net for speech gives."""

    def function(x, sizes):
        found, chance = tf.nn.ctc_beam_search_decoder(x, sizes, 4, 1)
        greedy, _ = tf.nn.ctc_greedy_decoder(x, sizes)
        distance = tf.edit_distance(greedy[0], found[0])
        return {"y": tf.sparse.to_dense(found[0], -1), "p": chance, "d": distance}

    return serve(name, function, spec([5, 1, 4]), spec([1], tf.int32))


@kind
def finds(name):
    def function(boxes, scores):
        found = tf.image.combined_non_max_suppression(boxes, scores, 3, 4, clip_boxes=False)
        order = tf.searchsorted([0.1, 0.5], tf.reshape(scores, [-1]), "right")
        rolled = tf.roll(tf.boolean_mask(scores, scores > 0.2), 1, 0)
        return {"b": found[0], "o": order, "r": rolled, "w": tf.where(scores > 0.5)}

    return serve(name, function, spec([1, 6, 1, 4]), spec([1, 6, 2]))


@kind
def ragged_steps(name):
    needs((2, 3))

    def function(x):
        words = tf.strings.split(x)
        crossed = tf.ragged.cross_hashed([words, words], 11)
        longest = tf.reduce_max(tf.strings.length(words), axis=1)
        return {
            "c": crossed.to_tensor(),
            "l": longest,
            "s": tf.concat([words, words], 1).to_tensor(),
        }

    return serve(name, function, spec([None], tf.string))
