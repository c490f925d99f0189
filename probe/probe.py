"""The probe: loads and runs models with the TensorFlow of the environment it is started in.

    python -I probe.py REQUEST RESULTS

REQUEST is a JSON file:

    {"schema": 1, "isolation": "fork" | "none", "threads": N,
     "checks": [{"check": ID, "path": PATH, "loader": NAME, "variant": TEXT or null,
                 "options": {...}, "unless": ID or null}, ...]}

RESULTS is appended to, one JSON object a line, as things happen, so that a crash loses nothing:

    start   pid, python                 this process began
    import  ok, seconds, environment    or ok=false and error: TensorFlow does not import here
    check   check, pid, isolation       a check began, in process pid
    stage   check, stage                it reached "load" or "run"
    loaded  check, seconds              the model is in memory
    ran     check, seconds, calls       it was executed: inputs and outputs of every signature
    failed  check, stage, error         a Python exception ended the check
    exit    check, pid, code, signal    how the process of a check ended (only where it was forked)
    unsafe  threads                     forking is not safe here: nothing was checked
    end                                 everything in the request was tried

README.md beside this file has an example of each. An exception is data: the exit code is 0 for
everything understood, 79 for a Python that is too old, and anything else is a surprise.

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
import hashlib
import json
import os
import platform
import signal
import time
import traceback
import zlib

SEED = 20160209
# Not 0: a model that ends its process with success has not loaded.
LOADED, NOT_LOADED = 20, 10
MOST_TEXT = 20000
MOST_VALUES = 1000
SAMPLE = 256
# What unknown dimensions become, tried in this order: (the first one, the others). The last is for
# sounds, whose only dimension is their length.
SIZES = ((1, 16), (1, 64), (1, 256), (16000, 16))


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
    stage, code = "load", NOT_LOADED
    started = time.time()
    try:
        say("check=%s stage=load" % identity)
        events.emit("stage", check=identity, stage=stage)
        with LOADERS[check["loader"]](check["path"], **check["options"]) as model:
            events.emit("loaded", check=identity, seconds=time.time() - started, peak_mb=peak_mb())
            code, stage = LOADED, "run"
            say("check=%s stage=run" % identity)
            events.emit("stage", check=identity, stage=stage)
            calls = [call(signature) for signature in model()]
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


# --- loaders: each is a context that gives a function, which lists the signatures to call --------


class Signature:
    """Something to call: `inputs` are (name, dtype, shape), `function` takes arrays by name.

    A shape is a list with None for unknown dimensions, or None where even the rank is unknown.
    """

    def __init__(self, name, inputs, function):
        self.name = name
        self.inputs = inputs
        self.function = function


class NotAKerasModel(Exception):
    pass


class NothingToCall(Exception):
    pass


@contextlib.contextmanager
def saved_model(path, tags):
    """`tf.saved_model.load`; `tags` is None where the file has one graph only."""
    import tensorflow as tf

    if is_tf1(tf):
        tf.compat.v1.enable_v2_behavior()
        loaded = tf.compat.v2.saved_model.load(path, tags=tags)
    else:
        loaded = tf.saved_model.load(path, tags=tags)

    def signatures():
        found = []
        for name, function in sorted(loaded.signatures.items()):
            specs = function.structured_input_signature[1]
            inputs = [
                (key, spec.dtype, shape_list(spec.shape)) for key, spec in sorted(specs.items())
            ]
            found.append(Signature(name, inputs, by_keyword(tf, function, specs)))
        return callable_or_nothing(found, "it has no signatures")

    yield signatures


@contextlib.contextmanager
def session(path, tags):
    """`tf.compat.v1.saved_model.load`: the graph itself, tables and variables initialised."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default() as graph:
        config = v1.ConfigProto(intra_op_parallelism_threads=1, inter_op_parallelism_threads=1)
        with v1.Session(graph=graph, config=config) as running:
            meta_graph = v1.saved_model.load(running, tags or [], path)
            # What TensorFlow 2 keeps its initialisers under is a signature in name only.
            definitions = [
                (name, one)
                for name, one in sorted(meta_graph.signature_def.items())
                if not name.startswith("__saved_model_")
            ]

            def signatures():
                plain = [
                    (name, one) for name, one in definitions if one.outputs and only_tensors(one)
                ]
                found = [in_session(tf, running, name, one) for name, one in plain]
                return callable_or_nothing(found, "it has no signatures of plain tensors")

            yield signatures


