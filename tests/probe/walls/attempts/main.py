"""What a hostile model would try, and what an honest one does: a program for old Pythons.

    python main.py PROBE PLACE MEANS

Raises the walls of the probe in the folder PROBE and prints {name: what came of it}: `done`, or
the name of an error. PLACE has `scratch`, `model`, `outside` and `canary`. MEANS are words with
commas; with none of them everything must succeed, or an attempt would prove nothing.
"""

import errno
import importlib
import json
import os
import socket
import sys
import tempfile
import types

import honest
import meddling
import reaching
import reading
import starting
import writing
from attempt import Nothing, defined_in

PROBE, PLACE = sys.argv[1:3]
MEANS = [word for word in sys.argv[3].split(",") if word]


def outcome(function):
    try:
        function(PLACE)
    except Nothing as error:
        return str(error)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)
    return "done"


def tried(module):
    return {name: outcome(one) for name, one in defined_in(module).items()}


def raised():
    package = sys.modules["inside"] = types.ModuleType("inside")
    package.__path__ = [PROBE]
    walls = importlib.import_module("inside.walls")
    if "LANDLOCK" in os.environ:
        # As an older kernel has it.
        walls.landlock.abi = lambda: int(os.environ["LANDLOCK"])
    scratch = os.path.join(PLACE, "scratch")
    wanted = {
        "means": MEANS,
        "network": False,
        "programs": False,
        "readable": [os.path.join(PLACE, "model")],
        "writable": [scratch],
    }
    walls.raise_outer(wanted)
    # As a probe does: the check is a child of the process behind the outer walls.
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with open(reading) as stream:
            sys.stdout.write(stream.read())
        os.wait()
        return None
    walls.raise_inner(wanted, wanted["readable"], scratch)
    return writing


if __name__ == "__main__":
    tempfile.tempdir = os.path.join(PLACE, "scratch")
    os.environ["HOME"] = tempfile.tempdir
    socket.setdefaulttimeout(2)
    stream = raised()
    if stream is not None:
        told = {"honest": tried(honest), "hostile": {}}
        for kind in (reading, writing, reaching, starting, meddling):
            told["hostile"].update(tried(kind))
        os.write(stream, json.dumps(told).encode())
        os._exit(0)
