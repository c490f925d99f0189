"""What code inside the process of a check can try to make its stream say more than is true.

Each is a model of the fake TensorFlow, by its name. Syntax of Python 3.7.
"""

import os
import signal
import stat
import sys
import tempfile
from pathlib import Path

IMPORTED_IN = os.getpid()


def own_events():
    """The stream of this check and its token, as code inside its process can find them."""
    streams = sys.modules["loadmatrix_probe.process.streams"]
    frame = sys._getframe()
    while frame:
        for value in frame.f_locals.values():
            if isinstance(value, streams.Events):
                return value
        frame = frame.f_back
    raise LookupError("no stream")


def speaks_of_another_check():
    own_events().emit("loaded", check="0:saved_model", seconds=0.1, peak_mb=1)


def says_twice_that_it_loaded():
    own_events().emit("loaded", check="1:saved_model", seconds=0.1, peak_mb=1)


def writes_without_the_token():
    events = own_events()
    line = '{"event": "loaded", "check": "1:saved_model", "seconds": 0, "peak_mb": 1}'
    os.write(events.descriptor, ("\n" + line + "\n").encode())
    os._exit(0)


def writes_from_a_child():
    events = own_events()
    if os.fork() == 0:
        events.emit("failed", check="1:saved_model", stage="load", seconds=0, peak_mb=1, error=None)
        os._exit(0)
    os.wait()


def claims_more_time_than_there_was():
    own_events().emit("loaded", check="1:saved_model", seconds=500.0, peak_mb=1)
    os._exit(0)


def claims_more_time_than_any_clock_has():
    own_events().emit("loaded", check="1:saved_model", seconds=10**400, peak_mb=1)
    os._exit(0)


def speaks_too_deeply():
    events = own_events()
    # Where exactly it can be read and not be written again depends on the stack of the reader.
    said = '{"event": "stage", "check": "1:saved_model", "stage": "load", "token": "%s", "x": %s}'
    line = said % (events.token, "[" * 900 + "]" * 900)
    os.write(events.descriptor, ("\n" + line + "\n").encode())
    os._exit(0)


def imports_again_and_again():
    if os.getpid() != IMPORTED_IN:
        os.kill(os.getpid(), signal.SIGSEGV)
    for _ in range(10):
        own_events().emit("import", ok=True, seconds=0.0, environment={})


def uses_temporary_files():
    with tempfile.NamedTemporaryFile() as file:
        raise ValueError(file.name)


def writes_to_every_descriptor():
    line = b'\n{"event": "loaded", "check": "0:saved_model", "seconds": 0}\n'
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, line)
        except OSError:
            continue
    raise ValueError("it has written everywhere")


def looks_for_other_streams():
    """Says how many sockets its process has: that of its own check, and none besides."""
    found = 0
    for descriptor in range(3, 256):
        try:
            found += stat.S_ISSOCK(os.fstat(descriptor).st_mode)
        except OSError:
            continue
    raise ValueError(f"sockets: {found}")


def stores_a_link():
    frame = sys._getframe()
    while "check" not in frame.f_locals or not isinstance(frame.f_locals["check"], dict):
        frame = frame.f_back
    outputs = frame.f_locals["check"]["outputs"]
    Path(outputs).symlink_to(Path(__file__).resolve())
