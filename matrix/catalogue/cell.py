"""A cell: one environment to test in, with the identifier that names it everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.registration import NO_HANDOVER, Handover
from matrix.catalogue.releases import LOCKS, Release
from matrix.catalogue.runtime import PYTHON, Runtime

# The first TensorFlow whose `tf.keras` is Keras 3.
KERAS_3_FROM = (2, 16)


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A package beside TensorFlow, as one cell has it.

    `label` is its part of the id of the cell: `tf_keras`, `keras3.3.3`. `also` are requirements
    that its own metadata lacks. `module` is what it is
    imported as, with a question mark behind it where that is a guess; `imported` says whether the
    probe imports it before it loads anything, as a user of the model has to. `handover` is what
    loaders are given of it besides, and `keras_2` says that importing it puts Keras 2 in the place
    of Keras 3 behind `tf.keras`.
    """

    name: str
    label: str
    requirement: str
    also: tuple[str, ...] = ()
    module: str | None = None
    imported: bool = False
    handover: Handover = NO_HANDOVER
    keras_2: bool = False

    @property
    def pinned(self) -> str | None:
        """The version it is pinned to, `None` where its requirement leaves a choice."""
        from packaging.requirements import Requirement

        match list(Requirement(self.requirement).specifier):
            case [only] if only.operator == "==":
                return only.version
            case _:
                return None

    @property
    def names(self) -> tuple[str, ...]:
        """The packages that are asked for, its own first."""
        from packaging.requirements import Requirement

        return (self.name, *(canonicalize_name(Requirement(line).name) for line in self.also))


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A release on one Python, plain or with companions beside it.

    `python` is a minor version such as `3.11`; the interpreter is found where the cell runs.
    `asked_python` says that the caller chose it, so that one release may have several cells.
    `locks` is the folder that may hold its lock: another one while a new lock is on trial.

    `variables` are environment variables of the processes in it, which replace the pinned ones, and
    `runtime` is what it starts instead of Python with TensorFlow. `label` is the part of its
    identifier that says so, where companions do not.

    Raises:
        ValueError: nothing in its identifier tells it from the plain cell.
    """

    release: Release
    python: str
    asked_python: bool = False
    companions: tuple[Companion, ...] = ()
    label: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, hash=False)
    runtime: Runtime = PYTHON
    locks: Path = LOCKS

    def __post_init__(self) -> None:
        if self.plain and (self.variables or self.runtime != PYTHON):
            raise ValueError("a cell with variables or a runtime of its own needs a label")

    @property
    def identity(self) -> CellId:
        """What sets it apart from all other cells."""
        return CellId(
            version=str(self.release.version),
            python=self.python if self.asked_python else None,
            labels=self._labels,
        )

    @property
    def id(self) -> str:
        """The name in nox, in the results folder, in logs and in the table: `2.21.0+tf_keras`."""
        return str(self.identity)

    @property
    def age(self) -> tuple[object, ...]:
        """Sort key: oldest release first, in it the Pythons asked for, the plain cell first."""
        return (self.release.version, *self.identity.order)

    @property
    def plain(self) -> bool:
        """Whether it holds what a user of that release has, and no more."""
        return not self.companions and not self.label

    @property
    def plain_one(self) -> Cell:
        """The plain cell of the same release and Python."""
        return replace(self, companions=(), label="", variables={}, runtime=PYTHON)

    def has(self, name: str) -> bool:
        """Whether a package of that name was asked for beside TensorFlow here."""
        return any(name in companion.names for companion in self.companions)

    @property
    def handover(self) -> Handover:
        """What its companions hand over to loaders."""
        return Handover.together(companion.handover for companion in self.companions)

    @property
    def keras_3(self) -> bool:
        """Whether `tf.keras` is Keras 3."""
        has_it = self.release.minor >= KERAS_3_FROM
        return has_it and not any(companion.keras_2 for companion in self.companions)

    @property
    def lock_name(self) -> str:
        """What is installed decides, and nothing else that is in the identifier."""
        labels = tuple(companion.label for companion in self.companions)
        return f"{replace(self.identity, python=None, labels=labels)}.txt"

    @property
    def shipped_lock(self) -> Path | None:
        """The lock that comes with the tool.

        Releases off the catalogue have none, and of those with companions only what the
        maintainers chose.
        """
        path = self.locks / self.lock_name
        return path if path.exists() else None

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is asked for beside TensorFlow itself."""
        return tuple(
            line
            for companion in self.companions
            for line in (companion.requirement, *companion.also)
        )

    @property
    def imports(self) -> tuple[str, ...]:
        """The modules to import before a model is loaded."""
        return tuple(
            companion.module
            for companion in self.companions
            if companion.module and companion.imported
        )

    @property
    def modules(self) -> tuple[str, ...]:
        """All modules of the companions."""
        return tuple(companion.module for companion in self.companions if companion.module)

    @property
    def _labels(self) -> tuple[str, ...]:
        """What tells it from the plain cell of its Python."""
        own = (self.label,) if self.label else ()
        return (*(companion.label for companion in self.companions), *own)
