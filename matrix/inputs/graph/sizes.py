"""Sizes that a graph asks of its inputs: what is reshaped, multiplied or cut out."""

from __future__ import annotations

import math
from collections.abc import Iterator

from matrix.inputs.graph.flow import Flow, Read

_MOST = 2**16
_MOST_SIZES = 8
_MATRIX = 2
_COMPARING = ("Equal", "GreaterEqual", "LessEqual")
# What changes each number and no size.
_ELEMENTWISE = frozenset({"Mul", "RealDiv", "Div", "Sub", "Add", "AddV2", "Relu", "Sigmoid"})


def counts_in(flow: Flow) -> list[int]:
    """How many numbers a row must have that is reshaped to a fixed size or multiplied."""
    found = {
        count
        for place, nodes in flow.places()
        for node in nodes
        for count in _count(flow, Read(place=place, node=node, position=0))
    }
    return sorted(found)[:_MOST_SIZES]


def counts_after(flow: Flow, read: Read) -> Iterator[int]:
    """The same for what an op gives."""
    waiting, seen = [(read.place, read.node.name)], set()
    while waiting:
        place, name = waiting.pop()
        if (place, name) in seen:
            continue
        seen.add((place, name))
        for following in flow.reads(name, place):
            yield from _count(flow, following)
            if following.node.op in _ELEMENTWISE:
                waiting.append((following.place, following.node.name))


def _count(flow: Flow, read: Read) -> Iterator[int]:
    if read.position:
        return
    if read.node.op == "Reshape":
        sizes = flow.open_sizes(read, 1)
        # One size is open, and the others say of how many numbers there must be a multiple.
        if -1 in sizes and len(sizes) > 1:
            yield from _fit(math.prod(size for size in sizes if size != -1))
    if read.node.op in ("MatMul", "BatchMatMulV2"):
        shape = flow.sizes(read, 1)
        if len(shape) == _MATRIX and shape[0]:
            yield from _fit(shape[0])


def _fit(count: int) -> Iterator[int]:
    if 1 < count <= _MOST:
        yield count


def compared_sizes(flow: Flow) -> Iterator[int]:
    """Sizes that the graph checks its inputs for."""
    for place, nodes in flow.places():
        for node in nodes:
            if node.op in _COMPARING:
                read = Read(place=place, node=node, position=0)
                for number in (0, 1):
                    sizes = flow.numbers(read, number)
                    if len(sizes) == 1 and _is_size(flow, read, 1 - number):
                        yield from _fit(sizes[0])


def _is_size(flow: Flow, read: Read, position: int) -> bool:
    """Whether an input of an op is one of the sizes in a shape."""
    node = flow.source(read, position)
    if node is None or node.op != "StridedSlice":
        return False
    shape = flow.source(Read(place=read.place, node=node, position=0), 0)
    return shape is not None and shape.op == "Shape"


def cut_to(flow: Flow) -> int:
    """How large what is cut out by constants must be; 0 where nothing is."""
    largest = 0
    for place, nodes in flow.places():
        for node in nodes:
            if node.op == "Slice":
                read = Read(place=place, node=node, position=0)
                begin, size = flow.open_sizes(read, 1), flow.open_sizes(read, 2)
                ends = (a + b for a, b in zip(begin, size, strict=False) if b > 0)
                largest = max([largest, *ends])
    return min(_MOST, largest)
