"""The probe: loads and runs models with the TensorFlow of the environment it is started in.

    python -I probe.py

Standard input is a socket or a pipe with one JSON object a line: first the request

    {"schema": 2, "isolation": "fork" | "none", "token": TEXT, "scratch": PATH,
     "walls": {...} or null}

then one line for each check, `{}` where there are no more:

    {"check": ID, "path": PATH, "loader": NAME, "variant": TEXT or null, "options": {...},
     "inputs": [PATH, ...], "rules": {...} or null, "signature": NAME or null,
     "outputs": PATH or null, "imports": [MODULE, ...], "handover": {...} or null,
     "custom_objects": PATH or MODULE or null, "scratch": PATH, "readable": [PATH, ...],
     "listable": [PATH, ...]}

`inputs` are .npz files to feed the model with, `rules` what is known of the model for inputs that
no file has (`values.py`), `signature` the only one to call, `outputs` where outputs too large for
an event are kept whole, `imports` what is imported before the load, `handover` what the loader is
given of it (`handover.py`), `custom_objects` the caller's own Python (`custom.py`), `scratch` the
folder that it may write to, `readable` what else it may read, `listable` folders of which it may
read the names.

The events go to where standard output led at the start, one JSON object a line, as things happen,
so that a crash loses nothing; each has the `token` of its stream:

    start   pid, python                 this process began
    walls   means, observed, missing    which walls hold here (`walls/`)
    import  ok, seconds, environment    or ok=false and error: TensorFlow does not import here
    unsafe  threads                     forking is not safe here: nothing is checked
    ready                               the next check may come
    stage   check, stage                it reached "import", "load" or "run"
    loaded  check, seconds              the model is in memory
    ran     check, seconds, calls       it was executed: inputs and outputs of every signature
    failed  check, stage, error         a Python exception ended the check
    exit    check, code, signal         how the process of a check ended (only where it was forked)
    end                                 everything in the request was tried

Where checks are forked, each gets a socket and a pipe of its own with its line: the events of the
check go to the socket, its output to the pipe, and the first line of the socket is its token. No
process of a check has a descriptor of the request, of the events of the probe or of another check.

README.md beside this file has an example of each; `checks.py` runs one check, `loaders/` has the
ways to load, `inputs.py` what is fed in, `values.py` how that is made, `state.py` how a model
starts afresh, `tensors.py` what is recorded. An exception is data: the exit code is 0 for
everything understood, 79 for a Python that is too old, and anything else is a surprise.

Forbidden here: syntax after Python 3.7, imports beyond the standard library and TensorFlow, and in
the process that forks any use of TensorFlow but its import: one `tf.constant` hangs every child.
Nothing TensorFlow prints reaches the events: standard output and error are the log.
"""

import sys

if sys.version_info < (3, 7):
    sys.stderr.write("probe: Python 3.7 or newer is needed, this is %s\n" % sys.version.split()[0])
    sys.exit(79)

import faulthandler
import importlib
import os
import platform
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
descendants = beside("process.descendants")
environment = beside("environment")
frames = beside("process.frames")
streams = beside("process.streams")
walls = beside("walls")
described = beside("events").described


@frames.roomy
def main():
    requests = streams.Requests()
    request, _ = requests.following()
    events = streams.Events(streams.own_output(), request["token"])
    events.emit("start", pid=os.getpid(), python=platform.python_version())
    descendants.die_with_parent()
    faulthandler.enable()
    if request["isolation"] == "fork":
        forking(request, requests, events)
    else:
        alone(request, requests, events)


def forking(request, requests, events):
    """Each check in a child: TensorFlow is imported once, and no child knows of another."""
    descendants.adopt()
    if not proven(request, events):
        return
    if request["walls"]:
        walls.raise_outer(request["walls"])
    if not environment.import_tensorflow(events):
        return
    threads = environment.threads()
    if threads > 1:
        events.emit("unsafe", threads=threads)
        return
    while True:
        events.emit("ready")
        check, given = requests.following()
        if not check:
            break
        child = Child(request["walls"], check, given, [requests, events])
        code, number = child.run()
        events.emit("exit", check=check["check"], code=code, signal=number)
    events.emit("end")


def alone(request, requests, events):
    """One check in this very process."""
    check, _ = requests.following()
    requests.close()
    if not proven(request, events):
        return
    entered(request["walls"], check)
    if environment.import_tensorflow(events):
        checks.run_check(check, events)
        events.emit("end")


def proven(request, events):
    """Whether the walls that the caller insists on hold here; says which do."""
    wanted = request["walls"]
    if not wanted:
        return True
    seen = walls.observed(wanted)
    events.emit("walls", **seen)
    return not (wanted["require"] and seen["missing"])


def entered(wanted, check):
    """From here on this process is at home in the scratch folder of a check, behind its walls."""
    scratch = check["scratch"]
    os.makedirs(scratch, exist_ok=True)
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP", "KERAS_HOME"):
        os.environ[name] = scratch
    os.chdir(scratch)
    if "tempfile" in sys.modules:
        # It remembers the folder of the process that imported TensorFlow.
        sys.modules["tempfile"].tempdir = None
    if wanted:
        walls.raise_inner(wanted, check["readable"], scratch, check["listable"])


class Child:
    """The process of one check."""

    def __init__(self, wanted, check, given, private):
        self.wanted = wanted
        self.check = check
        self.events, self.log = given
        # What belongs to the process that forks.
        self.private = private

    def run(self):
        """The exit code and the signal that ended it; nothing of it is left then."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            code = 70
            try:
                self.check_alone()
                code = 0
            finally:
                # Not sys.exit: what the parent registered to run at its end is not ours to run.
                sys.stderr.flush()
                os._exit(code)
        os.close(self.events)
        os.close(self.log)
        status = descendants.end_of(pid)
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, number

    def check_alone(self):
        for each in self.private:
            each.close()
        streams.log_to(self.log)
        descendants.die_with_parent()
        events = streams.Events(self.events, streams.first_line(self.events))
        try:
            entered(self.wanted, self.check)
        except Exception as error:
            events.emit(
                "failed",
                check=self.check["check"],
                stage="import",
                error=described(error),
            )
            return
        checks.run_check(self.check, events)


if __name__ == "__main__":
    main()
    # Taking TensorFlow down costs as much again as a third of its import, and concerns nobody.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
