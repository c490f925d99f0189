"""The record of a loader. Each has a file in `loaders/`, and one in `probe/loaders/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matrix.catalogue.cell import Cell
from matrix.catalogue.registration import Handover
from matrix.catalogue.runtime import PYTHON
from matrix.model.facts import Format, ModelFacts
from matrix.plan.snippet import CallToShow
from matrix.plan.variant import ONLY, Variant

SAVED_MODELS = frozenset({Format.SAVED_MODEL, Format.SAVED_MODEL_V1})


@dataclass(frozen=True, kw_only=True)
class Workaround:
    """A way to load that is worth a try where the loader fails: `name` says what it does."""

    name: str
    script: str


def only_variant(_model: ModelFacts, _cell: Cell, _trusted: bool) -> Iterable[Variant]:
    """One way that needs no options."""
    return (ONLY,)


def no_obstacle(_model: ModelFacts, _cell: Cell) -> str | None:
    """The loader exists wherever its format does."""
    return None


def no_workarounds(_model: ModelFacts, _path: Path, _cell: Cell) -> Iterable[Workaround]:
    """Nothing else is worth a try."""
    return ()


def touches_only(offered: Handover, _variant: Variant, _format: str, _custom_ops: bool) -> Handover:
    """What every loader gets of companions: their ops, which register when they are looked at."""
    return Handover(touches=offered.touches)


@dataclass(frozen=True, kw_only=True)
class Loader:
    """One way to load a model, as plans, reports and readers need to know it.

    `column` is its place in tables, `ease` how much it asks of a reader (0 is least). `function` is
    what it calls, empty where several calls load a model, `call` the same for a sentence, where
    that says more, and `calls` for formats that it reads with another call.
    `package` is the companion that it comes with, if it does, `runtime`
    the runtime that it is a part of.

    `variants` gives the ways to try, in order, for a model in a cell; the third argument says that
    the caller trusts the model. `one_is_enough`: each is tried only where those before it did not
    load. `usual` are the variants that tables do not name. `obstacle` says why the loader cannot
    load a model in a cell, where the facts of the file decide that alone: it is then not tried.
    `workarounds` gets the path that a reader would write as well.

    `takes` gives the part of a handover that a variant gets, for a format, and a model that may
    have custom ops. `snippet` writes the call, which leaves the loaded thing in `model`, and
    `imports` are the modules it needs beside TensorFlow, `imported_in_call` those that the call
    imports itself where the cell has them.

    `usual_for` are the formats whose publishers name this call; a headline offers other calls
    only where those do not load a model.
    `runs_python`: it runs Python code that a model brings.
    `builds_keras`: what it gives is a Keras model. `runs_graph_as_saved`: it computes the graph
    of a SavedModel as it stands in the file. `of_tensorflow_1`: what loads it is a session of
    TensorFlow 1. `path_is_prefix`, `weights_are_prefix`: the path, or
    the option `weights`, is the prefix of a checkpoint and no file.
    """

    name: str
    column: int
    ease: int
    formats: frozenset[Format]
    snippet: Callable[[CallToShow], str]
    function: str = ""
    call: str = ""
    calls: Mapping[Format, str] = field(default_factory=dict)
    package: str | None = None
    runtime: str = PYTHON.name
    variants: Callable[[ModelFacts, Cell, bool], Iterable[Variant]] = only_variant
    one_is_enough: bool = False
    usual: frozenset[Variant] = frozenset({ONLY})
    obstacle: Callable[[ModelFacts, Cell], str | None] = no_obstacle
    workarounds: Callable[[ModelFacts, Path, Cell], Iterable[Workaround]] = no_workarounds
    takes: Callable[[Handover, Variant, str, bool], Handover] = touches_only
    imports: tuple[str, ...] = ()
    imported_in_call: frozenset[str] = frozenset()
    usual_for: frozenset[Format] = frozenset()
    runs_python: bool = False
    builds_keras: bool = False
    runs_graph_as_saved: bool = False
    of_tensorflow_1: bool = False
    path_is_prefix: bool = False
    weights_are_prefix: bool = False

    def reads(self, model: ModelFacts, cell: Cell) -> bool:
        """Whether a cell has the loader and the loader is for models of that format."""
        runtime = cell.runtime
        in_cell = self.runtime == runtime.name or self.name in runtime.loaders
        installed = self.package is None or cell.has(self.package)
        return in_cell and installed and model.format in self.formats
