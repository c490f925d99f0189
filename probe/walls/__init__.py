"""Walls around a probe: what a model may read, write and reach while it is tested.

Part of the probe (see `probe.py`): Python 3.7 syntax. Linux only, by Landlock and seccomp, which a
process puts around itself; elsewhere `matrix/isolation/` has what there is.

`walls` is an object of the request:

    means        which of "landlock" and "seccomp" are to be used
    network      whether the network is allowed; `programs`: whether programs and processes are
    readable     all that the checks of this probe read, by real paths; `listable` (optional):
                 folders whose names may be read and whose files may not
    writable     the scratch of this probe
    memory_mb, file_mb     (optional) the limit of a check, and of a file that it writes
    canary, outside, port, parent, require     what `observed` tries, see there

The outer walls are raised first thing in a probe that forks; the inner ones in each check, and in
a probe that does its only check itself. Inner walls stand inside outer ones and take away more.
"""

import contextlib
import json
import os
from typing import Any, Callable, Dict, List, Optional, Sequence

from . import landlock, places, policy, privileges, proof, seccomp, semaphores

Walls = Dict[str, Any]
_state = {"inner": False}


class WallError(OSError):
    """A wall that was to be raised cannot be: nothing may be done without it."""


def raise_outer(walls: Walls) -> None:
    """Walls for a process that imports TensorFlow and forks a child for each check."""
    if walls["means"] and "landlock" not in walls["means"]:
        # Landlock would keep a check from the memory of whoever forked it.
        privileges.hide()
    _raise(walls, lambda: places.outer(walls), policy.outer(walls["network"], walls["programs"]))


def raise_inner(
    walls: Walls, readable: Sequence[str], scratch: str, listable: Sequence[str] = ()
) -> None:
    """Walls for the process of one check, which reads `readable` and writes into `scratch`.

    Once they stand, nothing can be done about the signal that comes when a parent dies: ask for it
    before.
    """
    if walls["means"]:
        privileges.show()
    answers = policy.inner(walls["network"], walls["programs"], os.getpid())
    _raise(walls, lambda: places.inner(walls, readable, listable, scratch), answers)
    if walls["means"] and not walls["programs"]:
        semaphores.use_threads()
    _state["inner"] = True


def observed(walls: Walls) -> Dict[str, List[str]]:
    """Which walls hold, seen from inside: {"means": [...], "observed": [...], "missing": [...]}.

    Tried are a file (`canary`), a folder (`outside`), a listener on 127.0.0.1 (`port`) and a
    process (`parent`), all of them ours and out of bounds. Before the inner walls stand, a child
    that raises them tries; call it before TensorFlow has threads.
    """
    held = None if _state["inner"] or not hasattr(os, "fork") else _from_a_child(walls)
    if held is None:
        held = proof.held(walls, os.getpid())
    missing = [word for word in proof.wanted(walls) if word not in held]
    return {"means": list(walls["means"]), "observed": held, "missing": missing}


def _raise(walls: Walls, rules: Callable[[], List[places.Rule]], answers: seccomp.Answers) -> None:
    privileges.limit(walls)
    try:
        if "landlock" in walls["means"]:
            landlock.restrict(rules(), walls["network"])
        if "seccomp" in walls["means"]:
            privileges.give_up()
            seccomp.restrict(answers)
    except OSError as error:
        raise WallError(error.errno, "a wall cannot be raised here: %s" % error) from error


def _from_a_child(walls: Walls) -> Optional[List[str]]:
    """What a child behind the inner walls sees; None where there can be no child."""
    reading, writing = os.pipe()
    probe = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if pid == 0:
        with contextlib.suppress(BaseException):
            raise_inner(walls, [], walls["writable"][0])
            os.write(writing, json.dumps(proof.held(walls, probe)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:
        told = stream.read()
    os.waitpid(pid, 0)
    held: List[str] = json.loads(told) if told else []
    return held
