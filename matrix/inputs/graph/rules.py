"""What a graph asks of each of its inputs, as rules for `probe/values.py`."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matrix.inputs.graph.contents import contents_for
from matrix.inputs.graph.entries import Entry, entries_of
from matrix.inputs.graph.flow import Flow, Read
from matrix.inputs.graph.numbers import FINDING, number_rule
from matrix.inputs.graph.sizes import compared_sizes, counts_in
from matrix.inputs.graph.tables import Tables

_STRING, _WHOLE = 7, (3, 9)
_MOST_WORDS = 16
_MATRIX, _MOST_WIDTH, _MOST_WIDTHS = 2, 2**16, 8


@dataclass(frozen=True, kw_only=True)
class GraphRules:
    """Finds the rules of a graph.

    `numbers` are keys of tables that the graph does not hold itself, `example` is a serialized
    `tf.train.Example` where it parses one.
    """

    flow: Flow
    tables: Tables
    numbers: Sequence[int] = ()
    example: bytes | None = None

    @classmethod
    def of(
        cls, graph: Any, numbers: Sequence[int] = (), example: bytes | None = None
    ) -> GraphRules:
        """What finds those of a GraphDef."""
        flow = Flow(graph)
        return cls(flow=flow, tables=Tables(flow), numbers=numbers, example=example)

    def of_inputs(self, entries: Iterable[Entry]) -> dict[str, Any]:
        """Contents and numbers, by the names of inputs, and sizes; JSON values."""
        rules: dict[str, Any] = {"counts": counts_in(self.flow), "steps": []}
        rules |= {kind: {} for kind in ("contents", "known", "numbers", "fixed")}
        for entry in entries:
            reads = list(self.flow.reads(entry.node, entry.function))
            if entry.dtype == _STRING:
                self._of_text(rules, entry.key, reads)
            elif entry.dtype in _WHOLE:
                self._of_number(rules, entry.key, reads)
        return rules

    def _of_text(self, rules: dict[str, Any], name: str, reads: Sequence[Read]) -> None:
        if contents := contents_for(self.flow, reads, self.example):
            coded = [base64.b64encode(content).decode("ascii") for content in contents]
            rules["contents"][name] = [{"b64": text} for text in coded]
        lookups = (read for read in reads if read.node.op in FINDING and read.position == 1)
        if words := [word for read in lookups for word in self.tables.words_of(read)]:
            rules["known"][name] = words[:_MOST_WORDS]

    def _of_number(self, rules: dict[str, Any], name: str, reads: Sequence[Read]) -> None:
        rule = number_rule(self.flow, reads, self._keys_of)
        if rule.numbers:
            rules["numbers"][name] = list(rule.numbers)
        if rule.fixed:
            rules["fixed"][name] = list(rule.fixed)
        if rule.is_length:
            rules["steps"].append(name)

    def _keys_of(self, read: Read) -> Sequence[int]:
        return self.tables.numbers_of(read) or self.numbers


def rules_of_graph(
    graph: Any, meta: Any | None, numbers: Sequence[int], example: bytes | None
) -> dict[str, Any]:
    """What a graph asks of its inputs; `meta` is the MetaGraph around it, if there is one."""
    found = GraphRules.of(graph, numbers, example).of_inputs(entries_of(graph, meta))
    widths = sorted({*_widths(graph), *compared_sizes(Flow(graph))})
    return {"widths": widths[:_MOST_WIDTHS], **found}


def _widths(graph: Any) -> Iterator[int]:
    """How wide something must be that is multiplied with a matrix of the model."""
    for node in graph.node:
        if node.op in ("VarHandleOp", "VariableV2", "Variable"):
            sizes = [dim.size for dim in node.attr["shape"].shape.dim]
            if len(sizes) == _MATRIX and 1 < sizes[0] <= _MOST_WIDTH:
                yield sizes[0]
