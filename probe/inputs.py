"""What is fed into a model: the arrays that were made for it once, or else values made here.

Part of the probe (see `probe.py`): Python 3.7 syntax, numpy and TensorFlow imported only inside
the functions. `matrix/inputs.py` writes the files that are read here.
"""

import random
import re
import zlib

SEED = 20160209
# What unknown dimensions become, tried in this order: (the first one, the others). The last is for
# sounds, whose only dimension is their length.
SIZES = ((1, 16), (1, 64), (1, 256), (16000, 16))
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
    """The files of arrays for one model; several where sizes had to be guessed."""

    def __init__(self, paths):
        self.files = [read(path) for path in paths]
        self.seeded = seeded

    def attempts(self, signature):
        """What to call a signature with, in turn: pairs of arrays by name and where they are from.

        Inputs that no file covers are made here, from the name and the shape that the signature
        has in this release.
        """
        fitting = [fitted(signature, file) for file in self.files]
        fitting = [arrays for arrays in fitting if arrays is not None]
        for arrays in fitting:
            yield arrays, "file"
        if not fitting:
            for sizes in sizes_for(signature):
                yield made_all(signature, sizes), "cell"


def chosen(signatures, wanted):
    """The signature that is wanted, or all; a Keras model is called as a whole in any case."""
    names = [signature.name for signature in signatures]
    if wanted is None or names == ["call"]:
        return signatures
    if wanted not in names:
        raise NoInputs("it has no signature %s, but %s" % (wanted, ", ".join(names)))
    return [signature for signature in signatures if signature.name == wanted]


def read(path):
    """The arrays of a file by their keys, in its order."""
    import numpy

    with numpy.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files if not key.startswith(EXPECTED)}


def fitted(signature, file):
    """The arrays of a file for all inputs of a signature, None where it has not all of them.

    A file says `signature/input`, or `input` alone. Where nothing is called so, what was made for
    another signature with as many inputs fits in its order: Keras names inputs anew by release.
    """
    names = [name for name, _, _ in signature.inputs]
    groups = grouped(file).values()
    choices = [[file.get("%s/%s" % (signature.name, name), file.get(name)) for name in names]]
    choices += [[dict(group).get(plain(name)) for name in names] for group in groups]
    choices += [[array for _, array in group] for group in groups]
    for arrays in choices:
        if len(arrays) != len(names) or any(array is None for array in arrays):
            continue
        cast = [
            shaped(array, dtype, shape)
            for array, (_, dtype, shape) in zip(arrays, signature.inputs)
        ]
        if all(array is not None for array in cast):
            return dict(zip(names, cast))
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


# --- values made here ---------------------------------------------------------------------------


def sizes_for(signature):
    shapes = [shape for _, _, shape in signature.inputs]
    if all(shape is not None and None not in shape for shape in shapes):
        return SIZES[:1]
    sound = any(shape is not None and list(shape) == [None] for shape in shapes)
    return SIZES if sound else SIZES[:-1]


def made_all(signature, sizes):
    return {name: made(name, dtype, shape, sizes) for name, dtype, shape in signature.inputs}


def made(name, dtype, shape, sizes):
    """An array for one input: the same in every release, for a fixed seed and the input's name."""
    import numpy

    first, others = sizes
    shape = [None] if shape is None else list(shape)
    dims = [
        (first if place == 0 else others) if size is None else int(size)
        for place, size in enumerate(shape)
    ]
    # RandomState is frozen by numpy: the same numbers from 1.18 to 2.x.
    numbers = numpy.random.RandomState((SEED + zlib.crc32(name.encode("utf-8"))) % 2**32)
    if dtype.name == "string":
        return numpy.full(dims, b"hello world", dtype=object)
    if dtype.is_bool:
        return numbers.randint(0, 2, dims).astype(bool)
    if dtype.is_integer:
        # Bytes are nearly always pixels; other integers are ids, which must stay small.
        low, high = {"uint8": (0, 256), "int8": (-128, 128)}.get(dtype.name, (0, 2))
        return numbers.randint(low, high, dims).astype(dtype.as_numpy_dtype)
    if dtype.is_floating or dtype.is_complex:
        return numbers.uniform(0, 1, dims).astype(dtype.as_numpy_dtype)
    raise NoInputs("no values can be made for the input %s of type %s" % (name, dtype.name))
