"""What predictions need of a model beyond its facts; it is never written to the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matrix.model.contents.keras import KerasContents


@dataclass(frozen=True, kw_only=True, eq=False)
class Graph:
    """One graph of a model, with its functions.

    `ops` counts the op types of the graph and of all functions, `functions` are the names of these,
    which nodes may have as their op. `tags` are those of its MetaGraph.
    """

    ops: Mapping[str, int] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Contents:
    """All that was read of one model.

    `graphs` are those of a SavedModel, a MetaGraph or a GraphDef, none for other formats. `keras`
    is the configuration of a file of Keras, or of the objects of Keras in a SavedModel.
    """

    graphs: tuple[Graph, ...] = ()
    keras: KerasContents | None = None
