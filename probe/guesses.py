"""Sizes to try where a shape leaves them open, and ranks where it says nothing.

Part of the probe (see `probe.py`): Python 3.7 syntax, the standard library.
"""

from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

# (name, name of the type, shape); None in the shape where a size is unknown, or instead of it.
Input = Tuple[str, str, Optional[Sequence[Optional[int]]]]
# What unknown sizes become: (the first one, the others).
Sizes = Tuple[int, int]
Rank = Tuple[int, ...]
# What is known of a model (`values.py`).
Rules = Dict[str, Any]

FLOATS = ("bfloat16", "float16", "float32", "float64", "half", "float", "double")
# Tried in this order, before all others.
SIZES = ((1, 16), (1, 64), (1, 256))
# Sounds have a single dimension, which is their length.
SOUND = (16000, 16)
# A sequence that crops, strides and pools leave something of, where nothing shorter gives anything.
LONG = ((1, 4096), (1, 16384))
# As many rows as columns, for what refers to other rows; then what is short, for what has an end.
SMALL = ((16, 16), (1, 4), (1, 1))
# What an input of unknown rank is tried as: one number, a row, a small picture as a row, an image.
RANKLESS: Tuple[Rank, ...] = ((1,), (), (1, 16), (1, 784), (1, 224, 224, 3))
# Rows of a ragged or sparse input: several, or else nothing would be ragged.
_ROWS = 3
# One number for the whole call; a graph of TensorFlow 1 seldom says so of a placeholder.
_SCALARS = ("keep_prob", "dropout", "training", "phase", "rate")


def guesses(
    inputs: Sequence[Input], has_groups: bool, rules: Rules
) -> Iterator[Tuple[Sizes, Rank]]:
    """What stands for unknown sizes and for unknown ranks, in turn."""
    known = [(kind, list(shape)) for _, kind, shape in inputs if shape is not None]
    batch = rules.get("batch", 1) if any(kind == "string" for kind, _ in known) else 1
    batch = max(batch, _ROWS if has_groups else 1)
    for sizes in _sizes(known, batch, rules):
        yield sizes, RANKLESS[0]
    for rankless in RANKLESS[1:]:
        yield SIZES[0], rankless


def _sizes(
    known: Sequence[Tuple[str, List[Optional[int]]]], batch: int, rules: Rules
) -> Iterator[Sizes]:
    if batch > 1:
        yield batch, SIZES[0][1]
    for sizes in SIZES:
        yield sizes
    if any(shape == [None] and kind in FLOATS for kind, shape in known):
        yield SOUND
    # Not before the others: what is long takes memory, and a model may do without.
    lengths = rules.get("lengths", ())
    for length in lengths:
        yield 1, length
        # A picture without others before it.
        yield length, length
    # Pictures, of which two sizes are unknown, would be too large.
    if any(shape[1:].count(None) == 1 and kind in FLOATS for kind, shape in known):
        # What was read is an estimate: convolutions before a crop take their part as well.
        for sizes in LONG:
            if sizes[1] > max(lengths, default=0):
                yield sizes
    for width in rules.get("widths", ()):
        yield batch, width
    for count in rules.get("counts", ()):
        for sizes in _divided(count, known, batch):
            yield sizes
    # A single input with nothing open but the number of its rows refers to nothing.
    if len(known) > 1 or any(None in shape[1:] for _, shape in known):
        for sizes in SMALL:
            yield sizes


def _divided(
    count: int, known: Sequence[Tuple[str, List[Optional[int]]]], batch: int
) -> Iterator[Sizes]:
    """Sizes that give an input this many numbers in all, or in each row."""
    for _, shape in known:
        rest = product([size for size in shape if size])
        if rest and count % rest == 0 and count > rest:
            if shape[:1] == [None] and None not in shape[1:]:
                yield count // rest, SIZES[0][1]
            elif shape[1:].count(None) == 1:
                yield batch, count // rest


def product(sizes: Sequence[Any]) -> int:
    """How many numbers an array of these sizes has."""
    found = 1
    for size in sizes:
        found *= size
    return found


def dims_of(one: Input, sizes: Sizes, rankless: Rank) -> Rank:
    """The shape of an input with what is guessed."""
    name, kind, shape = one
    if shape is None:
        single = kind == "bool" or any(word in name.lower() for word in _SCALARS)
        return () if single else rankless
    first, others = sizes
    return tuple(
        (first if place == 0 else others) if size is None else int(size)
        for place, size in enumerate(shape)
    )
