"""Makes the models of the numerics sweep with the TensorFlow of the environment it is started in.

    python make.py FOLDER FAMILY...

A family is a module of `making/`: its `MODELS` are functions that give a Keras model, its `OTHERS`
write what they make into a folder themselves. Nothing of the project is imported: this runs
in cells, from Python 3.8 on. Weights are numbers of a fixed seed, so that models are not trained
and not random either.
"""

import importlib
import os
import sys

# -I keeps it off the path.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from making.common import attempt, save, settled


def main(folder, families):
    os.makedirs(folder, exist_ok=True)
    for family in families:
        found = importlib.import_module("making." + family)
        for make in getattr(found, "MODELS", ()):
            attempt(folder, make.__name__, saving(make, folder))
        for make in getattr(found, "OTHERS", ()):
            attempt(folder, make.__name__, lambda make=make: make(folder))


def saving(make, folder):
    return lambda: save(settled(make()), folder, make.__name__)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
