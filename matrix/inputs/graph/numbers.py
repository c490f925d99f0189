"""Which whole numbers an input may hold, by the ops that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from matrix.inputs.graph.flow import Flow, Read

# Ids beyond this show nothing more.
MOST_NUMBERS = 100

# Ops that pick rows: where the table is among their inputs, and where the numbers of the rows.
_PICKING: Mapping[str, tuple[int, int]] = {
    "Gather": (0, 1),
    "GatherV2": (0, 1),
    "GatherNd": (0, 1),
    "ResourceGather": (0, 1),
    "ResourceGatherNd": (0, 1),
    "SparseSegmentSum": (0, 1),
    "SparseSegmentMean": (0, 1),
    "SparseSegmentSqrtN": (0, 1),
}
FINDING = ("LookupTableFind", "LookupTableFindV2")
# What says how to compute, and not what with: valid numbers for an input of an op, in turn.
_SAYING: Mapping[tuple[str, int], Sequence[int]] = {
    ("Reshape", 1): (-1, 1),
    ("ResizeBilinear", 1): (8,),
    ("ResizeNearestNeighbor", 1): (8,),
    ("ResizeBicubic", 1): (8,),
    ("ResizeArea", 1): (8,),
    ("CropAndResize", 2): (0,),
    ("CropAndResize", 3): (8,),
    ("Fill", 0): (4,),
    ("RandomUniform", 0): (4,),
    ("RandomStandardNormal", 0): (4,),
    ("Tile", 1): (2,),
    ("ScatterNd", 2): (4,),
    ("Pad", 1): (1,),
    ("PadV2", 1): (1,),
    ("MirrorPad", 1): (1,),
    ("Slice", 1): (0,),
    ("Slice", 2): (-1,),
    ("StridedSlice", 1): (0,),
    ("StridedSlice", 2): (2,),
    ("StridedSlice", 3): (1,),
    ("TopKV2", 1): (1,),
    ("OneHot", 1): (4,),
    ("Range", 1): (4,),
    ("LinSpace", 2): (4,),
    ("GatherV2", 2): (0,),
    ("ExpandDims", 1): (0,),
    ("ArgMax", 1): (0,),
    ("ArgMin", 1): (0,),
    ("Transpose", 1): tuple(range(8)),
    ("SegmentSum", 1): (0,),
    ("SegmentMean", 1): (0,),
    ("SegmentMax", 1): (0,),
}
# Inputs that say how many steps of a sequence count.
_LENGTHS = {
    ("ReverseSequence", 1),
    ("CTCGreedyDecoder", 1),
    ("CTCBeamSearchDecoder", 1),
    ("CTCLoss", 3),
}


@dataclass(frozen=True, kw_only=True)
class NumberRule:
    """What an input may hold: any of `numbers`, or `fixed` in this order, or a length."""

    numbers: Sequence[int] = ()
    fixed: Sequence[int] = ()
    is_length: bool = False


def number_rule(
    flow: Flow, reads: Iterable[Read], keys_of: Callable[[Read], Sequence[int]]
) -> NumberRule:
    """The rule for an input; `keys_of` gives the keys of the table that an op looks it up in."""
    ranges: list[range] = []
    keys: list[Sequence[int]] = []
    for read in reads:
        place = (read.node.op, read.position)
        if place in _LENGTHS:
            return NumberRule(is_length=True)
        if place in _SAYING:
            return NumberRule(fixed=[number - read.offset for number in _SAYING[place]])
        if read.node.op in FINDING and read.position == 1:
            keys.append([key - read.offset for key in keys_of(read)])
        elif _PICKING.get(read.node.op, (0, -1))[1] == read.position:
            ranges += _rows(flow, read)
    if found := next(filter(None, keys), None):
        return NumberRule(numbers=found[:MOST_NUMBERS])
    return NumberRule(numbers=list(_common(ranges)[:MOST_NUMBERS]))


def _rows(flow: Flow, read: Read) -> list[range]:
    """The numbers of the rows that an op picks from, as the input must say them."""
    sizes = flow.sizes(read, _PICKING[read.node.op][0])
    axis = 0
    if read.node.op == "GatherV2":
        if read.node.attr["batch_dims"].i:
            return []
        axis = next(iter(flow.numbers(read, 2)), 0)
    count = sizes[axis] if -len(sizes) <= axis < len(sizes) else None
    return [range(-read.offset, count - read.offset)] if count else []


def _common(ranges: Sequence[range]) -> range:
    """What is in all of them, or in the first where nothing is."""
    if not ranges:
        return range(0)
    both = range(max(one.start for one in ranges), min(one.stop for one in ranges))
    return both or ranges[0]
