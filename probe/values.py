"""Values for inputs: one rule, for what is made at home and for what a cell has to make itself.

Everything follows from the names, types and shapes of inputs and from what is known of the model,
so that every release generates the same values.

Part of the probe (see `probe.py`), and used by `matrix/inputs/generated.py` as well: Python 3.7
syntax, the standard library, and numpy inside the functions.
"""

import base64
import zlib
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

from .guesses import FLOATS, SIZES, Input, Rules, dims_of, guesses, product

SEED = 20160209
WORDS = ("hello world", "the quick brown fox jumps over the lazy dog", "good morning", "water")
_COMPLEX = ("complex64", "complex128")
_WHOLE = ("int16", "int32", "int64", "uint16", "uint32", "uint64")
# Values of the small types are quantised numbers or pixels: all of them occur.
_BYTES = {"uint8": (0, 256), "int8": (-128, 128)}
# Masks and kinds of segments are 0 or 1 whatever the vocabulary is.
_FLAGS = ("mask", "segment", "type", "label")
# How many steps of a sequence count, for each row of a batch.
_STEPS = ("length", "seq_len", "_len", "_lens", "num_frames", "num_steps")
_MOST_ROWS = 64
# Beyond it nothing is drawn: what numpy draws on Windows ends here.
_MOST_PLACE = 2**31 - 1
# Values of all inputs together; what takes more is not tried.
_MOST_VALUES = 2**24
# Values of all that is tried together.
_MOST_TRIED = 2**25
# What a model asks for itself may be more, but not what fills the memory of a machine.
_MOST_AT_ALL = 2**28

# Inputs that belong together: {"kind": KIND, "names": [...], "shape": [...]}. The names of a
# "ragged" one are those of values and row_splits (outer ones first), of "lengths" those of values
# and the lengths of rows, of a "sparse" one those of indices, values, dense_shape.
Group = Dict[str, Any]
# Rules are what is known of a model: "texts" to feed, "batch" to feed them in, "below" for ids, and
# by the name of an input its "contents" (texts), the "known" words of its table, the "numbers" to
# choose from and those "fixed" in their order. "steps" are the names of inputs that say how long a
# sequence is. "lengths", "widths" and "counts" are sizes to try.


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
    total = 0
    for number, these in enumerate(_in_turn(inputs, rules)):
        for sizes, rankless in guesses(inputs, bool(groups), these):
            dims = [dims_of(one, sizes, rankless) for one in inputs]
            # What is divided into rows depends on sizes that no shape has.
            key = (number, dims, sizes if groups else None)
            count = sum(product(one) for one in dims)
            if key in tried or (tried and count > min(_MOST_VALUES, _MOST_TRIED - total)):
                continue
            if count > _MOST_AT_ALL:
                raise CannotBeMade("inputs of %d values are too large to generate" % count)
            tried.append(key)
            total += count
            yield _made_together(inputs, groups, sizes, rankless, these)


def _in_turn(inputs: Sequence[Input], rules: Rules) -> Iterator[Rules]:
    """The rules, then others under which every word is in the table that it is looked up in."""
    yield rules
    names = [name for name, kind, _ in inputs if kind == "string"]
    known = {
        name: rules.get("known", {}).get(name) or rules.get("texts", ())[:-1] for name in names
    }
    known = {name: words for name, words in known.items() if words}
    if known:
        yield dict(rules, contents=dict(known, **rules.get("contents", {})), batch=1)


def _made_together(
    inputs: Sequence[Input], groups: Sequence[Group], sizes: Any, rankless: Any, rules: Rules
) -> Dict[str, Any]:
    by_name = {one[0]: one for one in inputs}
    found: Dict[str, Any] = {}
    for group in groups:
        members = [by_name[name] for name in group["names"]]
        found.update(_MAKERS[group["kind"]](members, group.get("shape"), sizes, rules))
    dims = {one[0]: dims_of(one, sizes, rankless) for one in inputs}
    counting = {one[0] for one in inputs if _counts_steps(one, dims[one[0]], rules)}
    steps = [dims[name][1] for name in dims if name not in counting and len(dims[name]) > 1]
    for name in counting - set(found):
        found[name] = _steps(by_name[name], dims[name], max(steps or [sizes[1]]))
    # In the order of the signature.
    return {
        one[0]: found[one[0]] if one[0] in found else made(one, dims[one[0]], rules)
        for one in inputs
    }