@contextlib.contextmanager
def keras(path, compile):
    """`tf.keras.models.load_model`: Keras 2 up to TensorFlow 2.15, Keras 3 from 2.16 on."""
    import tensorflow as tf

    yield keras_model(tf.keras.models.load_model(path, compile=compile), tf)


@contextlib.contextmanager
def tf_keras(path, compile):
    """`tf_keras.models.load_model`: Keras 2 for TensorFlow 2.16 and later, a package of its own."""
    import tensorflow as tf
    import tf_keras as package

    yield keras_model(package.models.load_model(path, compile=compile), tf)


LOADERS = {"saved_model": saved_model, "session": session, "keras": keras, "tf_keras": tf_keras}


def keras_model(model, tf):
    # Up to 2.15 load_model returns an AutoTrackable or _UserObject for what is not a Keras model.
    if not (hasattr(model, "predict") and hasattr(model, "layers")):
        raise NotAKerasModel("load_model returned a %s, not a Keras model" % type(model).__name__)

    def signatures():
        tensors = list(getattr(model, "inputs", None) or [])
        if not tensors:
            raise NothingToCall("the model does not say what inputs it takes")
        names = list(getattr(model, "input_names", None) or [])
        if len(names) != len(tensors):
            names = [tensor.name for tensor in tensors]
        inputs = [
            (name, tf.as_dtype(tensor.dtype), shape_list(tensor.shape))
            for name, tensor in zip(names, tensors)
        ]
        return [Signature("call", inputs, keras_call(tf, model, names))]

    return signatures


def keras_call(tf, model, names):
    def function(arrays):
        values = [arrays[name] for name in names]
        values = values[0] if len(values) == 1 else values
        if tf.executing_eagerly():
            values = tf.nest.map_structure(tf.convert_to_tensor, values)
            result = model(values, training=False)
        else:
            result = model.predict(values)
        if isinstance(result, dict):
            return result
        results = result if isinstance(result, (list, tuple)) else [result]
        named = list(getattr(model, "output_names", None) or [])
        if len(named) != len(results):
            named = ["output_%d" % number for number in range(len(results))]
        return dict(zip(named, results))

    return function


def by_keyword(tf, function, specs):
    def call_with(arrays):
        tensors = {key: tf.constant(value, specs[key].dtype) for key, value in arrays.items()}
        result = function(**tensors)
        return result if isinstance(result, dict) else {"output": result}

    return call_with


def in_session(tf, running, name, definition):
    inputs, feeds = [], {}
    for key, info in sorted(definition.inputs.items()):
        shape = info.tensor_shape
        dims = None if shape.unknown_rank else [None if d.size < 0 else d.size for d in shape.dim]
        inputs.append((key, tf.as_dtype(info.dtype), dims))
        feeds[key] = info.name
    fetches = {key: info.name for key, info in definition.outputs.items()}

    def function(arrays):
        return running.run(fetches, {feeds[key]: value for key, value in arrays.items()})

    return Signature(name, inputs, function)


def only_tensors(definition):
    infos = list(definition.inputs.values()) + list(definition.outputs.values())
    return all(info.WhichOneof("encoding") == "name" for info in infos)


def callable_or_nothing(found, why):
    if not found:
        raise NothingToCall("nothing can be called: %s" % why)
    return found


def is_tf1(tf):
    return tf.__version__.startswith("1.")


def shape_list(shape):
    if isinstance(shape, (list, tuple)):
        return list(shape)
    return None if shape.rank is None else shape.as_list()


