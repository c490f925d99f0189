"""Calls signatures, and records what went in and what came out.

Part of the probe (see `probe.py`): Python 3.7 syntax, numpy imported only inside the functions.
"""

import hashlib
import time

MOST_VALUES = 1000
MOST_TEXT = 100
SAMPLE = 256
# Bytes of outputs that one check may keep whole; what is beyond is kept as a sample.
MOST_STORED = 64 * 2**20
# Seconds; what takes longer is not called twice.
REPEATED_BELOW = 10
# Seconds in which a call that fails is tried with other inputs.
TRIED_BELOW = 60


class Stored:
    """Outputs too large for an event, whole, in one .npz file beside the events."""

    def __init__(self, path):
        self.path = path
        self.arrays = {}
        self.room = MOST_STORED if path else 0

    def take(self, array):
        """Keep an array; gives its key in the file, None where there is no room for it."""
        if array.nbytes > self.room or array.dtype.kind not in "biufc":
            return None
        self.room -= array.nbytes
        key = "output%d" % len(self.arrays)
        self.arrays[key] = array
        return key

    def write(self):
        """Put the file there whole; a full disk costs the whole outputs and nothing else."""
        import numpy

        if self.arrays:
            try:
                with open(self.path, "wb") as file:
                    numpy.savez(file, **self.arrays)
            except OSError as error:
                print("probe: outputs cannot be stored: %s" % error)


def call(signature, feed, stored, reset, described):
    """One signature called: {"signature", "inputs", "outputs", ...} or with "error" instead.

    With an error, `made` says that what it was fed is our own making.

    `feed` gives the inputs, `stored` keeps large outputs, `reset` takes back what calls left
    behind, `described` turns an exception into data.
    """
    first_error = first_hollow = origin = None
    begun = time.time()
    try:
        for arrays, origin in feed.attempts(signature):
            started = time.time()
            if started - begun > (REPEATED_BELOW if first_hollow else TRIED_BELOW):
                # What has run, or fails slowly, must not run out of time over more of the same.
                break
            try:
                reset()
                feed.seeded()
                results = {n: as_array(one) for n, one in signature.function(arrays).items()}
                if first_hollow and hollow(results):
                    continue
                outputs = [recorded(str(n), value, stored) for n, value in results.items()]
            except Exception as error:
                first_error = first_error or described(error)
                continue
            entry = {
                "signature": signature.name,
                "fed": origin,
                "inputs": [recorded(name, arrays[name]) for name, _, _ in signature.inputs],
                "outputs": outputs,
            }
            for tensor, place in zip(entry["inputs"], signature.places or ()):
                tensor["place"] = place
            if origin == "file" and feed.file is not None:
                entry["file"] = feed.file
            if time.time() - started < REPEATED_BELOW:
                entry["repeatable"] = repeated(signature, arrays, reset) == digests(outputs)
            if not hollow(results) or feed.is_settled(signature):
                return entry
            # Other sizes may give something that can be compared.
            first_hollow = first_hollow or entry
    except Exception as error:
        # No inputs could be made.
        first_error = first_error or described(error)
    made = origin is not None and not (feed.given and origin == "file")
    return first_hollow or {"signature": signature.name, "error": first_error, "made": made}


def as_array(value):
    import numpy

    return numpy.asarray(value.numpy() if hasattr(value, "numpy") else value)


def hollow(results):
    """Whether a call answers nothing, as the mean of what a crop leaves of a short sequence."""
    import numpy

    return all(
        not one.size or (one.dtype.kind == "f" and numpy.isnan(one).all())
        for one in results.values()
    )


def repeated(signature, arrays, reset):
    """What a second call answers: something else where it is random or counts.

    It starts afresh, but random numbers go on: with the same ones all would look steady.
    """
    try:
        reset()
        results = signature.function(arrays)
        return digests([recorded(str(name), value) for name, value in results.items()])
    except Exception:
        return None


def digests(outputs):
    return sorted((one["name"], one["digest"]) for one in outputs)


def recorded(name, value, stored=None):
    """A tensor as data: whole where it is small, else a digest, statistics and a sample.

    A large one is kept whole by `stored`, where there is room for it.
    """
    import numpy

    array = as_array(value)
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
    if stored is not None:
        key = stored.take(flat)
        if key is not None:
            entry["stored"] = key
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
