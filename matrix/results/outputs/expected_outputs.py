"""Expected outputs of the user, in the form of a reference."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from matrix.npz import Array, encoded
from matrix.results.compare import Side
from matrix.run.probe_output.records import TensorRecord


def expected_side(ours: Side, expected: Mapping[str, Array]) -> tuple[Side, Side]:
    """Two sides to compare: the expected outputs, and ours as far as something is expected.

    Expected are `NAME` or `SIGNATURE/NAME`, of calls that were fed with the caller's inputs. A
    single output is meant under any name: releases name outputs differently.
    """
    right, cut = [], []
    for call in ours.calls:
        if call.fed != "file" or call.outputs is None:
            continue
        if outputs := _wanted(call.signature, call.outputs, expected):
            wanted = tuple(_tensor(key, expected[key], output) for key, output in outputs)
            right.append(replace(call, outputs=wanted))
            cut.append(replace(call, outputs=tuple(output for _, output in outputs)))

    def read(key: str) -> Array | None:
        return _flat(expected[key])

    return Side(calls=right, read=read), Side(calls=cut, read=ours.read)


def _wanted(
    signature: str, outputs: Sequence[TensorRecord], expected: Mapping[str, Array]
) -> list[tuple[str, TensorRecord]]:
    """The outputs of a call for which something is expected, with its key."""
    mine = [key for key in expected if key.rpartition("/")[0] in ("", signature)]
    named = [
        (key, output)
        for output in outputs
        for key in mine
        if key in (output.name, f"{signature}/{output.name}")
    ]
    if not named and len(mine) == len(outputs) == 1:
        return [(mine[0], outputs[0])]
    return named


def _tensor(key: str, array: Array, output: TensorRecord) -> TensorRecord:
    """The record of an expected array, in the type of the output it is compared with."""
    tensor = TensorRecord(
        name=output.name,
        dtype=output.dtype,
        digest=f"expected {key}",
        shape=tuple(array.shape),
        stored=key,
    )
    text = array.dtype.kind in "SU"
    if text != (output.dtype == "string"):
        return replace(tensor, dtype="string" if text else str(array.dtype))
    if text:
        values = [bytes(value) for value in encoded(array).reshape(-1).tolist()]
        digest = hashlib.sha256(repr(values).encode()).hexdigest()
        shown = tuple(value.decode("utf-8", "backslashreplace")[:100] for value in values[:1000])
        return replace(tensor, digest=digest, values=shown)
    flat = _flat(array)
    if output.values is not None:
        return replace(tensor, values=tuple(flat.tolist()))
    # As the probe samples what it cannot store.
    size = max(1, len(output.sample or ()))
    sample = tuple(flat[:: max(1, flat.size // size)][:size].tolist())
    return replace(tensor, sample=sample, statistics=output.statistics or {})


def _flat(array: Array) -> Array:
    """In one dimension, complex numbers as pairs."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(flat.real.dtype) if flat.dtype.kind == "c" else flat
