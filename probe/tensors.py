"""What is fed into a model, and how what comes out is recorded.

Part of the probe (see `probe.py`): Python 3.7 syntax, numpy imported only inside the functions.
"""

import hashlib
import time
import zlib

SEED = 20160209
MOST_VALUES = 1000
MOST_TEXT = 100
SAMPLE = 256
# Seconds; what takes longer is not called twice.
REPEATED_BELOW = 10
# What unknown dimensions become, tried in this order: (the first one, the others). The last is for
# sounds, whose only dimension is their length.
SIZES = ((1, 16), (1, 64), (1, 256), (16000, 16))


class NoInputs(Exception):
    pass


def call(signature, described):
    """One signature called with made inputs: {"signature", "inputs", "outputs"} or with "error".

    `described` turns an exception into data.
    """
    known = all(shape is not None and None not in shape for _, _, shape in signature.inputs)
    sound = any(shape is not None and list(shape) == [None] for _, _, shape in signature.inputs)
    first_error = None
    for sizes in SIZES[:1] if known else SIZES if sound else SIZES[:-1]:
        started = time.time()
        try:
            arrays = {
                name: made(name, dtype, shape, sizes) for name, dtype, shape in signature.inputs
            }
            outputs = all_recorded(signature.function(arrays))
        except Exception as error:
            first_error = first_error or described(error)
            continue
        entry = {
            "signature": signature.name,
            "inputs": [recorded(name, array) for name, array in sorted(arrays.items())],
            "outputs": outputs,
        }
        if time.time() - started < REPEATED_BELOW:
            entry["repeatable"] = repeated(signature, arrays) == outputs
        return entry
    return {"signature": signature.name, "error": first_error}


def repeated(signature, arrays):
    """The outputs of a second call: others than those of the first where it is random or counts."""
    try:
        return all_recorded(signature.function(arrays))
    except Exception:
        return None


def all_recorded(outputs):
    return [recorded(str(name), value) for name, value in sorted(outputs.items())]


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
    random = numpy.random.RandomState((SEED + zlib.crc32(name.encode("utf-8"))) % 2**32)
    if dtype.name == "string":
        return numpy.full(dims, b"hello world", dtype=object)
    if dtype.is_bool:
        return random.randint(0, 2, dims).astype(bool)
    if dtype.is_integer:
        # Bytes are nearly always pixels; other integers are ids, which must stay small.
        high = 256 if dtype.name == "uint8" else 2
        return random.randint(0, high, dims).astype(dtype.as_numpy_dtype)
    if dtype.is_floating or dtype.is_complex:
        return random.uniform(0, 1, dims).astype(dtype.as_numpy_dtype)
    raise NoInputs("no values can be made for the input %s of type %s" % (name, dtype.name))


def recorded(name, value):
    """A tensor as data: whole where it is small, else a digest, statistics and a sample."""
    import numpy

    array = numpy.asarray(value.numpy() if hasattr(value, "numpy") else value)
    kind = "string" if array.dtype.kind in "OSU" else str(array.dtype)
    entry = {"name": name, "dtype": kind, "shape": list(array.shape)}
    flat = array.reshape(-1)
    if kind == "string":
        values = [as_text(one) for one in flat[:MOST_VALUES].tolist()]
        entry["digest"] = hashlib.sha256(repr(flat.tolist()).encode("utf-8")).hexdigest()
        entry["values"] = values
        return entry
    entry["digest"] = hashlib.sha256(numpy.ascontiguousarray(array).tobytes()).hexdigest()
    if array.dtype.kind == "c":
        flat = numpy.stack([flat.real, flat.imag], axis=-1).reshape(-1)
    if kind in ("bfloat16", "float16"):
        flat = flat.astype("float32")
    if flat.size <= MOST_VALUES:
        entry["values"] = [plain(one) for one in flat.tolist()]
        return entry
    step = flat.size // SAMPLE
    entry["sample"] = [plain(one) for one in flat[::step][:SAMPLE].tolist()]
    finite = flat[numpy.isfinite(flat)] if flat.dtype.kind == "f" else flat
    wide = finite.astype("float64")
    entry["statistics"] = {
        "finite": int(finite.size),
        "minimum": plain(float(wide.min())) if finite.size else None,
        "maximum": plain(float(wide.max())) if finite.size else None,
        "mean": plain(float(wide.mean())) if finite.size else None,
        "deviation": plain(float(wide.std())) if finite.size else None,
    }
    return entry


def plain(value):
    # JSON has no NaN and no infinity.
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


def as_text(value):
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    # The digest is of the whole text; what is kept is to be read.
    return text[:MOST_TEXT]
