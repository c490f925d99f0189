"""What predictions need of a model beyond its facts; it is never written to the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matrix.model.contents.keras import KerasContents

# The values that an attribute has in a graph, serialized.
Settings = Mapping[str, Mapping[str, frozenset[bytes]]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Graph:
    """One graph of a model, with its functions.

    `ops` counts the op types of the graph and of all functions, `main_ops` are those outside of
    functions, `inner_ops` those in functions, and `reached_ops` the first with those of the
    functions that are called from there.
    `functions` are the names of these, which nodes may have as their op. `tags` are
    those of its MetaGraph. `settings` has the attributes that are set on ops whose attributes are
    not the same in every release, in functions and outside, `main_settings` those outside only and
    `inner_settings` those in functions. `new_types` are the numbers of data types that not every
    release has, with an op that uses each.
    `defaults` are the defaults that the writer had for them. `devices` are what nodes outside of
    functions are placed on. `runs_at_load` says that a session runs something to load it.
    `repeated_inputs` are the signatures that take one tensor twice, `references` those that give
    the reference to a variable, each with the op. `unfed` are the signatures that need a
    placeholder which is none of their inputs, each with its name, and `odd_shapes` those that say
    another shape of an output than the graph, each with that. `restores` says that variables
    are read from a checkpoint. `dangling` is a node that takes what no node outside of functions
    gives, empty where there is none.
    """

    ops: Mapping[str, int] = field(default_factory=dict)
    main_ops: frozenset[str] = frozenset()
    inner_ops: frozenset[str] = frozenset()
    reached_ops: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    settings: Settings = field(default_factory=dict)
    main_settings: Settings = field(default_factory=dict)
    inner_settings: Settings = field(default_factory=dict)
    new_types: Mapping[int, str] = field(default_factory=dict)
    defaults: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    devices: frozenset[str] = frozenset()
    runs_at_load: bool = False
    restores: bool = False
    dangling: str = ""
    repeated_inputs: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    unfed: Mapping[str, str] = field(default_factory=dict)
    odd_shapes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Objects:
    """The objects of a TensorFlow 2 SavedModel.

    `with_slots` are the kinds of objects that have slot variables, which only an optimizer can
    take. `types` are the types by name, and `kinds` the kinds of types, that the signatures of
    functions name, and `values` the kinds of values there. `saved_tables` says that there are
    functions that save and restore a table. `variables` are the numbers of the types of variables.
    """

    with_slots: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    saved_tables: bool = False
    variables: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True, eq=False)
class Lite:
    """A TensorFlow Lite model.

    `schema` is the version of the format. `operators` are codes of operators with their versions,
    `names` what they are called, `customs` the custom operators (Flex ones too) that are run.
    `types` are the numbers of the types of tensors. `bad_quantization` says what is wrong with
    the quantisation of a tensor, empty where nothing is. `takes_int16` is an operator that
    multiplies integers of 16 bits, empty where there is none.
    """

    schema: int = 3
    operators: frozenset[tuple[int, int]] = frozenset()
    names: Mapping[int, str] = field(default_factory=dict)
    customs: frozenset[str] = frozenset()
    types: frozenset[int] = frozenset()
    bad_quantization: str = ""
    takes_int16: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Contents:
    """All that was read of one model.

    `graphs` are those of a SavedModel, a MetaGraph or a GraphDef, none for other formats.
    `has_variables` says that a SavedModel has the index of its variables. `objects` are those of a
    TensorFlow 2 SavedModel, `lite` is a TensorFlow Lite model, and `keras` the configuration of a
    file of Keras, or of the objects of Keras in a SavedModel.
    """

    graphs: tuple[Graph, ...] = ()
    has_variables: bool = False
    objects: Objects | None = None
    lite: Lite | None = None
    keras: KerasContents | None = None
