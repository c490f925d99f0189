"""SavedModels of modules of TensorFlow 2."""

import os

import tensorflow as tf

from kinds.forms import VERSION, Impossible, needs, registered

KINDS = {}
kind = registered(KINDS)


def spec(shape, dtype=tf.float32, name=None):
    return tf.TensorSpec(shape, dtype, name)


def saved(module, name, signatures=None, **more):
    if VERSION < (2, 0):
        raise Impossible("it needs TensorFlow 2")
    tf.saved_model.save(module, name, signatures, **more)
    served = {} if signatures is None else {"endpoint": first_of(signatures)}
    return dict({"path": name, "kind": "saved_model"}, **served)


def first_of(signatures):
    names = list(signatures) if isinstance(signatures, dict) else ["serving_default"]
    return "serving_default" if "serving_default" in names else min(names)


def serve(name, function, *specs, **parts):
    """A module with one function, which is its signature, and with `parts` as attributes."""
    module = tf.Module()
    for key, part in parts.items():
        setattr(module, key, part)
    module.serve = tf.function(function, input_signature=list(specs))
    return saved(module, name, {"serving_default": module.serve})


@kind
def linear(name):
    w = tf.Variable(tf.ones([3, 2]))
    return serve(name, lambda x: {"y": tf.matmul(x, w)}, spec([None, 3]), w=w)


@kind
def unserved(name):
    module = tf.Module()
    module.w = tf.Variable([1.0, 2.0])
    module.f = tf.function(lambda x: x * module.w, input_signature=[spec([2])])
    return saved(module, name)


@kind
def only_variables(name):
    module = tf.Module()
    module.w = [tf.Variable([1.0, 2.0]), tf.Variable(3, dtype=tf.int64)]
    return saved(module, name)


@kind
def table_of_file(name):
    with open("words.txt", "w") as file:
        file.write("a\nb\nc\n")
    given = (
        tf.lookup.TextFileInitializer("words.txt", tf.string, 0, tf.int64, 1, delimiter=" ")
        if False
        else tf.lookup.TextFileInitializer(
            "words.txt",
            tf.string,
            tf.lookup.TextFileIndex.WHOLE_LINE,
            tf.int64,
            tf.lookup.TextFileIndex.LINE_NUMBER,
        )
    )
    table = tf.lookup.StaticVocabularyTable(given, 2)
    return serve(name, lambda x: {"ids": table.lookup(x)}, spec([None], tf.string), table=table)


@kind
def table_of_tensors(name):
    given = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
    table = tf.lookup.StaticHashTable(given, -1)
    return serve(name, lambda x: {"ids": table.lookup(x)}, spec([None], tf.string), table=table)


@kind
def table_that_changes(name):
    needs((2, 6))
    table = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
    table.insert(tf.constant(["a", "b"]), tf.constant([1, 2], tf.int64))
    return serve(name, lambda x: {"ids": table.lookup(x)}, spec([None], tf.string), table=table)


@kind
def dense_table(name):
    needs((2, 4))
    table = tf.lookup.experimental.DenseHashTable(tf.int64, tf.float32, 0.0, 0, -1)
    table.insert(tf.constant([1, 2], tf.int64), tf.constant([1.0, 2.0]))
    return serve(name, lambda x: {"y": table.lookup(x)}, spec([None], tf.int64), table=table)


@kind
def asset(name):
    with open("number.txt", "w") as file:
        file.write("7")
    one = tf.saved_model.Asset("number.txt")
    return serve(
        name, lambda x: {"y": x + tf.strings.to_number(tf.io.read_file(one))}, spec([]), one=one
    )


@kind
def loops(name):
    def function(x):
        total = tf.constant(0.0)
        for row in x:
            if tf.reduce_sum(row) > 0:
                total += tf.reduce_max(row)
        return {"y": total}

    return serve(name, function, spec([None, 3]))


