"""Inputs that a graph puts together itself: the parts of a sparse or a ragged tensor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matrix.inputs.graph.entries import entries_of_signature
from matrix.inputs.graph.flow import Flow, Read
from matrix.inputs.hints import Group

# Ops that take indices, values and the dense shape of a sparse tensor, and where these are.
_SPARSE: Mapping[str, tuple[int, int, int]] = {
    "SparseReorder": (0, 1, 2),
    "SparseTensorDenseMatMul": (0, 1, 2),
    "SparseFillEmptyRows": (0, 1, 2),
    "SparseReduceSum": (0, 1, 2),
    "SparseSoftmax": (0, 1, 2),
    "SparseSlice": (0, 1, 2),
    "SparseToDense": (0, 2, 1),
}
# How authors call what divides the values before it into rows.
_ROWS = {"splits": "ragged", "row_lengths": "lengths"}


_PAIR = 2


def groups_by_use(meta: Any) -> dict[str, list[Group]]:
    """The groups of each signature of a MetaGraph."""
    flow = Flow(meta.graph_def)
    found = {}
    for name, definition in meta.signature_def.items():
        entries = list(entries_of_signature(definition, meta.graph_def))
        reads = {one.key: list(flow.reads(one.node, one.function)) for one in entries}
        found[name] = list(_sparse(flow, reads)) or list(_rows(reads))
    return found


def _rows(reads: Mapping[str, Sequence[Read]]) -> Iterator[Group]:
    """Two inputs of which one says, by its name, how the other is divided."""
    for name in reads if len(reads) == _PAIR else ():
        kind = next((kind for word, kind in _ROWS.items() if name.lower().endswith(word)), "")
        if kind:
            other = next(one for one in reads if one != name)
            yield {"kind": kind, "names": [other, name], "shape": None}
            return


def _sparse(flow: Flow, reads: Mapping[str, Sequence[Read]]) -> Iterator[Group]:
    """Three inputs that one op takes as the parts of a sparse tensor."""
    taken: dict[tuple[str, str], dict[int, str]] = {}
    ops: dict[tuple[str, str], Read] = {}
    for name, mine in reads.items():
        for read in mine:
            if read.position in _SPARSE.get(read.node.op, ()):
                key = (read.place, read.node.name)
                taken.setdefault(key, {}).setdefault(read.position, name)
                ops[key] = read
    shapes = {key: _shape(flow, read) for key, read in ops.items()}
    told: set[str] = set()
    # Those that say how wide it is come first.
    for key in sorted(taken, key=lambda key: shapes[key] is None):
        names = [taken[key].get(position, "") for position in _SPARSE[ops[key].node.op]]
        if all(names) and len(set(names)) == len(names) and not told & set(names):
            told |= set(names)
            yield {"kind": "sparse", "names": names, "shape": shapes[key]}


def _shape(flow: Flow, read: Read) -> list[int | None] | None:
    """The shape of what is multiplied with a matrix, as far as the matrix tells."""
    if read.node.op != "SparseTensorDenseMatMul" or read.node.attr["adjoint_b"].b:
        return None
    rows = next(iter(flow.sizes(read, 3)), None)
    return [None, rows] if rows else None
