"""Models that prepare data: what their layers have learnt of it is their state."""

import numpy as np
import tensorflow as tf

from .common import VERSION, Impossible, L, P, numbers

# Names of 2.6 and of what was before.
NEW = VERSION >= (2, 6)
MANY = "multi_hot" if NEW else "binary"
TF_IDF = "tf_idf" if NEW else "tf-idf"
# Words of the tool are among them: a lost vocabulary must show.
WORDS = ["water", "hello", "world", "fire", "good", "morning", "fox"]
TEXTS = np.array([["hello world of water"], ["the quick brown fox"], ["good morning fox"]])


def on(start, prepared):
    """A small head on what was prepared."""
    return tf.keras.Model(start, L.Dense(2)(prepared))


def embedded(start, ids, size=12):
    return on(start, L.Flatten()(L.Embedding(size, 3)(ids)))


def learnt(layer, data):
    layer.adapt(data)
    return layer


def text(*shape):
    return tf.keras.Input(shape or (1,), dtype="string")


def whole(*shape):
    return tf.keras.Input(shape or (3,), dtype="int64")


def normalization():
    start = tf.keras.Input((4,))
    return on(start, learnt(P.Normalization(axis=-1), numbers(50, 4))(start))


def normalization_of_images():
    start = tf.keras.Input((8, 8, 3))
    normal = learnt(P.Normalization(axis=-1), numbers(6, 8, 8, 3))(start)
    return on(start, L.GlobalAveragePooling2D()(L.Conv2D(4, 3)(normal)))


def normalization_of_all():
    """One mean and one variance for all values."""
    start = tf.keras.Input((4,))
    return on(start, learnt(P.Normalization(axis=None), numbers(50, 4))(start))


def normalization_given():
    start = tf.keras.Input((2,))
    return on(start, P.Normalization(axis=-1, mean=[3.0, 1.0], variance=[2.0, 0.5])(start))


def discretization():
    start = tf.keras.Input((3,))
    bounds = {"bin_boundaries" if NEW else "bins": [0.2, 0.5, 0.8]}
    return embedded(start, P.Discretization(**bounds)(start))


def discretization_learnt():
    start = tf.keras.Input((3,))
    layer = P.Discretization(**{"num_bins" if NEW else "bins": 5})
    return embedded(start, learnt(layer, np.linspace(0, 1, 60, dtype="float32")[:, None])(start))


def category():
    start, size = whole(), {"num_tokens" if NEW else "max_tokens": 6}
    encoded = P.CategoryEncoding(output_mode=MANY, **size)(start)
    return on(
        start, L.Concatenate()([encoded, P.CategoryEncoding(output_mode="count", **size)(start)])
    )


def hashing():
    start = text(2)
    return embedded(start, P.Hashing(num_bins=11)(start))


def hashing_salted():
    start = text(2)
    return embedded(start, P.Hashing(num_bins=11, salt=[133, 137])(start))


def crossing():
    """Two features as one, which is hashed."""
    one, two = text(), text()
    # It was an experiment for longer than the others.
    places = [P, getattr(getattr(L, "experimental", None), "preprocessing", None)]
    crossing = next((p.HashedCrossing for p in places if hasattr(p, "HashedCrossing")), None)
    if crossing is not None:
        crossed = crossing(num_bins=11)((one, two))
    elif hasattr(P, "CategoryCrossing"):
        crossed = P.Hashing(num_bins=11)(P.CategoryCrossing()([one, two]))
    else:
        raise Impossible("it has no layer that crosses features")
    return embedded([one, two], L.Reshape((1,))(crossed))


def string_lookup():
    start = text(2)
    return embedded(start, P.StringLookup(vocabulary=WORDS)(start))


def string_lookup_learnt():
    start = text(2)
    return embedded(
        start, learnt(P.StringLookup(), np.array([["fire"], ["water"], ["water"]]))(start)
    )


def string_lookup_many():
    start = text(2)
    return on(start, P.StringLookup(vocabulary=WORDS, output_mode=MANY)(start))


def string_lookup_tf_idf():
    start = text(3)
    layer = P.StringLookup(output_mode=TF_IDF)
    return on(
        start, learnt(layer, np.array([["fire", "water", "water"], ["fox", "good", "good"]]))(start)
    )


def string_lookup_inverse():
    """From ids to texts: its outputs are strings."""
    start = whole(2)
    ids = P.StringLookup(vocabulary=WORDS, invert=True)(start)
    return tf.keras.Model(start, ids)


def integer_lookup():
    start, known = whole(), {"vocabulary": [1, 0, 42, 7]}
    if not NEW:
        # 0 stood for what is masked, and -1 for what is unknown.
        known = {"vocabulary": [1, 42, 7]}
    return embedded(start, P.IntegerLookup(**known)(start))


def integer_lookup_count():
    start = whole()
    layer = P.IntegerLookup(output_mode="count")
    return on(start, learnt(layer, np.array([[1], [1], [5], [3], [3], [3]]))(start))


def integer_lookup_many():
    start = whole()
    layer = P.IntegerLookup(output_mode=MANY, num_oov_indices=2)
    return on(start, learnt(layer, np.array([[1], [1], [5], [3], [3], [3]]))(start))


def text_many():
    start = text()
    return on(start, learnt(P.TextVectorization(output_mode=MANY), TEXTS)(start))


def text_tf_idf():
    start = text()
    return on(start, learnt(P.TextVectorization(output_mode=TF_IDF), TEXTS)(start))


def text_pairs():
    """Pairs of words, as a sequence of any length."""
    start = text()
    layer = P.TextVectorization(max_tokens=30, ngrams=2, output_sequence_length=5)
    return embedded(start, learnt(layer, TEXTS)(start), 30)


def text_as_it_is():
    """Nothing is split and nothing made lower case: only a whole text can be known."""
    start = text()
    layer = P.TextVectorization(standardize=None, split=None, output_sequence_length=1)
    ids = learnt(layer, np.array(["hello world", "good morning", "water"]))(start)
    return embedded(start, L.Reshape((1,))(ids))


def images():
    """Pictures of any size, as they come out of a decoder."""
    start = tf.keras.Input((None, None, 3), dtype="uint8")
    fitting = P.CenterCrop(12, 12)(P.Resizing(16, 16)(start))
    return on(
        start, L.GlobalAveragePooling2D()(L.Conv2D(4, 3)(P.Rescaling(1 / 127.5, -1)(fitting)))
    )


def augmentation():
    """What makes training pictures vary does nothing afterwards."""
    start = tf.keras.Input((16, 16, 3))
    varied = P.RandomRotation(0.1)(P.RandomFlip("horizontal")(start))
    varied = P.RandomContrast(0.2)(P.RandomTranslation(0.1, 0.1)(P.RandomZoom(0.1)(varied)))
    return on(start, L.GlobalAveragePooling2D()(L.Conv2D(4, 3)(varied)))


MODELS = (normalization, normalization_of_images, normalization_of_all, normalization_given)
MODELS += (discretization, discretization_learnt, category, hashing, hashing_salted, crossing)
MODELS += (string_lookup, string_lookup_learnt, string_lookup_many, string_lookup_tf_idf)
MODELS += (string_lookup_inverse, integer_lookup, integer_lookup_count, integer_lookup_many)
MODELS += (text_many, text_tf_idf, text_pairs, text_as_it_is, images, augmentation)