@kind
def cases(name):
    def function(x, n):
        branches = [lambda: x, lambda: x * 2, lambda: tf.sin(x)]
        return {"y": tf.switch_case(n, branches)}

    return serve(name, function, spec([2]), spec([], tf.int32))


@kind
def arrays(name):
    def function(x):
        array = tf.TensorArray(tf.float32, 0, dynamic_size=True, clear_after_read=False)
        for number in tf.range(4):
            array = array.write(number, x * tf.cast(number, tf.float32))
        return {"y": array.stack()}

    return serve(name, function, spec([2]))


@kind
def ragged_given(name):
    needs((2, 3))
    module = tf.Module()
    given = tf.RaggedTensorSpec([None, None], tf.float32)
    module.f = tf.function(lambda x: tf.reduce_sum(x, axis=1), input_signature=[given])
    return saved(module, name)


@kind
def sparse_given(name):
    needs((2, 3))
    module = tf.Module()
    given = tf.SparseTensorSpec([None, 4], tf.float32)
    module.f = tf.function(lambda x: tf.sparse.to_dense(x), input_signature=[given])
    return saved(module, name)


@kind
def python_inside(name):
    return serve(name, lambda x: {"y": tf.py_function(lambda a: a * 2, [x], tf.float32)}, spec([2]))


@kind
def many_types(name):
    kinds = [tf.int8, tf.uint16, tf.float64, tf.complex64, tf.bool, tf.bfloat16, tf.float16]
    parts = [tf.Variable(tf.zeros([2], one), dtype=one) for one in kinds]
    text = tf.Variable("words")
    return serve(
        name, lambda x: {"y": tf.cast(parts[0], tf.float32) + x}, spec([2]), parts=parts, text=text
    )


@kind
def many_signatures(name):
    module = tf.Module()
    module.w = tf.Variable(2.0)
    signatures = {}
    for size in (1, 2, 3):
        function = tf.function(lambda x: {"y": x * module.w}, input_signature=[spec([size])])
        setattr(module, "f%d" % size, function)
        signatures["of_%d" % size] = function
    return saved(module, name, signatures)


@kind
def compiled_by_xla(name):
    needs((2, 5))
    module = tf.Module()
    module.f = tf.function(lambda x: {"y": x * 2}, input_signature=[spec([2])], jit_compile=True)
    return saved(module, name, {"serving_default": module.f})


@kind
def own_gradient(name):
    @tf.custom_gradient
    def clipped(x):
        return tf.identity(x), lambda dy: tf.clip_by_value(dy, -1, 1)

    more = {}
    if VERSION >= (2, 6):
        more["options"] = tf.saved_model.SaveOptions(experimental_custom_gradients=True)
    module = tf.Module()
    module.f = tf.function(lambda x: {"y": clipped(x)}, input_signature=[spec([2])])
    return saved(module, name, {"serving_default": module.f}, **more)


@kind
def checkpointed(name):
    os.mkdir(name)
    saver = tf.train.Checkpoint(a=tf.Variable([1.0, 2.0]), step=tf.Variable(1, dtype=tf.int64))
    return {"path": saver.save(name + "/ckpt"), "kind": "checkpoint"}


@kind
def own_type(name):
    needs((2, 8))
    experimental = tf.experimental

    class Masked(experimental.ExtensionType):
        __name__ = "mine.Masked"
        values: tf.Tensor
        mask: tf.Tensor

    module = tf.Module()
    given = Masked.Spec(spec([2]), spec([2], tf.bool))
    module.f = tf.function(lambda m: tf.where(m.mask, m.values, 0.0), input_signature=[given])
    return saved(module, name)


@kind
def with_structure(name):
    module = tf.Module()
    module.f = tf.function(lambda pair, more: pair[0] + pair[1] + more["z"])
    module.f.get_concrete_function((spec([2]), spec([2])), {"z": spec([2])})
    return saved(module, name)
