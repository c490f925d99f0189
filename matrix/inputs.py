"""What models are fed: made once, before the first cell, and stored beside the results.

Every cell is fed the same files. Where a size is unknown there are several, to be tried in turn.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np

from matrix.arrays import Array, write_arrays
from matrix.given import EXPECTED, check_fit, check_signature, read_given
from matrix.model.examples import example_for
from matrix.model.facts import ModelFacts, SignatureFacts, TensorFacts
from matrix.model.vocabulary import smallest_vocabulary
from matrix.numerics import SEED
from matrix.outcomes import Store
from matrix.plan import Plan

# The same as in the probe, which makes what is missing here.
SIZES = ((1, 16), (1, 64), (1, 256), (16000, 16))
# What an input of unknown rank is tried as: one number, a row, a small picture as a row, an image.
_RANKLESS: tuple[tuple[int, ...], ...] = ((1,), (), (1, 16), (1, 784), (1, 224, 224, 3))
# One number for the whole call; a graph of TensorFlow 1 seldom says so of a placeholder.
_SCALARS = ("keep_prob", "dropout", "training", "phase", "rate")
WORDS = (b"hello world", b"the quick brown fox jumps over the lazy dog", b"good morning", b"water")
_FLOATS = {"float16", "float32", "float64", "bfloat16", "half", "float", "double"}
_COMPLEX = {"complex64", "complex128"}
_WHOLE = {"int16", "int32", "int64", "uint16", "uint32", "uint64"}
# Values of the small types are quantised numbers or pixels: all of them occur.
_BYTES = {"uint8": (0, 256), "int8": (-128, 128)}
# Ids beyond this show nothing more.
_MOST_ID = 100


def check(plan: Plan) -> None:
    """Refuse what the caller wants fed or called where it cannot be right.

    Raises:
        UsageError: the file of inputs or the signature makes no sense for these models.
    """
    if plan.numerics.signature:
        check_signature(plan.models, plan.numerics.signature)
    if plan.numerics.inputs:
        given = read_given(plan.numerics.inputs)
        for model in plan.models:
            check_fit(model, given, plan.numerics)


def store_inputs(plan: Plan, store: Store) -> None:
    """Write the inputs of every model to where its cells look for them."""
    given = read_given(plan.numerics.inputs) if plan.numerics.inputs else None
    for number, model in enumerate(plan.models):
        place = store.place_for_inputs(number)
        if given:
            expected = {EXPECTED + key: array for key, array in given.expected.items()}
            write_arrays(place / "1.npz", {**given.inputs, **expected})
            continue
        for turn, arrays in enumerate(made_inputs(model), 1):
            write_arrays(place / f"{turn}.npz", arrays)


def expected_outputs(plan: Plan, store: Store) -> dict[int, dict[str, Array]]:
    """What the caller expects of each model, as it was stored."""
    if plan.numerics.inputs is None:
        return {}
    found = {}
    for number in range(len(plan.models)):
        for path in store.inputs(number)[:1]:
            found[number] = dict(read_given(path).expected)
    return found


def made_inputs(model: ModelFacts) -> Iterator[dict[str, Array]]:
    """The arrays of all signatures, once for each guess that some of them need."""
    example = example_for(model)
    below = min(smallest_vocabulary(model) or 2, _MOST_ID)
    tries = {one.name: list(_tries(one, example, below)) for one in model.signatures}
    for turn in range(max(map(len, tries.values()), default=0)):
        yield {
            f"{signature}/{name}": array
            for signature, arrays in tries.items()
            for name, array in (arrays[turn] if turn < len(arrays) else {}).items()
        }


def _tries(
    signature: SignatureFacts, example: bytes | None, below: int
) -> Iterator[dict[str, Array]]:
    """What to feed a signature with in turn: other sizes, words where an example was no success."""
    tried = set()
    text = any(one.dtype == "string" for one in signature.inputs)
    for serialized in (example, None) if example and text else (None,):
        for sizes, rankless in _guesses(signature):
            shapes = tuple(_dims(one, sizes, rankless) for one in signature.inputs)
            if (shapes, serialized) in tried:
                continue
            tried.add((shapes, serialized))
            made = {
                one.name: _made(one, dims, serialized, below)
                for one, dims in zip(signature.inputs, shapes, strict=True)
            }
            arrays = {name: array for name, array in made.items() if array is not None}
            if arrays and len(arrays) == len(signature.inputs):
                yield arrays


def _guesses(signature: SignatureFacts) -> Iterator[tuple[tuple[int, int], tuple[int, ...]]]:
    """What stands for unknown sizes and unknown ranks, in turn."""
    sound = any(one.shape == (None,) and one.dtype in _FLOATS for one in signature.inputs)
    yield from ((one, _RANKLESS[0]) for one in (SIZES if sound else SIZES[:-1]))
    yield from ((SIZES[0], one) for one in _RANKLESS[1:])


def _dims(
    tensor: TensorFacts, sizes: tuple[int, int], rankless: tuple[int, ...]
) -> tuple[int, ...]:
    if tensor.shape is None:
        flag = tensor.dtype == "bool" or any(word in tensor.name.lower() for word in _SCALARS)
        return () if flag else rankless
    first, others = sizes
    return tuple(
        (first if place == 0 else others) if size is None else size
        for place, size in enumerate(tensor.shape)
    )


def _made(
    tensor: TensorFacts, dims: tuple[int, ...], example: bytes | None, below: int
) -> Array | None:
    """Values for one input, by its name; `None` where none can be made."""
    # Frozen by numpy, and known to the probe: both make the same.
    numbers = np.random.RandomState((SEED + zlib.crc32(tensor.name.encode())) % 2**32)
    dtype = tensor.dtype
    if dtype == "string":
        words = [example] if example else list(WORDS)
        count = int(np.prod(dims))
        return np.array([words[n % len(words)] for n in range(count)], dtype=bytes).reshape(dims)
    if dtype == "bool":
        return numbers.randint(0, 2, dims).astype(bool)
    if dtype in _BYTES:
        return numbers.randint(*_BYTES[dtype], dims).astype(dtype)
    if dtype in _WHOLE:
        return numbers.randint(0, _ids_below(tensor.name, below), dims).astype(dtype)
    if dtype in _FLOATS | _COMPLEX:
        # bfloat16 is none of numpy's types: the probe has it.
        kind = "complex64" if dtype in _COMPLEX else "float32"
        return numbers.uniform(0, 1, dims).astype("float64" if dtype == "float64" else kind)
    return None


def _ids_below(name: str, below: int) -> int:
    """Masks and kinds of segments are 0 or 1 whatever the vocabulary is."""
    flags = ("mask", "segment", "type", "label", "length")
    return 2 if any(word in name.lower() for word in flags) else max(1, below)
