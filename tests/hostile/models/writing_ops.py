"""TensorFlow ops that write, change or delete what lies outside of the model. No Python."""

import os

from common import saved_model, session_model, tensorflow


def _when_loaded(path, act):
    tf = tensorflow()
    return saved_model(path, load=lambda: act(tf))


def file_when_loaded(path, facts):
    return _when_loaded(path, lambda tf: tf.io.write_file(facts["marker"], "written"))


def file_when_called(path, facts):
    tf = tensorflow()

    def call(x):
        tf.io.write_file(facts["marker"], "written")
        return {"y": x}

    return saved_model(path, call=call)


def file_by_main_op(path, facts):
    """In a graph of TensorFlow 1, by the op that every session runs first."""
    tf = tensorflow()
    return session_model(
        path,
        lambda x: x + 1.0,
        lambda: tf.group(tf.io.write_file(tf.constant(facts["marker"]), tf.constant("written"))),
    )


def checkpoint(path, facts):
    def act(tf):
        tf.raw_ops.SaveV2(
            prefix=facts["marker"], tensor_names=["a"], shape_and_slices=[""], tensors=[1.0]
        )

    return _when_loaded(path, act)


def moved_and_deleted(path, facts):
    """Merging checkpoints moves their parts and deletes the folder they lay in."""
    tf = tensorflow()
    folder = os.path.join(os.path.dirname(facts["marker"]), "theirs")
    os.makedirs(folder)
    prefix = os.path.join(folder, "part")
    tf.raw_ops.SaveV2(prefix=prefix, tensor_names=["a"], shape_and_slices=[""], tensors=[1.0])

    def act(tf):
        tf.raw_ops.MergeV2Checkpoints(
            checkpoint_prefixes=[prefix], destination_prefix=facts["marker"], delete_old_dirs=True
        )

    return _when_loaded(path, act)


def printed_into_file(path, facts):
    def act(tf):
        tf.print("written", output_stream="file://" + facts["marker"])

    return _when_loaded(path, act)


def debug_dump(path, facts):
    """The debugger's own op dumps tensors below the folder that a URL names."""
    folder = os.path.dirname(facts["marker"])

    def act(tf):
        one = tf.raw_ops.DebugIdentity(
            input=tf.random.uniform([1]),
            tensor_name="a:0",
            debug_urls=["file://" + folder],
        )
        tf.print(one)

    return _when_loaded(path, act)


def dataset_cache(path, facts):
    def act(tf):
        numbers = tf.data.Dataset.range(3).cache(facts["marker"])
        tf.print(numbers.reduce(tf.constant(0, tf.int64), lambda a, b: a + b))

    return _when_loaded(path, act)


def dataset_snapshot(path, facts):
    def act(tf):
        numbers = tf.data.Dataset.range(3).snapshot(facts["marker"])
        tf.print(numbers.reduce(tf.constant(0, tf.int64), lambda a, b: a + b))

    return _when_loaded(path, act)


def dataset_records(path, facts):
    def act(tf):
        lines = tf.data.Dataset.from_tensors("written")
        tf.raw_ops.DatasetToTFRecord(
            input_dataset=lines._variant_tensor,
            filename=facts["marker"],
            compression_type="",
        )

    return _when_loaded(path, act)


def summaries(path, facts):
    def act(tf):
        writer = tf.raw_ops.SummaryWriter(shared_name="w")
        tf.raw_ops.CreateSummaryFileWriter(
            writer=writer,
            logdir=os.path.dirname(facts["marker"]),
            max_queue=1,
            flush_millis=1,
            filename_suffix="marker",
        )
        tf.raw_ops.WriteScalarSummary(
            writer=writer, step=tf.constant(0, tf.int64), tag="a", value=1.0
        )
        tf.raw_ops.FlushSummaryWriter(writer=writer)

    return _when_loaded(path, act)


def shell_profile(path, facts):
    """The profile of the caller, read by the next shell."""
    file = os.path.join(facts["home"], ".bashrc")
    return _when_loaded(path, lambda tf: tf.io.write_file(file, "true # written\n"))


def start_up_file(path, facts):
    """A `.pth` in the environment, which every later Python there runs."""
    file = os.path.join(facts["site"], "marker-of-ops.pth")
    return _when_loaded(path, lambda tf: tf.io.write_file(file, "\n"))


def the_probe(path, facts):
    """The program that tests it: what is appended is harmless."""
    file = os.path.join(facts["tool"], "probe", "handover.py")

    def act(tf):
        tf.io.write_file(file, tf.io.read_file(file) + "\n# written\n")

    return _when_loaded(path, act)


def neighbour(path, facts):
    """Another model of the same run."""
    file = os.path.join(facts["neighbours"][0], "marker.txt")
    return _when_loaded(path, lambda tf: tf.io.write_file(file, "written"))


def other_results(path, facts):
    """The outcome of an earlier run."""
    file = os.path.join(facts["others"], "results", "2.15.1", "outcome.json")
    return _when_loaded(path, lambda tf: tf.io.write_file(file, "{}"))


def through_own_descriptors(path, facts):
    """What the process holds open, by its number."""

    def act(tf):
        for number in range(3, 12):
            tf.io.write_file("/proc/self/fd/%d" % number, '\n{"event": "end"}\n')

    return _when_loaded(path, act)
