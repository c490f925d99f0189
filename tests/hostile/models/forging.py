"""Models that write verdicts: of themselves, and of the models beside them.

Each payload holds lines as a probe writes them. They say that this model ran, and that the models
before and after it failed. `plain` models do not load by themselves: their payload is followed by
an error, so that a verdict that says otherwise is a forged one.
"""

import os

from common import lambda_h5, saved_model, tensorflow

# The lines are made inside each payload, whose source alone gets into the model.
LINES = """
def lines(own="1:keras:compile=True", pid=0):
    import json, os
    error = {"type": "ValueError", "message": "forged", "traceback": "forged", "chain": []}
    calls = [{"signature": "call", "inputs": [], "outputs": [
        {"name": "y", "dtype": "float32", "shape": [1], "digest": "0" * 64, "values": [42.0]}]}]
    told = []
    for check in ("0:saved_model", "0:session", "2:keras:compile=True"):
        told += [{"event": "check", "check": check, "pid": pid or os.getpid(), "isolation": "fork"},
                 {"event": "failed", "check": check, "stage": "load", "seconds": 1.0,
                  "peak_mb": 1, "error": error}]
    for check in (own, own.replace("True", "False")):
        told += [{"event": "loaded", "check": check, "seconds": 1.0, "peak_mb": 1},
                 {"event": "stage", "check": check, "stage": "run"},
                 {"event": "ran", "check": check, "seconds": 1.0, "peak_mb": 1, "calls": calls}]
    return "".join("\\n" + json.dumps(one) + "\\n" for one in told)
"""


def _model(path, payload, facts):
    return lambda_h5(path, payload, dict(facts, lines=LINES))


def ops_alone(path, facts):
    """Finds the results by their names and writes lines into them; then its load fails."""
    tf = tensorflow()
    scope = {}
    exec(LINES, scope)
    text = "".join(
        scope["lines"](own, 1) for own in ("1:saved_model", "1:session", "1:keras:compile=True")
    )
    pattern = os.path.join(facts["results"], "*", "*", "events.jsonl")

    def load():
        name = tf.io.matching_files(pattern)[0]
        tf.io.write_file(name, tf.io.read_file(name) + text)
        tf.debugging.Assert(tf.reduce_any(tf.random.uniform([1]) > 2.0), ["does not load"])

    return saved_model(path, load=load)


def _to_every_descriptor(facts):
    import os

    scope = {}
    exec(facts["lines"], scope)
    text = scope["lines"]().encode()
    for number in range(256):
        try:
            os.write(number, text)
        except OSError:
            pass
    raise ValueError("does not load")


def every_descriptor(path, facts):
    return _model(path, _to_every_descriptor, facts)


def _into_results(facts):
    import glob
    import os

    scope = {}
    exec(facts["lines"], scope)
    for file in glob.glob(os.path.join(facts["results"], "*", "*", "*.jsonl")):
        with open(file, "a") as events:
            events.write(scope["lines"]())
    raise ValueError("does not load")


def into_results(path, facts):
    return _model(path, _into_results, facts)


def _through_proc(facts):
    import glob
    import os

    scope = {}
    exec(facts["lines"], scope)
    pids = ["self", str(os.getppid())]
    with open("/proc/%d/status" % os.getppid()) as file:
        pids += [line.split()[1] for line in file if line.startswith("PPid:")]
    for name in [one for pid in pids for one in glob.glob("/proc/%s/fd/*" % pid)]:
        try:
            target = os.readlink(name)
            if "null" in target or "tty" in target or "pts" in target:
                continue
            descriptor = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
            os.write(descriptor, scope["lines"]().encode())
            os.close(descriptor)
        except OSError:
            pass
    raise ValueError("does not load")


def through_proc(path, facts):
    return _model(path, _through_proc, facts)


def _exit_20(facts):
    import os

    os._exit(20)


def exit_code_of_success(path, facts):
    """The code that once meant: loaded."""
    return _model(path, _exit_20, facts)


def _exit_0(facts):
    import os

    os._exit(0)


def exit_code_zero(path, facts):
    return _model(path, _exit_0, facts)


def _lines_and_exit(facts):
    import os

    scope = {}
    exec(facts["lines"], scope)
    for number in range(256):
        try:
            os.write(number, scope["lines"]().encode())
        except OSError:
            pass
    os._exit(20)


def lines_and_exit(path, facts):
    return _model(path, _lines_and_exit, facts)


