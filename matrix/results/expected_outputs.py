"""What the caller expects of a model, brought into the shape of a reference."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from matrix.npz import Array, encoded
from matrix.results.compare import Call, Side
from matrix.results.output_difference import Tensor


def expected_side(ours: Side, expected: Mapping[str, Array]) -> tuple[Side, Side]:
    """Two sides to compare: the expected outputs, and ours as far as something is expected.

    Expected are `NAME` or `SIGNATURE/NAME`, of calls that were fed with the caller's inputs. A
    single output is meant under any name: releases name outputs differently.
    """
    right, cut = [], []
    for call in ours.calls:
        if call.get("fed") != "file" or "outputs" not in call:
            continue
        outputs = _wanted(call, expected)
        if outputs:
            right.append(
                {**call, "outputs": [_tensor(key, expected[key], one) for key, one in outputs]}
            )
            cut.append({**call, "outputs": [one for _, one in outputs]})

    def read(key: str) -> Array | None:
        return _flat(expected[key])

    return Side(calls=right, read=read), Side(calls=cut, read=ours.read)


def _wanted(call: Call, expected: Mapping[str, Array]) -> list[tuple[str, Tensor]]:
    """The outputs of a call for which something is expected, with its key."""
    signature = call.get("signature")
    mine = [key for key in expected if key.rpartition("/")[0] in ("", signature)]
    found = [
        (key, one)
        for one in call["outputs"]
        for key in mine
        if key in (one.get("name"), f"{signature}/{one.get('name')}")
    ]
    if not found and len(mine) == len(call["outputs"]) == 1:
        return [(mine[0], call["outputs"][0])]
    return found


def _tensor(key: str, array: Array, one: Tensor) -> dict[str, Any]:
    """The record of an expected array, in the type of the output it is held against."""
    tensor: dict[str, Any] = {
        "name": one.get("name"),
        "dtype": one.get("dtype"),
        "shape": list(array.shape),
        "digest": f"expected {key}",
        "stored": key,
    }
    text = array.dtype.kind in "SU"
    if text != (one.get("dtype") == "string"):
        return {**tensor, "dtype": "string" if text else str(array.dtype)}
    if text:
        values = [bytes(value) for value in encoded(array).reshape(-1).tolist()]
        digest = hashlib.sha256(repr(values).encode()).hexdigest()
        shown = [value.decode("utf-8", "backslashreplace")[:100] for value in values[:1000]]
        return {**tensor, "digest": digest, "values": shown}
    flat = _flat(array)
    if "values" in one:
        return {**tensor, "values": flat.tolist()}
    # As the probe samples what it cannot store.
    size = max(1, len(one.get("sample", ())))
    sample = flat[:: max(1, flat.size // size)][:size].tolist()
    return {**tensor, "sample": sample, "statistics": one.get("statistics", {})}


def _flat(array: Array) -> Array:
    """In one dimension, complex numbers as pairs."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat
