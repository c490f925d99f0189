"""Models that take more time, memory or room than they are given."""

from common import lambda_h5, saved_model, tensorflow


def _sleeps(facts):
    import time

    time.sleep(3600)


def sleeps(path, facts):
    return lambda_h5(path, _sleeps, facts)


def _hangs_in_native_code(facts):
    import re
    import signal

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    re.match(r"(a+)+$", "a" * 60 + "b")


def hangs_in_native_code(path, facts):
    return lambda_h5(path, _hangs_in_native_code, facts)


def _hangs_at_its_end(facts):
    import atexit
    import threading
    import time

    atexit.register(time.sleep, 3600)
    threading.Thread(target=time.sleep, args=(3600,)).start()


def hangs_at_its_end(path, facts):
    """What is left when everything has been told."""
    return lambda_h5(path, _hangs_at_its_end, facts)


def _closes_everything(facts):
    import os
    import time

    os.closerange(0, 4096)
    time.sleep(3600)


def closes_everything(path, facts):
    return lambda_h5(path, _closes_everything, facts)


def _memory(facts):
    import time

    held = bytearray(3 << 30)
    held[::4096] = b"x" * len(held[::4096])
    time.sleep(60)


def memory(path, facts):
    return lambda_h5(path, _memory, facts)


def _fills_the_disk(facts):
    import os
    import tempfile

    for number in range(10):
        file = tempfile.TemporaryFile() if number % 2 else tempfile.NamedTemporaryFile(delete=False)
        os.posix_fallocate(file.fileno(), 0, 600 << 20)
        globals().setdefault("held", []).append(file)
    import time

    time.sleep(5)


def fills_the_disk(path, facts):
    """Six gigabytes in its own scratch, half of them in files that have no name."""
    return lambda_h5(path, _fills_the_disk, facts)


def _many_files(facts):
    import os

    for number in range(40000):
        os.close(os.open(os.path.join(os.path.expanduser("~"), "f%d" % number), os.O_CREAT))


def many_files(path, facts):
    return lambda_h5(path, _many_files, facts)


def _prints(facts):
    import os

    line = b"x" * 99 + b"\n"
    for _ in range(600):
        os.write(2, line * 10000)


def prints(path, facts):
    """600 MB of lines."""
    return lambda_h5(path, _prints, facts)


def _prints_one_line(facts):
    import os

    for _ in range(200):
        os.write(1, b"x" * 1000000)


def prints_one_line(path, facts):
    """200 MB without a line break."""
    return lambda_h5(path, _prints_one_line, facts)


def _tells_too_much(facts):
    import gc

    for teller in [one for one in gc.get_objects() if type(one).__name__ == "Events"]:
        for _ in range(400):
            teller.emit("stage", check="1:keras:compile=True", stage="x" * 1000000)


def tells_too_much(path, facts):
    """400 MB of what looks like results."""
    return lambda_h5(path, _tells_too_much, facts)


def huge_output(path, facts):
    """An output of 1.2 GB, by one op."""
    tf = tensorflow()
    return saved_model(path, call=lambda x: {"y": tf.fill([300_000_000], x[0])})


def endless_load(path, facts):
    """An initializer that never ends, in native code."""
    tf = tensorflow()

    def load():
        tf.print(tf.while_loop(lambda i: tf.reduce_all(i < 9.0), lambda i: [i * 1.0], [1.0])[0])

    return saved_model(path, load=load)


def memory_by_ops(path, facts):
    tf = tensorflow()

    def load():
        many = tf.random.uniform([], 900_000_000, 900_000_001, tf.int32)
        tf.print(tf.reduce_sum(tf.fill([many], 1.0)))

    return saved_model(path, load=load)


def _core(facts):
    import os
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    os.abort()


def core_dump(path, facts):
    return lambda_h5(path, _core, facts)