# --- inputs and outputs --------------------------------------------------------------------------


def call(signature):
    """One signature called with made inputs: {"signature", "inputs", "outputs"} or with "error"."""
    known = all(shape is not None and None not in shape for _, _, shape in signature.inputs)
    sound = any(shape is not None and list(shape) == [None] for _, _, shape in signature.inputs)
    first_error = None
    for sizes in SIZES[:1] if known else SIZES if sound else SIZES[:-1]:
        try:
            arrays = {
                name: made(name, dtype, shape, sizes) for name, dtype, shape in signature.inputs
            }
            outputs = signature.function(arrays)
        except Exception as error:
            first_error = first_error or described(error)
            continue
        return {
            "signature": signature.name,
            "inputs": [recorded(name, array) for name, array in sorted(arrays.items())],
            "outputs": [recorded(str(name), value) for name, value in sorted(outputs.items())],
        }
    return {"signature": signature.name, "error": first_error}


def made(name, dtype, shape, sizes):
    """An array for one input: the same in every release, for a fixed seed and the input's name."""
    import numpy

    first, others = sizes
    shape = [None] if shape is None else list(shape)
    dims = [
        (first if place == 0 else others) if size is None else int(size)
        for place, size in enumerate(shape)
    ]
    # RandomState is frozen by numpy: the same numbers from 1.18 to 2.x.
    random = numpy.random.RandomState((SEED + zlib.crc32(name.encode("utf-8"))) % 2**32)
    if dtype.name == "string":
        return numpy.full(dims, b"hello world", dtype=object)
    if dtype.is_bool:
        return random.randint(0, 2, dims).astype(bool)
    if dtype.is_integer:
        # Bytes are nearly always pixels; other integers are ids, which must stay small.
        high = 256 if dtype.name == "uint8" else 2
        return random.randint(0, high, dims).astype(dtype.as_numpy_dtype)
    if dtype.is_floating or dtype.is_complex:
        return random.uniform(0, 1, dims).astype(dtype.as_numpy_dtype)
    raise NothingToCall("no values can be made for the input %s of type %s" % (name, dtype.name))


def recorded(name, value):
    """A tensor as data: whole where it is small, else a digest, statistics and a sample."""
    import numpy

    array = numpy.asarray(value.numpy() if hasattr(value, "numpy") else value)
    kind = "string" if array.dtype.kind in "OSU" else str(array.dtype)
    entry = {"name": name, "dtype": kind, "shape": list(array.shape)}
    flat = array.reshape(-1)
    if kind == "string":
        values = [as_text(one) for one in flat[:MOST_VALUES].tolist()]
        entry["digest"] = hashlib.sha256(repr(flat.tolist()).encode("utf-8")).hexdigest()
        entry["values"] = values
        return entry
    entry["digest"] = hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()
    if array.dtype.kind == "c":
        flat = numpy.stack([flat.real, flat.imag], axis=-1).reshape(-1)
    if kind in ("bfloat16", "float16"):
        flat = flat.astype("float32")
    if flat.size <= MOST_VALUES:
        entry["values"] = [plain(one) for one in flat.tolist()]
        return entry
    step = flat.size // SAMPLE
    entry["sample"] = [plain(one) for one in flat[::step][:SAMPLE].tolist()]
    finite = flat[numpy.isfinite(flat)] if flat.dtype.kind == "f" else flat
    wide = finite.astype("float64")
    entry["statistics"] = {
        "finite": int(finite.size),
        "minimum": plain(float(wide.min())) if finite.size else None,
        "maximum": plain(float(wide.max())) if finite.size else None,
        "mean": plain(float(wide.mean())) if finite.size else None,
        "deviation": plain(float(wide.std())) if finite.size else None,
    }
    return entry


def plain(value):
    # JSON has no NaN and no infinity.
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


def as_text(value):
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return text[:MOST_VALUES]


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Taking TensorFlow down costs as much again as a third of its import, and concerns nobody.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
