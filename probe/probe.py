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

README.md beside this file has an example of each; `checks.py` runs one check, `loaders/` has the
ways to load, `inputs.py` what is fed in, `values.py` how that is made, `state.py` how a model
starts afresh, `tensors.py` what is recorded. An exception is data: the exit code is 0 for
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
import importlib
import json
import os
import platform
import signal
import types

PACKAGE = "loadmatrix_probe"


def beside(name):
    """A module from the folder of this file, which `-I` keeps off the path.

    They are a package of their own, so that no module of a user can be taken for one of them.
    """
    package = sys.modules.setdefault(PACKAGE, types.ModuleType(PACKAGE))
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    return importlib.import_module("%s.%s" % (PACKAGE, name))


checks = beside("checks")
environment = beside("environment")
Events = beside("events").Events


def main(request_path, results_path):
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    events = Events(results_path)
    events.emit("start", pid=os.getpid(), python=platform.python_version())
    die_with_parent()
    faulthandler.enable()
    if not environment.import_tensorflow(events):
        return
    forking = request["isolation"] == "fork"
    threads = environment.threads()
    if forking and threads > 1:
        events.emit("unsafe", threads=threads)
        return
    loaded = set()
    for check in request["checks"]:
        if check.get("unless") in loaded:
            # What it makes superfluous is so for what depends on it as well.
            loaded.add(check["check"])
            continue
        code = forked(check, events) if forking else checks.run_check(check, events, "none")
        if code == checks.LOADED:
            loaded.add(check["check"])
    events.emit("end")


def die_with_parent():
    # Whoever started us may be killed outright; nothing of us may outlive it. Linux only.
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def forked(check, events):
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            die_with_parent()
            code = checks.run_check(check, events, "fork")
        finally:
            # Not sys.exit: what the parent registered to run at its end is not ours to run.
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    events.emit("exit", check=check["check"], pid=pid, code=code, signal=number)
    return code


if __name__ == "__main__":
    main(*sys.argv[1:])
    # Taking TensorFlow down costs as much again as a third of its import, and concerns nobody.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
