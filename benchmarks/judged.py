"""Is a verdict true? What a probe recorded, held against the plain calls of TensorFlow. Pure."""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.raw_runs import Answer
from matrix.npz import Array
from matrix.options.tolerances import Numerics

Record = Mapping[str, Any]
# What the probe keeps of texts and of large outputs.
_MOST_TEXT, _SAMPLE = 100, 256


class Judgement(enum.Enum):
    """What the plain calls say of a verdict."""

    RIGHT = "right"
    CONFIRMED = "confirmed"
    FALSE = "false"
    UNPROVEN = "unproven"
    # It takes the plain call in the same cell.
    ASK = "ask"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A judgement and why."""

    judgement: Judgement
    why: str = ""


def judged(
    word: str, ours: Sequence[Record], truth: Answer | None, here: Answer | None = None
) -> Judged:
    """Judge the verdict `word` on one call.

    `ours` are the outputs that the probe recorded, `truth` is what the plain call gives in the
    release that saved the model, `here` what it gives in the cell of the verdict.
    """
    if truth is None or truth.outputs is None:
        why = truth.error if truth else "there is nothing to call it with"
        return Judged(judgement=Judgement.UNPROVEN, why=why)
    if all(_hollow(one) for one in truth.outputs.values()):
        return Judged(judgement=Judgement.UNPROVEN, why="what was fed gives NaN or nothing at all")
    off = apart(ours, truth) if word != "loads" else "it was not called"
    if not off:
        why = "it answers what the saving release answers"
        wrong = Judged(judgement=Judgement.FALSE, why=why)
        return Judged(judgement=Judgement.RIGHT) if word == "runs" else wrong
    if here is None:
        return Judged(judgement=Judgement.ASK, why=off)
    return _loads(here) if word == "loads" else _off(word, off, ours, here)


def _hollow(output: Array) -> bool:
    """Whether it has no value: the mean of a sequence that is shorter than a crop, for one."""
    return not output.size or (output.dtype.kind == "f" and bool(np.isnan(output).all()))


def _off(word: str, off: str, ours: Sequence[Record], here: Answer) -> Judged:
    """What is not the answer of the saving release: TensorFlow's doing, or ours?"""
    if here.outputs is None:
        why = f"the plain call fails: {here.error}"
    elif own := apart(ours, here):
        why = f"the plain call in the same cell answers otherwise: {own}"
    elif word == "runs":
        why = f"it differs: {off}"
    else:
        return Judged(judgement=Judgement.CONFIRMED, why=off)
    return Judged(judgement=Judgement.FALSE, why=why)


def _loads(here: Answer) -> Judged:
    """A call that fails in the plain way, too, though the saving release answers the same."""
    if here.outputs is not None:
        return Judged(judgement=Judgement.FALSE, why="the plain call answers")
    return Judged(judgement=Judgement.CONFIRMED, why=here.error)


# --- are outputs the same? -----------------------------------------------------------------------


def apart(ours: Sequence[Record], theirs: Answer) -> str:
    """How a record is off from an answer; empty where it is not."""
    outputs = theirs.outputs or {}
    if len(ours) != len(outputs):
        return f"{len(ours)} outputs instead of {len(outputs)}"
    named = {str(one["name"]) for one in ours} == set(outputs)
    for place, record in enumerate(ours):
        other = outputs[str(record["name"])] if named else list(outputs.values())[place]
        if why := _apart(record, other):
            return f"{record['name']} {why}"
    return ""


def _apart(record: Record, other: Array) -> str:
    if list(record["shape"]) != list(other.shape):
        return f"has the shape {record['shape']} instead of {list(other.shape)}"
    kept, whole = _kept(record), _flat(other)
    if len(kept) != len(whole):
        whole = whole[:: len(whole) // _SAMPLE][:_SAMPLE]
    if record["dtype"] == "string" or whole.dtype.kind not in "biuf":
        same = [str(one) for one in kept] == [str(one) for one in whole]
        return "" if same else f"is {kept[:3]} instead of {list(whole[:3])}"
    relative, absolute = Numerics().tolerance(str(record["dtype"])) or (0, 0)
    one, two = np.array([float(v) for v in kept]), whole.astype("float64")
    if np.allclose(one, two, rtol=relative, atol=absolute, equal_nan=True):
        return ""
    return f"is off by {np.nanmax(np.abs(one - two)):.3g}"


def _kept(record: Record) -> list[Any]:
    found = record.get("array")
    if found is None:
        found = record.get("values", record.get("sample", ()))
    return list(found)


def _flat(array: Array) -> Array:
    """As the probe lays values out: complex ones as two, texts to read."""
    flat = array.reshape(-1)
    if flat.dtype.kind == "c":
        return np.stack([flat.real, flat.imag], axis=-1).reshape(-1)
    if flat.dtype.kind in "SU":
        texts = [one.decode("utf-8", "backslashreplace") for one in flat.astype(bytes).tolist()]
        return np.array([one[:_MOST_TEXT] for one in texts], dtype=object)
    return flat


# --- what a probe fed ----------------------------------------------------------------------------


def fed(record: Record, stored: Iterable[Array]) -> Array | None:
    """The array that a probe says it fed: one of the stored ones, or its values; else `None`."""
    dtype, shape = str(record["dtype"]), list(record["shape"])
    for array in stored:
        kind = {"string": "S", "complex64": "c", "complex128": "c"}.get(dtype, "biuf")
        if array.size == np.prod(shape) and array.dtype.kind in kind:
            cast = array if dtype == "string" else array.astype(dtype)
            if _digest(cast) == record.get("digest"):
                return cast.reshape(shape)
    values = record.get("values")
    if values is None:
        return None
    if dtype == "string":
        return np.array([str(one).encode() for one in values], dtype=bytes).reshape(shape)
    if dtype.startswith("complex"):
        pairs = np.array(values, dtype="float64").reshape(-1, 2)
        return (pairs[:, 0] + 1j * pairs[:, 1]).astype(dtype).reshape(shape)
    return np.array([float(one) if isinstance(one, str) else one for one in values], dtype).reshape(
        shape
    )


def _digest(array: Array) -> str:
    if array.dtype.kind in "SUO":
        content = repr(array.reshape(-1).tolist()).encode("utf-8")
    else:
        content = np.ascontiguousarray(array).tobytes()
    return hashlib.sha256(content).hexdigest()
