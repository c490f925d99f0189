"""Files outside of a model that its graph names: constants that ops read or write by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from matrix.model.codecs.protobuf import assets_in
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.outside import is_outside, outside_file
from matrix.model.risks.risk import Risk

_STRING = 7
_MOST_TEXTS = 20
_MOST_LENGTH = 4096
_PASSING = frozenset({"Identity", "IdentityN", "Snapshot", "StopGradient"})


def graph_files(
    graphs: Sequence[Any], kinds: Mapping[str, str], where_of: Callable[[str], OpPlacement]
) -> Iterator[Risk]:
    """The labels; `kinds` are the ops that take names of files, `where_of` says when one runs."""
    for graph in graphs:
        own = {asset.tensor_info.name.partition(":")[0] for asset in assets_in(graph)}
        yield from _named(graph.graph_def.node, own, kinds, where_of)
        for function in graph.graph_def.library.function:
            yield from _named(function.node_def, set(), kinds, where_of)


def _named(
    nodes: Sequence[Any],
    own: set[str],
    kinds: Mapping[str, str],
    where_of: Callable[[str], OpPlacement],
) -> Iterator[Risk]:
    takers = [node for node in nodes if node.op in kinds]
    if not takers:
        return
    by_name = {node.name: node for node in nodes}
    for node in takers:
        for source in node.input:
            constant = _constant(source, by_name)
            if constant is not None and constant.name not in own:
                for path in _texts(constant):
                    if is_outside(path) or _is_a_table(node.op):
                        yield _label(node.op, path, kinds, where_of)
        for path in filter(is_outside, _attributes(node)):
            yield _label(node.op, path, kinds, where_of)


def _label(
    op: str, path: str, kinds: Mapping[str, str], where_of: Callable[[str], OpPlacement]
) -> Risk:
    where = where_of(op)
    # A saver has a prefix that every loader replaces; what runs nowhere reads nothing.
    usual = where in (OpPlacement.ELSEWHERE, OpPlacement.SAVER)
    return outside_file(path, f"{op} {kinds[op]}", where, usual=usual)


def _is_a_table(op: str) -> bool:
    """Whether an op takes its words from a file: a relative path is one too then."""
    return op.startswith("InitializeTableFromTextFile")


def _constant(source: str, by_name: Mapping[str, Any]) -> Any | None:
    """The constant that a tensor comes from, through nodes that only pass it on."""
    for _ in range(len(by_name)):
        node = by_name.get(source.removeprefix("^").partition(":")[0])
        if node is None or node.op == "Const":
            return node
        if node.op not in _PASSING or not node.input:
            return None
        source = node.input[0]
    return None


def _attributes(node: Any) -> Iterator[str]:
    """The texts that an op has as attributes: some take a path or addresses there."""
    for value in node.attr.values():
        for text in (value.s, *value.list.s):
            if text and len(text) <= _MOST_LENGTH:
                yield text.decode("utf-8", "replace")


def _texts(node: Any) -> Iterator[str]:
    tensor = node.attr["value"].tensor
    if tensor.dtype == _STRING:
        for value in tensor.string_val[:_MOST_TEXTS]:
            if value and len(value) <= _MOST_LENGTH:
                yield value.decode("utf-8", "replace")
