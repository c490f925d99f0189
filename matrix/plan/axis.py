"""An axis: what adds cells to the plain cell of a release.

Companions that a model asks for are found by `required_packages.py`. Anything else that changes
what loads has a file in `axes/`: versions of Keras, environment variables, other runtimes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from matrix.catalogue.cell import Companion
from matrix.catalogue.releases import Release
from matrix.catalogue.runtime import PYTHON, Runtime
from matrix.model.facts import ModelFacts
from matrix.options.options import Options


@dataclass(frozen=True, kw_only=True)
class AxisCell:
    """A cell beside the plain one of a release, for the numbers of some models.

    `pythons` are those that it may have. `label` is its part of the identifier of the cell; a cell
    with companions may go without, for they have labels. `variables` are environment variables of
    the processes in it, which replace the pinned ones.
    """

    release: Release
    models: frozenset[int]
    pythons: tuple[str, ...]
    label: str = ""
    companions: tuple[Companion, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    runtime: Runtime = PYTHON


def _never(_: Options) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Axis:
    """`cells` gives those for some models, on the releases that were chosen.

    `runtimes` are what its cells start instead of Python with TensorFlow. `asked_by_files` says
    whether the files of models choose its cells, and not the caller: these are planned only where
    walls hold, for a file may choose a version that lets it do what it likes. `advice` says how the
    caller chooses them.
    """

    name: str
    cells: Callable[[Sequence[ModelFacts], Sequence[Release], Options], Iterable[AxisCell]]
    runtimes: tuple[Runtime, ...] = ()
    asked_by_files: Callable[[Options], bool] = _never
    advice: str = ""
