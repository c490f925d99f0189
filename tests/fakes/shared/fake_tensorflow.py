"""What the fake TensorFlows share: loading a model does what the name of the model says.

`/some/folder/segfaults` kills the process that loads it, `/some/folder/loads` loads. Syntax of
Python 3.7: the oldest interpreter of the machine imports this.
"""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import fake_forgeries

__version__ = "2.99.0"
IMPORTED_IN = os.getpid()
LONG = 600


class Float32:
    name = "float32"
    is_bool = is_integer = is_complex = False
    is_floating = True
    as_numpy_dtype = "float32"


class Shape:
    rank = 1

    def as_list(self):
        return [None]


class Signature:
    structured_input_signature = ((), {"x": SimpleNamespace(dtype=Float32, shape=Shape())})

    def __init__(self, function):
        self.function = function

    def __call__(self, x):
        return {"y": self.function(x)}


# It is asked while TensorFlow is imported, and remembers the answer.
tempfile.gettempdir()


def model(function=lambda x: x / 2 + 2):
    return SimpleNamespace(signatures={"serving_default": Signature(function)})


def segfault(_=None):
    os.kill(os.getpid(), signal.SIGSEGV)


def loads():
    return model()


def raises():
    raise ValueError("the fake refuses this model")


def needs_a_package():
    import fake_package  # noqa: F401

    return model()


def needs_another_backend():
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        raise ValueError("the fake wants another backend")
    return model()


def raises_from_another():
    try:
        {}["the reason"]
    except KeyError as error:
        raise FileNotFoundError("what is shown") from error


def raises_without_a_message():
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    raise Unprintable


def raises_a_novel():
    raise ValueError("first words " + "x" * 10**6 + " last words")


def raises_half_a_character():
    raise FileNotFoundError("no such file: \udcff.txt")


def exits():
    raise SystemExit(3)


def exits_at_once():
    os._exit(0)


def prints():
    noise('{"event": "failed", "check": "0:saved_model"}\n')
    return model()


def noise(text):
    print(text)
    print(text, file=sys.stderr)
    os.write(1, text.encode())
    os.write(2, text.encode() + b"\xff\n")
    subprocess.run([sys.executable, "-c", f"print({text!r})"], check=True)
    library = ctypes.CDLL(None)
    library.puts(text.encode())
    library.fflush(None)


def hangs():
    time.sleep(LONG)


def hangs_when_run():
    return model(lambda _: time.sleep(LONG))


def naps():
    time.sleep(0.6)
    return model()


def segfaults():
    print("the last words", flush=True)
    segfault()


def segfaults_when_run():
    def function(_):
        print("the last words of a run", flush=True)
        segfault()

    return model(function)


def fails_when_run():
    def function(_):
        raise TypeError("the fake cannot be called")

    return model(function)


def gives_infinity():
    return model(lambda x: x * float("-inf"))


def gives_no_number():
    return model(lambda x: x * float("nan"))


def eats_memory():
    eaten = []
    # Slowly, so that whoever watches may see it, and never more than a machine can bear.
    for _ in range(100):
        eaten.append(b"\1" * (10 * 2**20))
        time.sleep(0.02)
    return model()


def has_no_signatures():
    return SimpleNamespace(signatures={})


def starts_a_child(**options):
    waiting = f"import time; time.sleep({LONG})"
    child = subprocess.Popen([sys.executable, "-c", waiting], **options)
    print("child", child.pid, flush=True)
    return model()


def leaves_a_child():
    return starts_a_child()


def leaves_a_daemon():
    return starts_a_child(start_new_session=True)


def hangs_with_a_child():
    starts_a_child()
    hangs()


def is_forked():
    return os.getpid() != IMPORTED_IN


def dies_when_forked():
    if is_forked():
        segfault()
    return model()


def hangs_when_forked():
    if is_forked():
        hangs()
    return model()


def is_refused_once_fresh():
    if is_forked():
        segfault()
    raise ValueError("the fake refuses this model in a fresh process")


def kills_the_one_that_forks():
    if is_forked():
        os.kill(os.getppid(), signal.SIGKILL)
        hangs()
    return model()


def stops_the_one_that_forks():
    if is_forked():
        os.kill(os.getppid(), signal.SIGSTOP)
    hangs()


def starts_a_thread():
    threading.Thread(target=time.sleep, args=(LONG,), daemon=True).start()


def load(path, **_):
    if set(path) & set("*?[]{}\\") and os.sep == "/":
        # As TensorFlow does, which takes such a path for a pattern.
        raise FileNotFoundError(f"Failed to find any matching files for {path}")
    if Path(path).name == "names_its_path":
        raise ValueError(f"cannot read {path}/variables")
    forgery = getattr(fake_forgeries, Path(path).name, None)
    if forgery:
        forgery()
        return model()
    return globals()[Path(path).name]()


class KerasModel:
    """Says not what inputs it takes, so it is loaded and never called."""

    layers = ()

    def predict(self, _):
        raise NotImplementedError


def needs_custom_objects(objects):
    """Says what it was given, and loads only where there is something."""
    if not objects:
        raise ValueError("Unknown layer: Odd")
    print("given", " ".join(objects), flush=True)


def load_model(path, custom_objects=None, safe_mode=True, **options):
    """For Keras a name may end in `_when_compiled`: then `compile=False` loads."""
    name = Path(path).name
    if name == "needs_custom_objects":
        needs_custom_objects(custom_objects)
        return KerasModel()
    if name == "needs_trust":
        if safe_mode:
            raise ValueError("Requested the deserialization of a Lambda layer with a lambda")
        return KerasModel()
    if name == "needs_a_scope":
        if "scope" not in sys.modules["fake_companion"].ENTERED:
            raise ValueError("Unknown layer: Odd")
        return KerasModel()
    plain = name.replace("_when_compiled", "")
    if plain == name or options["compile"]:
        globals()[plain]()
    return KerasModel()


def constant(value, _):
    return value


def flatten(structure, **_):
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in flatten(structure[key])]
    return [structure]


def pack_sequence_as(structure, flat):
    if isinstance(structure, dict):
        return dict(zip(sorted(structure), flat))  # noqa: B905 - Python 3.7
    return flat[0]


def executing_eagerly():
    return True


def as_dtype(dtype):
    return dtype


class TensorSpec:
    pass


class RaggedTensorSpec:
    pass


class SparseTensorSpec:
    pass


nest = SimpleNamespace(flatten=flatten, pack_sequence_as=pack_sequence_as)
saved_model = SimpleNamespace(load=load)
keras = SimpleNamespace(
    models=SimpleNamespace(load_model=load_model),
    layers=SimpleNamespace(Layer=type("Layer", (), {})),
)
