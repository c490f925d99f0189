"""The environment that is tested: the import of TensorFlow, and what is installed beside it.

Part of the probe (see `probe.py`): Python 3.7 syntax. Beyond its import nothing of TensorFlow is
used here: this runs in the process that forks.
"""

import gc
import os
import platform
import sys
import time

from .events import described, say


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
