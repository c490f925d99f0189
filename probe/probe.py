"""The probe: loads and runs models with the TensorFlow of the environment it is started in.

    python -I probe.py REQUEST RESULTS

REQUEST is a JSON file:

    {"schema": 1, "isolation": "fork" | "none",
     "checks": [{"check": ID, "path": PATH, "loader": NAME, "variant": TEXT or null,
                 "options": {...}, "unless": ID or null, "inputs": [PATH, ...],
                 "rules": {...} or null, "signature": NAME or null, "outputs": PATH or null,
                 "imports": [MODULE, ...], "handover": {...} or null,
                 "custom_objects": PATH or MODULE or null}, ...]}

`inputs` are .npz files to feed the model with, `rules` what is known of the model for inputs that
no file has (`values.py`), `signature` the only one to call, `outputs` where outputs too large for
an event are kept whole, `imports` what is imported before the load, `handover` what the loader is
given of it (`handover.py`), `custom_objects` the caller's own Python (`custom.py`).

RESULTS is appended to, one JSON object a line, as things happen, so that a crash loses nothing:

    start   pid, python                 this process began
    import  ok, seconds, environment    or ok=false and error: TensorFlow does not import here
    check   check, pid, isolation       a check began, in process pid
    stage   check, stage                it reached "import", "load" or "run"
    loaded  check, seconds              the model is in memory
    ran     check, seconds, calls       it was executed: inputs and outputs of every signature
    failed  check, stage, error         a Python exception ended the check
    exit    check, pid, code, signal    how the process of a check ended (only where it was forked)
    unsafe  threads                     forking is not safe here: nothing was checked
    end                                 everything in the request was tried

README.md beside this file has an example of each; `loaders.py` has the ways to load, `inputs.py`
what is fed in, `values.py` how that is made, `state.py` how a model starts afresh, `tensors.py`
what is recorded. An exception is data: the exit code is 0 for everything understood, 79 for a
Python that is too old, and anything else is a surprise.

Forbidden here: syntax after Python 3.7, imports beyond the standard library and TensorFlow, and in
the process that forks any use of TensorFlow but its import: one `tf.constant` hangs every child.
Nothing TensorFlow prints reaches RESULTS: standard output and error are the log.
"""

import sys

if sys.version_info < (3, 7):
    sys.stderr.write("probe: Python 3.7 or newer is needed, this is %s\n" % sys.version.split()[0])
    sys.exit(79)

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import importlib.util
import json
import os
import platform
import signal
import time
import traceback
import types

# Not 0: a model that ends its process with success has not loaded.
LOADED, NOT_LOADED = 20, 10
MOST_TEXT = 20000


PACKAGE = "loadmatrix_probe"


def beside(name):
    """A module from the folder of this file, which `-I` keeps off the path.

    They are a package of their own, so that no module of a user can be taken for one of them.
    """
    package = sys.modules.setdefault(PACKAGE, types.ModuleType(PACKAGE))
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    return importlib.import_module("%s.%s" % (PACKAGE, name))


custom = beside("custom")
handover = beside("handover")
loaders = beside("loaders")
inputs = beside("inputs")
state = beside("state")
tensors = beside("tensors")


def main(request_path, results_path):
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    events = Events(results_path)
    events.emit("start", pid=os.getpid(), python=platform.python_version())
    die_with_parent()
    faulthandler.enable()
    if not import_tensorflow(events):
        return
    forking = request["isolation"] == "fork"
    if forking and threads() > 1:
        events.emit("unsafe", threads=threads())
        return
    loaded = set()
    for check in request["checks"]:
        if check.get("unless") in loaded:
            # What it makes superfluous is so for what depends on it as well.
            loaded.add(check["check"])
            continue
        code = forked(check, events) if forking else run_check(check, events, "none")
        if code == LOADED:
            loaded.add(check["check"])
    events.emit("end")


class Events:
    """The results file. One write per line, so lines of several processes do not mix."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def emit(self, event, **fields):
        fields["event"] = event
        # The line break in front ends a line that a dying process left unfinished.
        line = "\n" + json.dumps(fields, allow_nan=False) + "\n"
        os.write(self.descriptor, line.encode("utf-8", "backslashreplace"))


def say(text):
    # If the process dies in native code, the last of these lines tells where.
    sys.stderr.write("probe: %s\n" % text)
    sys.stderr.flush()


# --- the environment ---------------------------------------------------------------------------


def import_tensorflow(events):
    say("stage=import")
    wall, cpu = time.time(), time.process_time()
    # The collector finds nothing in an import but walks all of it, time and again; what is frozen
    # afterwards is left alone by the children too, whose memory then stays shared with ours.
    gc.disable()
    try:
        import tensorflow  # noqa: F401
    except BaseException as error:
        events.emit("import", ok=False, error=described(error), environment=environment())
        return False
    gc.enable()
    gc.freeze()
    seconds, cpu_seconds = time.time() - wall, time.process_time() - cpu
    events.emit(
        "import", ok=True, seconds=seconds, cpu_seconds=cpu_seconds, environment=environment()
    )
    return True


def environment():
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_flags": cpu_flags(),
        "packages": packages(),
    }


def packages():
    """Installed distributions, from the names of their metadata folders: {name: version}."""
    found = {}
    for folder in sys.path:
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            if name.endswith((".dist-info", ".egg-info")) and "-" in name:
                package, version = name.rsplit(".", 1)[0].split("-")[:2]
                found[package.lower().replace("_", "-")] = version
    return found


def cpu_flags():
    """What TensorFlow wheels are built for, as far as this processor has it (Linux only)."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            line = next(line for line in file if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return []
    wanted = ("sse4_1", "sse4_2", "avx", "avx2", "fma", "avx512f", "avx512_vnni", "asimd", "sve")
    present = set(line.split())
    return [flag for flag in wanted if flag in present]


