"""Runs a script that loads a model, as its reader would: beside the model, under its name.

Part of the probe (see `probe.py`): Python 3.7 syntax, TensorFlow imported only by the script.
"""

import contextlib
import os
import shutil
import tempfile

from ..keras_models import checked
from ..signatures import NothingToCall


@contextlib.contextmanager
def load(path, script, name, keras):
    """What the script leaves in `model` is what was loaded; `keras` says that it must be Keras."""
    before, folder = os.getcwd(), tempfile.mkdtemp(prefix="loadmatrix-")
    try:
        top, _, below = name.partition("/")
        target = os.path.abspath(path)
        for _ in below.split("/") if below else ():
            target = os.path.dirname(target)
        os.symlink(target, os.path.join(folder, top))
        os.chdir(folder)
        scope = {"__name__": "__main__"}
        exec(compile(script, "remedy.py", "exec"), scope)  # noqa: S102 - our own words
        if keras:
            checked(scope["model"], "load_model")
        yield nothing_to_call
    finally:
        os.chdir(before)
        shutil.rmtree(folder, ignore_errors=True)


def nothing_to_call():
    raise NothingToCall("not called: only loading is tested")