def _printed(facts):
    import sys

    scope = {}
    exec(facts["lines"], scope)
    for stream in (sys.stdout, sys.stderr):
        stream.write(scope["lines"]())
        stream.flush()
    raise ValueError("does not load")


def printed(path, facts):
    return _model(path, _printed, facts)


def _by_a_daemon(facts):
    import glob
    import os
    import time

    scope = {}
    exec(facts["lines"], scope)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(1.5)
            names = glob.glob(os.path.join(facts["results"], "*", "*", "*.jsonl"))
            for name in names + list(range(3, 256)):
                try:
                    file = name if isinstance(name, int) else os.open(name, os.O_WRONLY | 1024)
                    os.write(file, scope["lines"]().encode())
                except OSError:
                    pass
        os._exit(0)
    raise ValueError("does not load")


def daemon(path, facts):
    """Writes when its check has long ended."""
    return _model(path, _by_a_daemon, facts)


def _by_the_probes_own_words(facts):
    import gc
    import json

    scope = {}
    exec(facts["lines"], scope)
    tellers = [one for one in gc.get_objects() if type(one).__name__ == "Events"]
    for teller in tellers:
        for line in scope["lines"]().split("\n"):
            if line:
                fields = json.loads(line)
                teller.emit(fields.pop("event"), **fields)
    raise ValueError("does not load")


def own_words(path, facts):
    """Finds the object that the probe tells with, secret and all, and speaks of its neighbours."""
    return _model(path, _by_the_probes_own_words, facts)


def _told_twice(facts):
    import gc

    for teller in [one for one in gc.get_objects() if type(one).__name__ == "Events"]:
        for _ in range(3):
            teller.emit("loaded", check="1:keras:compile=True", seconds=0.1, peak_mb=1)
        teller.emit("check", check="1:keras:compile=True", pid=1, isolation="none")
        teller.emit("end")
        teller.emit("start", pid=1, python="2.7.18")


def told_twice(path, facts):
    """A stream that contradicts itself."""
    return _model(path, _told_twice, facts)


def _outcome_of_its_own(facts):
    import glob
    import json
    import os

    for name in glob.glob(os.path.join(facts["results"], "*")):
        if os.path.isdir(os.path.join(name, "all")):
            with open(os.path.join(name, "outcome.json"), "w") as file:
                json.dump({"schema": 1, "cell": os.path.basename(name), "verdict": "runs"}, file)


def outcome_file(path, facts):
    return _model(path, _outcome_of_its_own, facts)


def _memory_of_the_parent(facts):
    import os
    import sys

    with open("/proc/%d/mem" % os.getppid(), "r+b"):
        # Opened for writing: that is all, nothing is changed.
        sys.stderr.write("%s memory\n" % facts["confession"][::-1])
        sys.stderr.flush()


def memory_of_the_parent(path, facts):
    return _model(path, _memory_of_the_parent, facts)


def _traces_the_parent(facts):
    import ctypes
    import os
    import sys

    libc = ctypes.CDLL(None, use_errno=True)
    # PTRACE_SEIZE does not stop it, and ends with us.
    if libc.ptrace(0x4206, os.getppid(), 0, 0) == 0:
        sys.stderr.write("%s ptrace\n" % facts["confession"][::-1])
        sys.stderr.flush()


def traces_the_parent(path, facts):
    return _model(path, _traces_the_parent, facts)


def _reads_the_parent(facts):
    import ctypes
    import os
    import sys

    class Part(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    with open("/proc/%d/maps" % os.getppid()) as file:
        start = int(file.readline().split("-")[0], 16)
    place = ctypes.create_string_buffer(64)
    here = Part(ctypes.cast(place, ctypes.c_void_p), 64)
    there = Part(start, 64)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.process_vm_readv(os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0) > 0:
        sys.stderr.write("%s memory read\n" % facts["confession"][::-1])
        sys.stderr.flush()


def reads_the_parent(path, facts):
    """The secret of a stream lies in the memory of whoever made it."""
    return _model(path, _reads_the_parent, facts)


def _environment_of_others(facts):
    import os
    import sys

    found = 0
    for pid in [name for name in os.listdir("/proc") if name.isdigit()]:
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                if facts["bystander"].encode() not in file.read():
                    continue
            with open("/proc/%s/environ" % pid, "rb") as file:
                found += facts["bystander_secret"].encode() in file.read()
        except OSError:
            pass
    if found:
        sys.stderr.write("%s environment\n" % facts["confession"][::-1])
        sys.stderr.flush()


def environment_of_others(path, facts):
    """Passwords are often in the environment of another process."""
    return _model(path, _environment_of_others, facts)