def _counts_steps(one: Input, dims: Sequence[int], rules: Rules) -> bool:
    """Whether an input says for each row how long its sequence is."""
    name, kind, _ = one
    if kind not in _WHOLE or any(name in rules.get(key, ()) for key in ("numbers", "fixed")):
        return False
    named = any(word in name.lower() for word in _STEPS) and product(dims[1:]) == 1
    return named or name in rules.get("steps", ())


def _steps(one: Input, dims: Sequence[int], longest: int) -> Any:
    """The whole sequence in the first row, less of it in others."""
    import numpy

    listed = [max(1, longest >> place % 3) for place in range(product(dims))]
    return numpy.array(listed, dtype=one[1]).reshape(dims)


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
        count = product(dims)
        own = numpy.array([as_bytes(text) for text in texts[:count]], dtype=bytes)
        return own[numpy.arange(count) % max(1, len(own))].reshape(dims)
    if kind == "bool":
        return numbers.randint(0, 2, dims).astype(bool)
    if kind in _BYTES:
        return numbers.randint(_BYTES[kind][0], _BYTES[kind][1], dims).astype(kind)
    if kind in _WHOLE:
        ends = numpy.iinfo(kind)
        fixed = rules.get("fixed", {}).get(name, ())
        if fixed:
            listed = [fixed[place % len(fixed)] for place in range(product(dims))]
            return numpy.array(listed).clip(ends.min, ends.max).astype(kind).reshape(dims)
        if all(word in name.lower() for word in ("sample", "rate")) and not product(dims[1:]) > 1:
            return numpy.full(dims, 16000 % (ends.max + 1), dtype=kind)
        known = rules.get("numbers", {}).get(name, ())
        known = [number for number in known if ends.min <= number <= ends.max]
        if known:
            return numpy.array(known, dtype=kind)[numbers.randint(0, len(known), dims)]
        return numbers.randint(0, _ids_below(name, rules.get("below", 2)), dims).astype(kind)
    if kind in FLOATS or kind in _COMPLEX:
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
    inner = dims_of(values, (rows, SIZES[0][1]), (rows,))[1:]
    found[values[0]] = made(values, (rows,) + inner, rules)
    return found


def _by_lengths(
    members: Sequence[Input], shape: Any, sizes: Tuple[int, int], rules: Rules
) -> Dict[str, Any]:
    """Values and how many of them each row has."""
    import numpy

    found = _ragged(members, shape, sizes, rules)
    name, kind, _ = members[1]
    found[name] = numpy.diff(found[name]).astype(kind)
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
    dims = dims_of(("", "", shape), sizes, ())
    # Not by its name: what belongs to another of the same shape lies where that does.
    numbers = numpy.random.RandomState(SEED)
    places: List[Any] = []
    for row in range(min(dims[0], _MOST_ROWS) if dims else 0):
        within = min(max(1, product(dims[1:])), _MOST_PLACE)
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


_MAKERS = {"ragged": _ragged, "lengths": _by_lengths, "sparse": _sparse}


def fit(group: Group, arrays: Dict[str, Any]) -> bool:
    """Whether arrays that belong together make a ragged or a sparse tensor."""
    parts = [arrays[name] for name in group["names"]]
    if group["kind"] == "sparse":
        indices, values, dense = parts
        return bool(len(indices) == len(values) and (indices < dense).all())
    rows = len(parts[0])
    if group["kind"] == "lengths":
        return bool(parts[1].sum() == rows)
    for splits in reversed(parts[1:]):
        whole = len(splits) and splits[0] == 0 and splits[-1] == rows
        if not whole or (splits[1:] < splits[:-1]).any():
            return False
        rows = len(splits) - 1
    return True
