"""The ways to load a model, one file each: a request names the file.

Each has a context `load`, which takes the path and the options of a check as keywords and gives a
function that lists what to call (`signatures.py`). It may say `TAKES_CUSTOM_OBJECTS = True`: then
the option `custom` is the caller's own module, which must import. `SEEDS_GRAPH = False` keeps
TensorFlow 1 from beginning a graph before the load. Part of the probe (see `probe.py`).
"""

import importlib


def named(name):
    """The module of a loader."""
    return importlib.import_module("%s.%s" % (__name__, name))
