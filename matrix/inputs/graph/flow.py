"""Which ops read an input of a graph, and from where an op gets its other inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.inputs.graph.constants import numbers_of, shape_of

# Ops after which an input is still what it was, but for its shape, type or spelling.
_PASSING = frozenset(
    {
        *("Identity", "IdentityN", "Cast", "Squeeze", "Pack", "Unpack", "PlaceholderWithDefault"),
        *("ConcatV2", "DecodeBase64", "EnsureShape", "StopGradient", "Unique", "UniqueV2"),
        *("StringLower", "StringUpper", "StringStrip", "StaticRegexReplace", "RegexReplace"),
        *("StringSplit", "StringSplitV2", "RaggedTensorToTensor", "RaggedTensorToVariant"),
        # What `tf.map_fn` does, in TensorFlow 2 and 1.
        *("TensorListFromTensor", "TensorListGetItem", "TensorArrayScatterV3", "TensorArrayReadV3"),
        *("Enter", "Merge", "Switch", "SelectV2", "SparseFillEmptyRows"),
    }
)
# The same for their first input alone: the others say how.
_PASSING_FIRST = frozenset(
    {
        *("Reshape", "ExpandDims", "StridedSlice", "GatherV2", "Slice", "Transpose", "Tile"),
        *("ReverseV2", "Pad", "PadV2", "BroadcastTo"),
    }
)
# What hands a variable or a constant on as it is.
_SAME = frozenset({"Identity", "ReadVariableOp", "Enter", "Cast", "StopGradient", "Switch"})
# Attributes that name the functions an op hands its inputs to, and which input is their first.
_CALLING: Mapping[str, tuple[Sequence[str], int]] = {
    "PartitionedCall": (("f",), 0),
    "StatefulPartitionedCall": (("f",), 0),
    "While": (("body",), 0),
    "StatelessWhile": (("body",), 0),
    "If": (("then_branch", "else_branch"), 1),
    "StatelessIf": (("then_branch", "else_branch"), 1),
}
_SUMS = ("Add", "AddV2", "Sub")
_DEEPEST = 20
_Uses = Mapping[str, Sequence[tuple[Any, int]]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Read:
    """An op that takes an input, at a position; what it takes is the input plus `offset`.

    `place` is the function it stands in, empty for the graph itself.
    """

    place: str
    node: Any
    position: int
    offset: int = 0


class Flow:
    """A GraphDef with its functions."""

    def __init__(self, graph: Any) -> None:
        self._functions = {function.signature.name: function for function in graph.library.function}
        self._graph_nodes = graph.node
        # By the name of a function; the graph itself has none.
        self._uses: dict[str, _Uses] = {}
        self._by_name: dict[str, Mapping[str, Any]] = {}
        self._callers: Mapping[str, Sequence[tuple[str, Any, int]]] | None = None

    def reached(self, name: str, function: str = "") -> frozenset[str]:
        """The types of ops that take a node of the graph, or an argument of a function."""
        return frozenset(read.node.op for read in self.reads(name, function))

    def reads(self, name: str, function: str = "") -> Iterator[Read]:
        """What takes a node of the graph, or an argument of a function."""
        seen, waiting = {(function, name)}, [(function, name, 0)]
        while waiting:
            place, source, offset = waiting.pop()
            for node, position in self._uses_in(place).get(source, ()):
                read = Read(place=place, node=node, position=position, offset=offset)
                yield read
                for step in self._following(read):
                    if step[:2] not in seen:
                        seen.add(step[:2])
                        waiting.append(step)
            waiting += self._returned(place, source, offset, seen)

    def places(self) -> Iterator[tuple[str, Sequence[Any]]]:
        """The graph and each function, with their nodes."""
        for place in ("", *self._functions):
            yield place, self._nodes(place)

    def arguments(self, function: str) -> list[str]:
        """The names of the arguments of a function; none where there is no such function."""
        definition = self._functions.get(function)
        return (
            [arg.name for arg in definition.signature.input_arg] if definition is not None else []
        )

    def source(self, read: Read, position: int) -> Any | None:
        """The node that another input of an op comes from: a variable, a constant, a table."""
        names = list(_plain(read.node.input))
        return self._source(read.place, names[position]) if position < len(names) else None

    def sizes(self, read: Read, position: int) -> Sequence[int | None]:
        """The shape of another input of an op; nothing where nobody knows."""
        node = self.source(read, position)
        return () if node is None else shape_of(node)

    def numbers(self, read: Read, position: int) -> Sequence[int]:
        """The whole numbers of another input of an op, where it is a constant."""
        node = self.source(read, position)
        return numbers_of(node) if node is not None else ()

    def open_sizes(self, read: Read, position: int) -> Sequence[int]:
        """The same for what may be packed of several numbers: -1 stands for those not constant."""
        node = self.source(read, position)
        if node is None or node.op != "Pack":
            return self.numbers(read, position)
        packed = Read(place=read.place, node=node, position=0)
        parts = (self.numbers(packed, place) for place, _ in enumerate(_plain(node.input)))
        return [part[0] if len(part) == 1 else -1 for part in parts]

    def _source(self, place: str, name: str, depth: int = 0) -> Any | None:
        node = self._named(place).get(name)
        if depth > _DEEPEST:
            return None
        if node is not None:
            before = list(_plain(node.input))
            passes = node.op in _SAME and before
            return self._source(place, before[0], depth + 1) if passes else node
        arguments = self.arguments(place)
        if name not in arguments:
            return None
        for caller, call, first in self._calls_of(place):
            given = list(_plain(call.input))
            number = arguments.index(name) + first
            if number < len(given):
                found = self._source(caller, given[number], depth + 1)
                if found is not None:
                    return found
        return None

    def _following(self, read: Read) -> list[tuple[str, str, int]]:
        """What carries the input on."""
        place, node, offset = read.place, read.node, read.offset
        if node.op in _PASSING or (node.op in _PASSING_FIRST and read.position == 0):
            return [(place, node.name, offset)]
        if node.op in _SUMS:
            return self._summed(read)
        attributes, first = _CALLING.get(node.op, ((), 0))
        steps = []
        for name in attributes:
            callee = node.attr[name].func.name
            arguments = self.arguments(callee)
            if 0 <= read.position - first < len(arguments):
                steps.append((callee, arguments[read.position - first], offset))
        return steps

    def _summed(self, read: Read) -> list[tuple[str, str, int]]:
        """An input to which a constant is added is the same, moved by it."""
        if read.node.op == "Sub" and read.position:
            return []
        added = self.numbers(read, 1 - read.position)
        if len(set(added)) != 1:
            return []
        moved = -added[0] if read.node.op == "Sub" else added[0]
        return [(read.place, read.node.name, read.offset + moved)]

    def _returned(
        self, place: str, name: str, offset: int, seen: set[tuple[str, str]]
    ) -> list[tuple[str, str, int]]:
        """Where a function gives it back, all that calls the function has it."""
        definition = self._functions.get(place)
        if definition is None:
            return []
        if name not in {given.partition(":")[0] for given in definition.ret.values()}:
            return []
        steps = [(caller, call.name, offset) for caller, call, _ in self._calls_of(place)]
        new = [step for step in steps if step[:2] not in seen]
        seen.update(step[:2] for step in new)
        return new

    def _nodes(self, place: str) -> Sequence[Any]:
        if not place:
            return self._graph_nodes  # type: ignore[no-any-return]
        return self._functions[place].node_def  # type: ignore[no-any-return]

    def _named(self, place: str) -> Mapping[str, Any]:
        if place not in self._by_name:
            self._by_name[place] = {node.name: node for node in self._nodes(place)}
        return self._by_name[place]

    def _calls_of(self, function: str) -> Sequence[tuple[str, Any, int]]:
        if self._callers is None:
            found: dict[str, list[tuple[str, Any, int]]] = defaultdict(list)
            for place, nodes in self.places():
                for node in nodes:
                    attributes, first = _CALLING.get(node.op, ((), 0))
                    for name in attributes:
                        found[node.attr[name].func.name].append((place, node, first))
            self._callers = found
        return self._callers.get(function, ())

    def _uses_in(self, place: str) -> _Uses:
        if place not in self._uses:
            uses: dict[str, list[tuple[Any, int]]] = defaultdict(list)
            for node in self._nodes(place):
                for position, name in enumerate(_plain(node.input)):
                    uses[name].append((node, position))
            self._uses[place] = uses
        return self._uses[place]


def _plain(names: Sequence[str]) -> Iterator[str]:
    """Inputs without control inputs, each as the name of the node or argument it comes from."""
    for name in names:
        if not name.startswith("^"):
            yield name.partition(":")[0]
