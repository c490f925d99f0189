"""Values for inputs: one rule, for what is made at home and for what a cell has to make itself.

Everything follows from the names, types and shapes of inputs and from what is known of the model,
so that every release generates the same values.

Part of the probe (see `probe.py`), and used by `matrix/inputs/generated.py` as well: Python 3.7
syntax, the standard library, and numpy inside the functions.
"""

import base64
import zlib
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

SEED = 20160209
# What unknown sizes become, tried in this order: (the first one, the others).
SIZES = ((1, 16), (1, 64), (1, 256))
# Sounds have a single dimension, which is their length.
SOUND = (16000, 16)
# A sequence that crops, strides and pools leave something of, where nothing shorter gives anything.
LONG = (1, 4096)
# What an input of unknown rank is tried as: one number, a row, a small picture as a row, an image.
RANKLESS: Tuple[Tuple[int, ...], ...] = ((1,), (), (1, 16), (1, 784), (1, 224, 224, 3))
# One number for the whole call; a graph of TensorFlow 1 seldom says so of a placeholder.
_SCALARS = ("keep_prob", "dropout", "training", "phase", "rate")
WORDS = ("hello world", "the quick brown fox jumps over the lazy dog", "good morning", "water")
_FLOATS = ("bfloat16", "float16", "float32", "float64", "half", "float", "double")
_COMPLEX = ("complex64", "complex128")
_WHOLE = ("int16", "int32", "int64", "uint16", "uint32", "uint64")
# Values of the small types are quantised numbers or pixels: all of them occur.
_BYTES = {"uint8": (0, 256), "int8": (-128, 128)}
# Masks and kinds of segments are 0 or 1 whatever the vocabulary is.
_FLAGS = ("mask", "segment", "type", "label", "length")
# Rows of a ragged or sparse input: several, or else nothing would be ragged.
_ROWS = 3
_MOST_ROWS = 64
# Beyond it nothing is drawn: what numpy draws on Windows ends here.
_MOST_PLACE = 2**31 - 1
# Values of all inputs together; what takes more is not tried.
_MOST_VALUES = 2**24
# What a model asks for itself may be more, but not what fills the memory of a machine.
_MOST_AT_ALL = 2**28

# (name, name of the type, shape); None in the shape where a size is unknown, or instead of it.
Input = Tuple[str, str, Optional[Sequence[Optional[int]]]]
# Inputs that belong together: {"kind": "ragged" or "sparse", "names": [...], "shape": [...]}. The
# names are those of values and row_splits (outer ones first), or of indices, values, dense_shape.
Group = Dict[str, Any]
# What is known of a model: "texts" to feed, "batch" to feed them in, "below" for ids, and by the
# name of an input its "contents" (texts) and "numbers". "lengths" and "widths" are sizes to try.
Rules = Dict[str, Any]


class CannotBeMade(Exception):
    pass


def tries(
    inputs: Sequence[Input], groups: Sequence[Group] = (), rules: Optional[Rules] = None
) -> Iterator[Dict[str, Any]]:
    """What to feed in turn, by name: other sizes where some are unknown.

    Raises:
        CannotBeMade: nobody knows values for one of these inputs, or they are too large.
    """
    rules = rules or {}
    tried: List[Any] = []
    for sizes, rankless in _guesses(inputs, groups, rules):
        dims = [_dims(one, sizes, rankless) for one in inputs]
        # What is divided into rows depends on sizes that no shape has.
        key = (dims, sizes if groups else None)
        count = sum(_count(one) for one in dims)
        if key in tried or (tried and count > _MOST_VALUES):
            continue
        if count > _MOST_AT_ALL:
            raise CannotBeMade("inputs of %d values are too large to generate" % count)
        tried.append(key)
        yield _made_together(inputs, groups, sizes, rankless, rules)


def _guesses(
    inputs: Sequence[Input], groups: Sequence[Group], rules: Rules
) -> Iterator[Tuple[Any, Any]]:
    """What stands for unknown sizes and for unknown ranks, in turn."""
    known = [(kind, list(shape)) for _, kind, shape in inputs if shape is not None]
    batch = rules.get("batch", 1) if any(kind == "string" for kind, _ in known) else 1
    batch = max(batch, _ROWS if groups else 1)
    if batch > 1:
        yield (batch, SIZES[0][1]), RANKLESS[0]
    for sizes in SIZES:
        yield sizes, RANKLESS[0]
    if any(shape == [None] and kind in _FLOATS for kind, shape in known):
        yield SOUND, RANKLESS[0]
    # Not before the others: what is long takes memory, and a model may do without.
    lengths = rules.get("lengths", ())
    for length in lengths:
        yield (1, length), RANKLESS[0]
    # Pictures, of which two sizes are unknown, would be too large.
    row = any(shape[1:].count(None) == 1 and kind in _FLOATS for kind, shape in known)
    if row and max(lengths, default=0) < LONG[1]:
        # What was read is an estimate: convolutions before a crop take their part as well.
        yield LONG, RANKLESS[0]
    for width in rules.get("widths", ()):
        yield (batch, width), RANKLESS[0]
    for rankless in RANKLESS[1:]:
        yield SIZES[0], rankless


def _dims(one: Input, sizes: Tuple[int, int], rankless: Tuple[int, ...]) -> Tuple[int, ...]:
    name, kind, shape = one
    if shape is None:
        single = kind == "bool" or any(word in name.lower() for word in _SCALARS)
        return () if single else rankless
    first, others = sizes
    return tuple(
        (first if place == 0 else others) if size is None else int(size)
        for place, size in enumerate(shape)
    )


def _count(dims: Sequence[int]) -> int:
    found = 1
    for size in dims:
        found *= size
    return found


