"""TensorFlow ops that read a file outside of the model. No Python is in any of them."""

import os

from common import kept, saved_model, session_model, tensorflow


def _signature(path, read):
    """Reads when it is called, and gives what it read as an output."""
    tf = tensorflow()
    return saved_model(path, call=lambda x: {"read": read(tf), "y": x})


def file_when_loaded(path, facts):
    tf = tensorflow()
    return saved_model(path, load=lambda: kept(tf.io.read_file(facts["secret"])))


def file_when_called(path, facts):
    return _signature(path, lambda tf: tf.io.read_file(facts["secret"]))


def names_when_called(path, facts):
    pattern = os.path.join(os.path.dirname(facts["secret"]), "*")
    return _signature(path, lambda tf: tf.io.matching_files(pattern))


def names_when_loaded(path, facts):
    tf = tensorflow()
    pattern = os.path.join(os.path.dirname(facts["secret"]), "*")
    return saved_model(path, load=lambda: kept(tf.io.matching_files(pattern)))


def _first_of(dataset):
    return dataset.reduce(b"", lambda all_of_it, one: all_of_it + one)


def text_lines(path, facts):
    return _signature(path, lambda tf: _first_of(tf.data.TextLineDataset([facts["secret"]])))


def fixed_length_records(path, facts):
    def read(tf):
        return _first_of(tf.data.FixedLengthRecordDataset([facts["secret"]], 4))

    return _signature(path, read)


def tf_records(path, facts):
    def read(tf):
        # Not a file of records: opened all the same.
        return _first_of(tf.data.TFRecordDataset([facts["secret"]]))

    return _signature(path, read)


def csv_records(path, facts):
    def read(tf):
        lines = tf.data.experimental.CsvDataset([facts["secret"]], [tf.string])
        return _first_of(lines.map(lambda one: one))

    return _signature(path, read)


def lookup_table(path, facts):
    """A vocabulary that is no asset: its path is a constant in the graph."""
    tf = tensorflow()

    def build(x):
        handle = tf.raw_ops.HashTableV2(key_dtype=tf.int64, value_dtype=tf.string)
        fill = tf.raw_ops.InitializeTableFromTextFileV2(
            table_handle=handle, filename=facts["secret"], key_index=-1, value_index=-2
        )
        with tf.control_dependencies([fill]):
            zero = tf.zeros([1], tf.int64)
            return tf.raw_ops.LookupTableFindV2(table_handle=handle, keys=zero, default_value="")

    return session_model(path, build)


def immutable_const(path, facts):
    tf = tensorflow()
    size = os.path.getsize(facts["secret"])

    def build(x):
        return tf.raw_ops.ImmutableConst(
            dtype=tf.uint8, shape=[size], memory_region_name=facts["secret"]
        )

    return session_model(path, build)


def whole_file_reader(path, facts):
    tf = tensorflow()
    v1 = tf.compat.v1

    def build(x):
        queue = v1.FIFOQueue(1, [tf.string], shapes=[[]])
        reader = tf.raw_ops.WholeFileReaderV2()
        with tf.control_dependencies([queue.enqueue(facts["secret"])]):
            _, value = tf.raw_ops.ReaderReadV2(reader_handle=reader, queue_handle=queue.queue_ref)
        return value

    return session_model(path, build)


def outside_checkpoint(path, facts):
    """Gives the tensors of somebody else's checkpoint."""
    tf = tensorflow()
    prefix = os.path.join(os.path.dirname(facts["secret"]), "theirs")
    tf.raw_ops.SaveV2(
        prefix=prefix, tensor_names=["secret"], shape_and_slices=[""], tensors=[facts["token"]]
    )
    return _signature(
        path,
        lambda tf: tf.raw_ops.RestoreV2(
            prefix=prefix, tensor_names=["secret"], shape_and_slices=[""], dtypes=[tf.string]
        )[0],
    )


def vocabulary_remapping(path, facts):
    def read(tf):
        remapped = tf.raw_ops.GenerateVocabRemapping(
            new_vocab_file=facts["secret"],
            old_vocab_file=facts["secret"],
            new_vocab_offset=0,
            num_new_vocab=1,
        )
        return remapped[0]

    return _signature(path, read)


def database(path, facts):
    """SQLite opens whatever file it is named."""

    def read(tf):
        rows = tf.data.experimental.SqlDataset(
            "sqlite", facts["secret"], "SELECT name FROM sqlite_master", (tf.string,)
        )
        return rows.reduce(b"", lambda all_of_it, one: all_of_it + one)

    return _signature(path, read)


def _depending_on(tf, x, text):
    """A text that is known only when the model is called, or else nothing or the converter asks."""
    nothing = tf.strings.substr(tf.strings.as_string(tf.reduce_sum(x)), 0, 0)
    return tf.strings.join([text, nothing])


def frozen_graph(path, facts):
    """A GraphDef, which is called from its placeholders to its outputs."""
    tf = tensorflow()
    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None], name="x")
        tf.io.read_file(_depending_on(tf, x, facts["secret"]), name="read")
    folder, name = os.path.split(path + ".pb")
    tf.io.write_graph(graph, folder, name, as_text=False)
    return path + ".pb"


def flex_delegate(path, facts):
    """A TFLite model that runs an op of TensorFlow."""
    tf = tensorflow()

    @tf.function(input_signature=[tf.TensorSpec([1], tf.float32, name="x")])
    def serve(x):
        return {"read": tf.io.read_file(_depending_on(tf, x, facts["secret"])), "y": x}

    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()])
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS,
        tf.lite.OpsSet.SELECT_TF_OPS,
    ]
    with open(path + ".tflite", "wb") as file:
        file.write(converter.convert())
    return path + ".tflite"
