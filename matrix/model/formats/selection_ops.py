"""Which outputs of a graph depend on a sorting or selecting op."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from matrix.model.codecs.protobuf import called_functions

# What picks by comparing. Their output of this name or number holds the values, which do not jump.
PICKING: Mapping[str, str | None] = {
    **dict.fromkeys(("ArgMax", "ArgMin", "ARG_MAX", "ARG_MIN", "InTopK", "InTopKV2")),
    **dict.fromkeys(("TopK", "TopKV2"), "values"),
    "TOPK_V2": "0",
    **dict.fromkeys(("NonMaxSuppression", "NonMaxSuppressionWithOverlaps")),
    **dict.fromkeys(f"NonMaxSuppressionV{number}" for number in range(2, 6)),
    **dict.fromkeys(("NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5")),
    **dict.fromkeys(("CombinedNonMaxSuppression", "TFLite_Detection_PostProcess")),
    **dict.fromkeys(("CTCGreedyDecoder", "CTCBeamSearchDecoder")),
}
# Calls of one function, whose outputs are its outputs.
_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
# Deeper than any graph that people write; functions that call each other without end stop here.
_DEEPEST = 50
# Of the number of an output: no function has so many.
_DIGITS = 9


def picks(ops: Iterable[str]) -> bool:
    """Whether any of these ops picks by comparing."""
    return not PICKING.keys().isdisjoint(ops)


def picked_in_graph(graph: Any, outputs: Mapping[str, str]) -> dict[str, str]:
    """The outputs of a GraphDef that are picked, with the op; `outputs` names their tensors."""
    functions = {function.signature.name: function for function in graph.library.function}
    body = _Body(nodes={node.name: node for node in graph.node}, functions=functions)
    ops = ((name, body.picking(tensor)) for name, tensor in outputs.items())
    return {name: op for name, op in ops if op}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Body:
    """The nodes of a graph or of a function.

    `known`, `bodies` and `busy` (those that are being looked through) are those of all functions.
    """

    nodes: Mapping[str, Any]
    functions: Mapping[str, Any]
    depth: int = 0
    known: dict[str, str | None] = field(default_factory=dict)
    bodies: dict[str, _Body] = field(default_factory=dict)
    busy: list[_Body] = field(default_factory=list)

    def picking(self, tensor: str) -> str | None:
        """The op that decides a tensor; `None` where none does."""
        name, _, output = tensor.removeprefix("^").partition(":")
        node = self.nodes.get(name)
        return None if node is None else self._decides(node, output) or self._behind.get(name)

    @cached_property
    def _behind(self) -> dict[str, str]:
        """The nodes that take what an op has picked, or what was made of that, with the op.

        Found from the ops on: from each output back, graphs of many outputs would take minutes.
        """
        users: dict[str, list[str]] = {}
        picked: dict[str, str] = {}
        for node in self.nodes.values():
            for tensor in node.input:
                name, _, output = tensor.removeprefix("^").partition(":")
                users.setdefault(name, []).append(node.name)
                source = self.nodes.get(name)
                if source is not None and (op := self._decides(source, output)):
                    picked.setdefault(node.name, op)
        waiting = list(picked)
        while waiting:
            name = waiting.pop()
            following = [user for user in users.get(name, ()) if user not in picked]
            picked.update(dict.fromkeys(following, picked[name]))
            waiting += following
        return picked

    def _decides(self, node: Any, output: str) -> str | None:
        if node.op in PICKING:
            values = PICKING[node.op]
            first = output.partition(":")[0] or "0"
            return None if values and first in (values, "0") else str(node.op)
        called = [self.functions[name] for name in called_functions(node) if name in self.functions]
        if not called or self.depth > _DEEPEST:
            return None
        if node.op in _CALLS:
            return self._through(called[0], output)
        return self._anywhere(called)

    def _through(self, function: Any, output: str) -> str | None:
        """Whether an output of a function is picked within it."""
        number = output.rpartition(":")[2] or "0"
        results = function.signature.output_arg
        place = int(number) if number.isdecimal() and len(number) < _DIGITS else 0
        if place >= len(results):
            return None
        key = f"{function.signature.name}:{place}"
        inner = self._body_of(function)
        # One that calls itself adds nothing to what it picks.
        if key not in self.known and inner not in self.busy:
            self.busy.append(inner)
            self.known[key] = inner.picking(function.ret[results[place].name])
            self.busy.pop()
        return self.known.get(key)

    def _body_of(self, function: Any) -> _Body:
        name = function.signature.name
        if name not in self.bodies:
            self.bodies[name] = _Body(
                nodes={node.name: node for node in function.node_def},
                functions=self.functions,
                depth=self.depth + 1,
                known=self.known,
                bodies=self.bodies,
                busy=self.busy,
            )
        return self.bodies[name]

    def _anywhere(self, functions: Iterable[Any]) -> str | None:
        """An op that picks in functions, or in what these call: loops and conditions."""
        seen: set[str] = set()
        waiting = list(functions)
        while waiting:
            function = waiting.pop()
            if function.signature.name in seen:
                continue
            seen.add(function.signature.name)
            for node in function.node_def:
                if node.op in PICKING:
                    return str(node.op)
                waiting += [
                    self.functions[n] for n in called_functions(node) if n in self.functions
                ]
        return None


def picked_in_order(
    operators: Iterable[tuple[str, tuple[int, ...], tuple[int, ...]]],
    branches: Callable[[str], bool],
) -> dict[int, str]:
    """The tensors of a TFLite graph that are picked, by number, each with the operator.

    `operators` are names, inputs and outputs, in the order in which they run. `branches` says
    whether one runs other graphs, in which something is picked.
    """
    picked: dict[int, str] = {}
    for name, inputs, outputs in operators:
        before = next((picked[place] for place in inputs if place in picked), None)
        own = name if name in PICKING or branches(name) else None
        for place, tensor in enumerate(outputs):
            op = before or (own if PICKING.get(name) != str(place) else None)
            if op:
                picked[tensor] = op
    return picked
