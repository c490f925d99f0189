"""What things cost where a machine has measured none of them: figures of one machine of 2 cores.

Measured on Linux x86_64, in environments that were built from the locks of this repository. They
are right within a factor of two or three on others, which is what a plan is made with.
"""

from __future__ import annotations

from matrix.catalogue.cell import Cell
from matrix.costs.spent import NOTHING, Spent
from matrix.model.facts import ModelFacts

# CPU seconds of `import tensorflow` by minor release; between them they change little.
_IMPORTS = {
    (1, 15): 1.4,
    (2, 0): 1.6,
    (2, 2): 1.9,
    (2, 8): 2.4,
    (2, 12): 3.0,
    (2, 14): 2.4,
    (2, 17): 3.0,
}
# CPU seconds of one check of a small model, by loader.
_CHECKS = {"keras": 1.2, "tf_keras": 1.5, "tflite": 0.05, "checkpoint": 0.05, "graph": 0.3}
_OTHER_CHECK = 0.5
# How many times as long a check takes for a model of each size class.
_LARGER = (1, 2, 8, 40)
# Starting and ending the processes of a cell, and the walls around them.
REST = Spent(seconds=1.0, cpu=0.6)
# An environment from packages that are in the cache of the installer, with its bytecode.
BUILD = Spent(seconds=25.0, cpu=20.0)
# The same for a cell whose packages are mostly those of its plain one.
_BUILD_BESIDE = Spent(seconds=15.0, cpu=12.0)
# Without TensorFlow there is little to import.
_NO_TENSORFLOW = Spent(seconds=0.3, cpu=0.3)
_MB = 2**20


def importing(cell: Cell) -> Spent:
    """What the import of TensorFlow takes in a cell."""
    if not cell.runtime.needs_tensorflow:
        return _NO_TENSORFLOW
    known = [minor for minor in _IMPORTS if minor <= cell.release.minor] or [min(_IMPORTS)]
    seconds = _IMPORTS[max(known)]
    return Spent(seconds=seconds, cpu=seconds)


def checking(loader: str, size: int) -> Spent:
    """What one check of a loader takes, for a model of a size class."""
    seconds = _CHECKS.get(loader, _OTHER_CHECK) * _LARGER[min(size, len(_LARGER) - 1)]
    return Spent(seconds=seconds, cpu=seconds)


def building(cell: Cell) -> Spent:
    """What the environment of a cell takes to build."""
    if not cell.runtime.needs_tensorflow:
        return NOTHING
    return BUILD if cell.plain else _BUILD_BESIDE


def size_class(model: ModelFacts) -> int:
    """0 below 10 MB, 1 below 100 MB, 2 below 1 GB, else 3: times depend on it, and not linearly."""
    return sum(model.size_bytes >= limit * _MB for limit in (10, 100, 1000))
