"""Makes models with the TensorFlow of the environment it is started in.

    python make.py FOLDER WHAT...

WHAT is `kind.form`: a kind is a function of a module of `kinds/`, a form is how its Keras model
is saved (see `kinds/forms.py`), `own` where the kind writes by itself. What was made is a line
of JSON in FOLDER/made.jsonl: {"id", "path", "kind", ...}, as `raw_loads.py` takes it.
What a release cannot make is said and left out. Nothing of the project is imported. Python 3.7.
"""

import importlib
import json
import os
import sys

# -I keeps it off the path.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
# Converters of old releases start a program that lies beside their Python.
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ.get("PATH", "")

import numpy as np
import tensorflow as tf
from kinds import forms


def main(folder, wanted):
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    kinds = all_kinds()
    with open("made.jsonl", "a", encoding="utf-8") as file:
        for what in wanted:
            file.writelines(json.dumps(made) + "\n" for made in made_of(what, kinds))


def all_kinds():
    found = {}
    for name in sorted(os.listdir(os.path.join(HERE, "kinds"))):
        if name.endswith(".py") and not name.startswith("_"):
            module = importlib.import_module("kinds." + name[:-3])
            found.update(getattr(module, "KINDS", {}))
    return found


def made_of(what, kinds):
    """What stands for one wanted model in the list of those made."""
    kind, form = what.rsplit(".", 1)
    if tf.__version__.startswith("2.") and tf.executing_eagerly():
        tf.keras.backend.clear_session()
        tf.random.set_seed(1)
    np.random.seed(1)
    try:
        if form == "own":
            made = kinds[kind](kind)
        else:
            made = forms.FORMS[form](kinds[kind](), "%s-%s" % (kind, form))
    except Exception as error:
        text = " ".join(("%s: %s" % (type(error).__name__, error)).split())
        print("%s cannot be made: %s" % (what, text[:200]))
        return []
    several = made if isinstance(made, list) else [made]
    return [
        dict(one, id=what if len(several) == 1 else "%s.%d" % (what, number))
        for number, one in enumerate(several)
    ]


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