def threads():
    try:
        with open("/proc/self/status", encoding="utf-8") as file:
            return int(next(line for line in file if line.startswith("Threads:")).split()[1])
    except (OSError, StopIteration):
        return 1


def die_with_parent():
    # Whoever started us may be killed outright; nothing of us may outlive it. Linux only.
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)


# --- one check ---------------------------------------------------------------------------------


def forked(check, events):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            die_with_parent()
            code = run_check(check, events, "fork")
        finally:
            # Not sys.exit: what the parent registered to run at its end is not ours to run.
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    events.emit("exit", check=check["check"], pid=pid, code=code, signal=number)
    return code


def run_check(check, events, isolation):
    """Loads and runs; returns LOADED or NOT_LOADED."""
    identity = check["check"]
    events.emit("check", check=identity, pid=os.getpid(), isolation=isolation)
    stage, code = "import", NOT_LOADED
    started = time.time()
    scopes = contextlib.ExitStack()
    try:
        import_companions(identity, check.get("imports", ()), events)
        handed = handover.entered(check.get("handover"), scopes)
        stage, started = "load", time.time()
        say("check=%s stage=load" % identity)
        events.emit("stage", check=identity, stage=stage)
        options = dict(with_custom_objects(check), **handed)
        inputs.seeded(graph=check["loader"] != "saved_model")
        with loaders.LOADERS[check["loader"]](check["path"], **options) as model:
            scopes.close()
            events.emit("loaded", check=identity, seconds=time.time() - started, peak_mb=peak_mb())
            code, stage = LOADED, "run"
            say("check=%s stage=run" % identity)
            events.emit("stage", check=identity, stage=stage)
            calls = called(inputs.chosen(list(model()), check.get("signature")), check)
        events.emit(
            "ran",
            check=identity,
            seconds=time.time() - started,
            peak_mb=peak_mb(),
            calls=calls,
        )
    except BaseException as error:
        events.emit(
            "failed",
            check=identity,
            stage=stage,
            seconds=time.time() - started,
            peak_mb=peak_mb(),
            error=described(error),
        )
    return code


def with_custom_objects(check):
    """The options of a check; for Keras with the caller's module, which must import then."""
    options, source = check["options"], check.get("custom_objects")
    if source is None:
        return options
    keras = check["loader"] in ("keras", "tf_keras")
    say("check=%s imports %s" % (check["check"], source))
    try:
        module = custom.imported(source)
    except custom.CustomObjectsError as error:
        if keras:
            raise
        # What it may register is no loss to most models: the load will tell.
        say(str(error))
        return options
    return dict(options, custom=module) if keras else options


def called(signatures, check):
    """Every signature called, each from the state that the model was loaded in."""
    feed = inputs.Feed(check.get("inputs", ()), check.get("rules"))
    stored = tensors.Stored(check.get("outputs"))
    # Signatures of one session share it.
    resets = {id(one.source): one.source for one in signatures}
    resets = {key: state.resetting(source) for key, source in resets.items()}
    calls = [
        tensors.call(signature, feed, stored, resets[id(signature.source)], described)
        for signature in signatures
    ]
    stored.write()
    return calls


def import_companions(identity, imports, events):
    """What registers its ops and classes when it is imported. Never in the process that forks."""
    if imports:
        events.emit("stage", check=identity, stage="import")
    for name in imports:
        module = name.rstrip("?")
        if name != module and importlib.util.find_spec(module) is None:
            continue
        say("check=%s imports %s" % (identity, module))
        importlib.import_module(module)


def described(error):
    """An exception as data, with the ones it came from."""
    chain, seen = [], {id(error)}
    link = error.__cause__ or error.__context__
    while link is not None and id(link) not in seen and len(chain) < 10:
        seen.add(id(link))
        chain.append({"type": type(link).__name__, "message": shortened(text_of(link))})
        link = link.__cause__ or link.__context__
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return {
        "type": type(error).__name__,
        "message": shortened(text_of(error)),
        "traceback": shortened("".join(lines)),
        "chain": chain,
    }


def text_of(error):
    try:
        return str(error)
    except Exception as problem:
        return "(the message cannot be shown: %s)" % type(problem).__name__


def shortened(text):
    if len(text) <= MOST_TEXT:
        return text
    half = MOST_TEXT // 2
    return "%s\n... %d characters left out ...\n%s" % (
        text[:half],
        len(text) - 2 * half,
        text[-half:],
    )


def peak_mb():
    """The most memory this process has had resident, in MB; None where it cannot be read."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Taking TensorFlow down costs as much again as a third of its import, and concerns nobody.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