def _made_together(
    inputs: Sequence[Input], groups: Sequence[Group], sizes: Any, rankless: Any, rules: Rules
) -> Dict[str, Any]:
    by_name = {one[0]: one for one in inputs}
    found: Dict[str, Any] = {}
    for group in groups:
        members = [by_name[name] for name in group["names"]]
        make = _ragged if group["kind"] == "ragged" else _sparse
        found.update(make(members, group.get("shape"), sizes, rules))
    # In the order of the signature.
    return {
        one[0]: found[one[0]] if one[0] in found else made(one, _dims(one, sizes, rankless), rules)
        for one in inputs
    }


def made(one: Input, dims: Sequence[int], rules: Optional[Rules] = None) -> Any:
    """An array for one input, for a fixed seed and its name.

    Texts are byte strings. float16 and bfloat16 come as float32, for numpy has not both.
    """
    import numpy

    name, kind, _ = one
    rules = rules or {}
    # RandomState is frozen by numpy: the same numbers from 1.18 to 2.x.
    numbers = numpy.random.RandomState((SEED + zlib.crc32(name.encode("utf-8"))) % 2**32)
    if kind == "string":
        texts = rules.get("contents", {}).get(name) or rules.get("texts") or WORDS
        listed = [as_bytes(texts[place % len(texts)]) for place in range(_count(dims))]
        return numpy.array(listed, dtype=bytes).reshape(dims)
    if kind == "bool":
        return numbers.randint(0, 2, dims).astype(bool)
    if kind in _BYTES:
        return numbers.randint(_BYTES[kind][0], _BYTES[kind][1], dims).astype(kind)
    if kind in _WHOLE:
        ends = numpy.iinfo(kind)
        known = rules.get("numbers", {}).get(name, ())
        known = [number for number in known if ends.min <= number <= ends.max]
        if known:
            return numpy.array(known, dtype=kind)[numbers.randint(0, len(known), dims)]
        return numbers.randint(0, _ids_below(name, rules.get("below", 2)), dims).astype(kind)
    if kind in _FLOATS or kind in _COMPLEX:
        plain = "complex64" if kind in _COMPLEX else "float32"
        wide = kind in ("float64", "double")
        return numbers.uniform(0, 1, dims).astype("float64" if wide else plain)
    raise CannotBeMade("no values can be generated for the input %s of type %s" % (name, kind))


def as_bytes(text: Any) -> bytes:
    if isinstance(text, dict):
        # As TensorFlow Serving writes bytes in JSON.
        return base64.b64decode(text["b64"])
    return text if isinstance(text, bytes) else str(text).encode("utf-8")


def _ids_below(name: str, below: int) -> int:
    return 2 if any(word in name.lower() for word in _FLAGS) else max(1, below)


def _ragged(
    members: Sequence[Input], shape: Any, sizes: Tuple[int, int], rules: Rules
) -> Dict[str, Any]:
    """Values and the row_splits that divide them: rows of several lengths."""
    import numpy

    values, splits = members[0], members[1:]
    first, others = sizes
    outer = splits[0][2]
    rows = int(outer[0]) - 1 if outer and outer[0] is not None else first
    rows = int(shape[0]) if shape and shape[0] is not None else rows
    found = {}
    for depth, one in enumerate(splits):
        size = shape[1 + depth] if shape is not None and len(shape) > 1 + depth else None
        longest = others if depth == len(splits) - 1 else 2
        lengths = [max(1, longest >> row % 5) if size is None else size for row in range(rows)]
        found[one[0]] = numpy.cumsum([0] + lengths).astype(one[1])
        rows = sum(lengths)
    # Rows are long already.
    inner = _dims(values, (rows, SIZES[0][1]), (rows,))[1:]
    found[values[0]] = made(values, (rows,) + inner, rules)
    return found


def _sparse(
    members: Sequence[Input], shape: Any, sizes: Tuple[int, int], rules: Rules
) -> Dict[str, Any]:
    """Indices within a dense shape, in its order, with a value each."""
    import numpy

    indices, values, dense = members
    if shape is None:
        rank = next((one[2][-1] for one in (dense, indices) if one[2] and one[2][-1]), 2)
        shape = [None] * int(rank)
    dims = _dims(("", "", shape), sizes, ())
    numbers = numpy.random.RandomState((SEED + zlib.crc32(indices[0].encode("utf-8"))) % 2**32)
    places: List[Any] = []
    for row in range(min(dims[0], _MOST_ROWS) if dims else 0):
        within = min(max(1, _count(dims[1:])), _MOST_PLACE)
        chosen = sorted(set(numbers.randint(0, within, 3).tolist()))
        places += [(row,) + _place(place, dims[1:]) for place in chosen]
    return {
        indices[0]: numpy.array(places, dtype="int64").reshape(len(places), len(dims)),
        values[0]: made(values, (len(places),), rules),
        dense[0]: numpy.array(dims, dtype="int64"),
    }


def _place(number: int, dims: Sequence[int]) -> Tuple[int, ...]:
    """Where the element of a number lies in an array of such sizes."""
    found: List[int] = []
    for size in reversed(dims):
        found.insert(0, number % max(1, size))
        number //= max(1, size)
    return tuple(found)


def fit(group: Group, arrays: Dict[str, Any]) -> bool:
    """Whether arrays that belong together make a ragged or a sparse tensor."""
    parts = [arrays[name] for name in group["names"]]
    if group["kind"] == "sparse":
        indices, values, dense = parts
        return bool(len(indices) == len(values) and (indices < dense).all())
    rows = len(parts[0])
    for splits in reversed(parts[1:]):
        whole = len(splits) and splits[0] == 0 and splits[-1] == rows
        if not whole or (splits[1:] < splits[:-1]).any():
            return False
        rows = len(splits) - 1
    return True
