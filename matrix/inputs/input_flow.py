"""Which ops read an input of a graph before anything is computed from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Ops after which an input is still what it was, but for its shape, type or spelling.
_PASSING = frozenset(
    {
        *("Identity", "IdentityN", "Cast", "Reshape", "ExpandDims", "Squeeze", "Pack", "Unpack"),
        *("ConcatV2", "StridedSlice", "GatherV2", "PlaceholderWithDefault", "DecodeBase64"),
        *("StringLower", "StringUpper", "StringStrip", "StaticRegexReplace", "RegexReplace"),
        *("StringSplit", "StringSplitV2", "RaggedTensorToTensor", "RaggedTensorToVariant"),
        # What `tf.map_fn` does, in TensorFlow 2 and 1.
        *("TensorListFromTensor", "TensorListGetItem", "TensorArrayScatterV3", "TensorArrayReadV3"),
        *("Enter", "Merge", "Switch"),
    }
)
# Attributes that name the functions an op hands its inputs to, and which input is their first.
_CALLING: Mapping[str, tuple[Sequence[str], int]] = {
    "PartitionedCall": (("f",), 0),
    "StatefulPartitionedCall": (("f",), 0),
    "While": (("body",), 0),
    "StatelessWhile": (("body",), 0),
    "If": (("then_branch", "else_branch"), 1),
    "StatelessIf": (("then_branch", "else_branch"), 1),
}
_Uses = Mapping[str, Sequence[tuple[Any, int]]]


class Flow:
    """A GraphDef with its functions."""

    def __init__(self, graph: Any) -> None:
        self._functions = {function.signature.name: function for function in graph.library.function}
        self._nodes = graph.node
        # By the name of a function; the graph itself has none.
        self._uses: dict[str, _Uses] = {}

    def reached(self, name: str, function: str = "") -> frozenset[str]:
        """The types of ops that take a node of the graph, or an argument of a function."""
        ops: set[str] = set()
        seen, waiting = {(function, name)}, [(function, name)]
        while waiting:
            place, source = waiting.pop()
            for node, position in self._uses_in(place).get(source, ()):
                ops.add(node.op)
                following = self._following(place, node, position)
                waiting += [step for step in following if step not in seen]
                seen.update(following)
        return frozenset(ops)

    def arguments(self, function: str) -> list[str]:
        """The names of the arguments of a function; none where there is no such function."""
        definition = self._functions.get(function)
        return (
            [arg.name for arg in definition.signature.input_arg] if definition is not None else []
        )

    def _following(self, place: str, node: Any, position: int) -> list[tuple[str, str]]:
        if node.op in _PASSING:
            return [(place, node.name)]
        attributes, first = _CALLING.get(node.op, ((), 0))
        steps = []
        for name in attributes:
            callee = node.attr[name].func.name
            arguments = self.arguments(callee)
            if 0 <= position - first < len(arguments):
                steps.append((callee, arguments[position - first]))
        return steps

    def _uses_in(self, place: str) -> _Uses:
        if place not in self._uses:
            nodes = self._functions[place].node_def if place else self._nodes
            uses: dict[str, list[tuple[Any, int]]] = defaultdict(list)
            for node in nodes:
                for position, name in enumerate(_plain(node.input)):
                    uses[name].append((node, position))
            self._uses[place] = uses
        return self._uses[place]


def _plain(names: Sequence[str]) -> Iterator[str]:
    """Inputs without control inputs, each as the name of the node or argument it comes from."""
    for name in names:
        if not name.startswith("^"):
            yield name.partition(":")[0]
