"""What is fed into a model: the arrays that were made for it once, or else values made here.

Part of the probe (see `probe.py`): Python 3.7 syntax, numpy and TensorFlow imported only inside
the functions. `matrix/inputs/generated.py` writes the files that are read here.
"""

import os
import random
import re

from .values import SEED, CannotBeMade, fit, tries

# Keys of a file of inputs that are no inputs: what the caller expects.
EXPECTED = "outputs/"


class NoInputs(Exception):
    pass


def seeded(graph=True):
    """Every source of random numbers at its start, in every release alike.

    Without `graph` nothing that would make TensorFlow 1 begin a graph: it never turns eager then.
    """
    try:
        import numpy
        import tensorflow as tf

        random.seed(SEED)
        numpy.random.seed(SEED)  # noqa: NPY002 - what models call
        if tf.__version__.startswith("1."):
            if graph:
                tf.compat.v1.set_random_seed(SEED)
        else:
            tf.random.set_seed(SEED)
    except Exception as error:
        # Never a reason not to load; what is random then shows when it is called twice.
        print("probe: random numbers cannot be seeded: %r" % error)


class Feed:
    """The files of arrays for one model; several where sizes had to be guessed.

    `rules` are what is known of the model (`values.py`), for what no file covers.
    """

    def __init__(self, paths, rules=None):
        self.files = [(stem_of(path), read(path)) for path in paths]
        self.rules = rules
        # What a cell before this one ran with, by signature: outputs are compared on the same.
        self.first = (rules or {}).get("first", {})
        # The file that the last attempt is from.
        self.file = None
        # Whether the caller gave the files.
        self.given = bool((rules or {}).get("given"))
        self.seeded = seeded

    def attempts(self, signature):
        """What to call a signature with, in turn: pairs of arrays by name and where they are from.

        Inputs that no file covers are made here, from the name and the shape that the signature
        has in this release.
        """
        fitting = [(stem, fitted(signature, file)) for stem, file in self.files]
        fitting = [(stem, arrays) for stem, arrays in fitting if arrays is not None]
        fitting.sort(key=lambda pair: pair[0] != self.first.get(signature.name))
        for self.file, arrays in fitting:
            yield arrays, "file"
        if not fitting:
            self.file = None
            for arrays in made(signature, self.rules):
                yield arrays, "cell"

    def is_settled(self, signature):
        """Whether outputs are compared on the file of the last attempt, whatever they are.

        A cell before this one found nothing better, so there is nothing to compare others with.
        """
        return self.file is not None and self.file == self.first.get(signature.name)


def made(signature, rules):
    """What is made for a signature in this process, in turn."""
    inputs = [(name, dtype.name, shape) for name, dtype, shape in signature.inputs]
    try:
        for arrays in tries(inputs, signature.groups, rules):
            yield {name: shaped(arrays[name], dtype, None) for name, dtype, _ in signature.inputs}
    except CannotBeMade as error:
        raise NoInputs(str(error))  # noqa: B904 - it is the same, in our words


def chosen(signatures, wanted):
    """The signature that is wanted, or all; a Keras model is called as a whole in any case."""
    names = [signature.name for signature in signatures]
    if wanted is None or names == ["call"]:
        return signatures
    if wanted not in names:
        raise NoInputs("it has no signature %s, only %s" % (wanted, ", ".join(names)))
    return [signature for signature in signatures if signature.name == wanted]


def stem_of(path):
    """The name of a file without its ending: what are tried in turn are numbered."""
    return os.path.splitext(os.path.basename(path))[0]


def read(path):
    """The arrays of a file by their keys, in its order."""
    import numpy

    with numpy.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files if not key.startswith(EXPECTED)}


def fitted(signature, file):
    """The arrays of a file for all inputs of a signature, None where it has not all of them.

    A file says `signature/input`, or `input` alone. Where nothing is called so, what was made for
    another signature with as many inputs fits in its order: Keras renames inputs between releases.
    """
    names = [name for name, _, _ in signature.inputs]
    groups = grouped(file).values()
    meant = [[file.get("%s/%s" % (signature.name, name), file.get(name)) for name in names]]
    guessed = [[dict(group).get(plain(name)) for name in names] for group in groups]
    guessed += [[array for _, array in group] for group in groups]
    for place, arrays in enumerate(meant + guessed):
        if len(arrays) != len(names) or any(array is None for array in arrays):
            continue
        cast = [
            shaped(array, dtype, shape)
            for array, (_, dtype, shape) in zip(arrays, signature.inputs)
        ]
        if all(array is not None for array in cast):
            found = dict(zip(names, cast))
            if place < len(meant) or all(fit(one, found) for one in signature.groups):
                return found
    return None


def grouped(file):
    """{signature: [(input, array), ...]}; the signature is empty where a key does not say it."""
    groups = {}
    for key, array in file.items():
        signature, _, name = key.rpartition("/")
        groups.setdefault(signature, []).append((plain(name), array))
    return groups


def plain(name):
    """The name of a tensor as that of its operation."""
    return re.sub(":0$", "", name)


def shaped(array, dtype, shape):
    """The array in the type of an input, None where type or shape do not fit."""
    if shape is not None:
        if len(shape) != array.ndim:
            return None
        if any(wanted not in (None, size) for wanted, size in zip(shape, array.shape)):
            return None
    if dtype.name == "string":
        if array.dtype.kind == "U":
            return encoded(array)
        return array.astype(object) if array.dtype.kind in "SO" else None
    if array.dtype.kind not in "biufc" or not holds(array, dtype):
        return None
    return array.astype(dtype.as_numpy_dtype)


def encoded(array):
    import numpy

    values = [text.encode("utf-8") for text in array.reshape(-1).tolist()]
    found = numpy.empty(len(values), dtype=object)
    found[:] = values
    return found.reshape(array.shape)


def holds(array, dtype):
    """Whether a type can hold these values: 0.5 is no int32, and 300 no uint8."""
    kind = array.dtype.kind
    if dtype.is_bool:
        return kind == "b"
    if dtype.is_integer:
        whole = kind in "iu" or (kind == "f" and bool((array == array.round()).all()))
        if not whole or not array.size:
            return whole
        return dtype.min <= array.min() and array.max() <= dtype.max
    if dtype.is_floating:
        return kind in "iuf"
    return dtype.is_complex and kind in "iufc"
