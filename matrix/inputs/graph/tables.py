"""The keys of the lookup tables in a graph, by the op that looks something up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matrix.inputs.graph.constants import values_of
from matrix.inputs.graph.flow import Flow, Read

_FILLING = ("InitializeTable", "InitializeTableV2", "LookupTableImport", "LookupTableImportV2")


class Tables:
    """The tables that a graph fills with constants itself."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._keys: dict[str, Sequence[Any]] = {}
        for place, nodes in flow.places():
            for node in nodes:
                if node.op in _FILLING:
                    self._fill(Read(place=place, node=node, position=0))

    def keys_of(self, read: Read) -> Sequence[Any]:
        """What is in the table that an op reads; nothing where the graph does not say."""
        table = self._flow.source(read, 0)
        return self._keys.get(table.name, ()) if table is not None else ()

    def words_of(self, read: Read) -> list[str]:
        """The same where its keys are texts."""
        return [key for key in self.keys_of(read) if isinstance(key, str)]

    def numbers_of(self, read: Read) -> list[int]:
        """The same where its keys are whole numbers."""
        return [key for key in self.keys_of(read) if isinstance(key, int)]

    def _fill(self, read: Read) -> None:
        table, keys = self._flow.source(read, 0), self._flow.source(read, 1)
        if table is not None and keys is not None and keys.op == "Const":
            self._keys[table.name] = values_of(keys.attr["value"].tensor)
