"""SavedModels that Keras did not write: functions, signatures, tables, counters, encoded inputs."""

import os

import numpy as np
import tensorflow as tf

WORDS = ["water", "hello", "world", "fire", "good", "morning", "fox"]


def spec(shape, dtype=tf.float32, name=None):
    return tf.TensorSpec(shape, dtype, name)


def takes(*specs):
    return tf.function(input_signature=list(specs))


def saved(made, folder, name, signatures=None):
    """With the signatures that are named; without any none is made up."""
    tf.saved_model.save(made, os.path.join(folder, name), signatures or {})


def table(folder):
    """Words from a file that is an asset of the model, to ids."""
    path = os.path.join(folder, "..", "words-%d.txt" % os.getpid())
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(WORDS))
    kind, line = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
    words = tf.lookup.TextFileInitializer(path, tf.string, kind, tf.int64, line)
    return path, tf.lookup.StaticVocabularyTable(words, 2)


def unsigned(folder):
    """Functions that say what they take, and no signatures."""
    path, known = table(folder)

    class Coder(tf.Module):
        def __init__(self):
            super().__init__()
            self.known = known
            self.rows = tf.Variable(np.linspace(0, 1, 27, dtype="float32").reshape(9, 3))

        @takes(spec([None], tf.string))
        def encode(self, words):
            return self.known.lookup(words)

        @takes(spec([None, None], tf.int64))
        def look_up(self, ids):
            return tf.gather(self.rows, ids % 9)

        @takes(spec([None, 3]), spec([], tf.float32))
        def scores(self, row, factor):
            return {"scores": factor * tf.linalg.matmul(row, self.rows, transpose_b=True)}

    saved(Coder(), folder, "unsigned")
    os.remove(path)


def structured(folder):
    """Functions that take dictionaries, lists, ragged and sparse tensors."""

    class Mixer(tf.Module):
        @takes({"a": spec([None, 2]), "b": [spec([None, 3]), spec([], tf.int32)]})
        def mixed(self, given):
            one, number = given["b"]
            sums = tf.reduce_sum(given["a"], 1) + tf.reduce_sum(one, 1)
            return [sums * tf.cast(number, tf.float32), {"rest": tf.reduce_max(one, 1)}]

        @takes(tf.RaggedTensorSpec([None, None], tf.float32))
        def row_sums(self, rows):
            return tf.reduce_sum(rows, axis=1)

        @takes(tf.SparseTensorSpec([None, 8], tf.float32))
        def dense_sums(self, rows):
            return tf.sparse.reduce_sum(rows, axis=1)

        @takes(spec([None], tf.string))
        def words(self, texts):
            return tf.strings.split(texts)

    saved(Mixer(), folder, "structured")


def signed(folder):
    """Several signatures of one state, with other inputs each."""

    class Several(tf.Module):
        def __init__(self):
            super().__init__()
            self.weights = tf.Variable([[0.5, -1.0], [0.25, 2.0]])

        @takes(spec([None, 2], name="x"))
        def predict(self, x):
            return {"y": tf.linalg.matmul(x, self.weights), "best": tf.argmax(x, 1)}

        @takes(spec([None], tf.string, "examples"))
        def classify(self, examples):
            features = {
                "x": tf.io.FixedLenFeature([2], tf.float32),
                "words": tf.io.VarLenFeature(tf.string),
            }
            read = tf.io.parse_example(examples, features)
            words = tf.sparse.to_dense(read["words"], b"")
            return {"scores": tf.linalg.matmul(read["x"], self.weights), "words": words}

        @takes(spec([], tf.float32, "value"), spec([], tf.string, "name"), spec([2], tf.int64, "n"))
        def describe(self, value, name, n):
            return {"text": tf.strings.join([name, tf.as_string(n)[0]]), "twice": value * 2}

    made = Several()
    signatures = {"serving_default": made.predict, "classify": made.classify, "d": made.describe}
    saved(made, folder, "signed", signatures)


def counter(folder):
    """It counts its calls, and one function takes nothing."""

    class Counter(tf.Module):
        def __init__(self):
            super().__init__()
            self.calls = tf.Variable(0, dtype=tf.int64)
            self.total = tf.Variable([0.0, 0.0])

        @takes(spec([2], name="x"))
        def add(self, x):
            self.calls.assign_add(1)
            return {"total": self.total.assign_add(x), "calls": self.calls.read_value()}

        @takes()
        def read(self):
            return {"calls": self.calls.read_value(), "total": self.total.read_value()}

    made = Counter()
    made.add(tf.constant([0.5, 1.5]))
    saved(made, folder, "counter", {"serving_default": made.add, "read": made.read})


def tables(folder):
    """A table with its values in the graph, and one that was filled before it was saved."""

    class Tables(tf.Module):
        def __init__(self):
            super().__init__()
            ids = np.arange(3, 3 + len(WORDS), dtype="int64")
            fixed = tf.lookup.KeyValueTensorInitializer(WORDS, ids)
            self.fixed = tf.lookup.StaticHashTable(fixed, -1)
            self.filled = tf.lookup.experimental.DenseHashTable(
                tf.int64, tf.float32, -1.0, empty_key=-1, deleted_key=-2
            )
            self.filled.insert(tf.constant([0, 1, 4], tf.int64), tf.constant([0.5, 1.5, 2.5]))

        @takes(spec([None], tf.string, "words"), spec([None], tf.int64, "ids"))
        def find(self, words, ids):
            return {"places": self.fixed.lookup(words), "values": self.filled.lookup(ids)}

    made = Tables()
    saved(made, folder, "tables", {"serving_default": made.find})


def kinds(folder):
    """Numbers of every kind."""
    plain = [tf.float64, tf.float16, tf.int32, tf.int16, tf.uint8, tf.int8, tf.bool, tf.complex64]

    @takes({one.name: spec([None, 2], one, one.name) for one in plain})
    def both(given):
        names = ("int32", "int16", "uint8", "int8", "bool")
        return {
            "half": given["float16"] * tf.constant(2, tf.float16),
            "double": tf.sin(given["float64"]),
            "whole": tf.add_n([tf.cast(given[name], tf.int32) for name in names]),
            "complex": given["complex64"] * tf.constant(2 + 1j, tf.complex64),
            "not": tf.logical_not(given["bool"]),
        }

    made = tf.Module()
    made.both = both
    saved(made, folder, "kinds", {"serving_default": both})


def encoded(folder):
    """Pictures as the bytes of a file, decoded in the graph."""

    @takes(spec([None], tf.string, "image_bytes"))
    def seen(image_bytes):
        def one(data):
            image = tf.io.decode_image(data, 3, expand_animations=False)
            return tf.image.resize(tf.cast(image, tf.float32) / 255, [8, 8])

        images = tf.map_fn(one, image_bytes, tf.float32)
        return {"mean": tf.reduce_mean(images, [1, 2]), "most": tf.reduce_max(images, [1, 2, 3])}

    made = tf.Module()
    made.seen = seen
    saved(made, folder, "encoded", {"serving_default": seen})


def encoded_alone(folder):
    """One file of one kind, without a batch."""

    @takes(spec([], tf.string, "jpeg"))
    def seen(jpeg):
        image = tf.io.decode_jpeg(jpeg, channels=3)
        return {"mean": tf.reduce_mean(tf.cast(image, tf.float32), [0, 1])}

    made = tf.Module()
    made.seen = seen
    saved(made, folder, "encoded_alone", {"serving_default": seen})


OTHERS = (unsigned, structured, signed, counter, tables, kinds, encoded, encoded_alone)
