"""A unit of work as a value, and its result as a value: what travels between machines."""

from __future__ import annotations

import functools
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version

from matrix.catalogue.releases import host_platform
from matrix.known.machine import measuring
from matrix.known.measured import Measured


@dataclass(frozen=True, kw_only=True)
class SharedValue:
    """What the units of one run share: its models as facts, and what they are fed.

    `plan` is a plan without cells, as JSON. `inputs` are the files of each model by its number and
    their names, compressed with zlib. `addresses` are those of models that lie elsewhere, with what
    gives access to them. `digest` names all of it.
    """

    digest: str
    plan: str
    inputs: Mapping[int, Mapping[str, bytes]] = field(default_factory=dict)
    addresses: Mapping[int, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The bytes that it has."""
        files = (content for files in self.inputs.values() for content in files.values())
        return len(self.plan) + sum(map(len, files))


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One cell of one run. `tool` is what makes it, `host` the name of that machine.

    `document` is the cell as a plan has it, with the checks that are asked for, as JSON. `words`
    are the options of cells as arguments, and `envdir` the folder of environments where the caller
    chose one. `shared` is the digest of what belongs to it. `first` are the files of inputs to
    begin with, by model and signature. `may_ask` says that models that the machine lacks can be
    sent, `unsent` why some could not be.
    """

    tool: str
    host: str
    cell: str
    document: str
    words: tuple[str, ...]
    envdir: str | None
    shared: str
    first: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    may_ask: bool = False
    unsent: Mapping[int, str] = field(default_factory=dict)

    def after_sending(self, unsent: Mapping[int, str]) -> Unit:
        """The same for a machine that was sent what it lacked, but for some models."""
        return replace(self, may_ask=False, unsent=unsent)

    def for_another(self, *, may_ask: bool) -> Unit:
        """The same for a machine that was sent nothing."""
        return replace(self, may_ask=may_ask, unsent={})


@dataclass(frozen=True, kw_only=True)
class UnitResult:
    """What became of a unit on the machine `host`, which is of `platform`.

    `outcome` is that of the cell, as JSON, and `files` are large outputs and logs by their names in
    the folder of the cell. Without an outcome `failed` says why there is none, or `lacking` which
    models are to be sent first. `is_elsewhere_better` says that what held it up is the machine.
    `warnings` are sentences for who reads the run. `measured` says how the models were measured
    that lie there as in the plan.
    """

    host: str
    platform: str
    outcome: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    failed: str = ""
    lacking: tuple[int, ...] = ()
    is_elsewhere_better: bool = False
    warnings: tuple[str, ...] = ()
    measured: Measured = field(default_factory=Measured)


def failed(sentence: str) -> UnitResult:
    """The result of a unit that this machine could not run."""
    return UnitResult(
        host=host_name(), platform=host_platform(), failed=sentence, is_elsewhere_better=True
    )


@functools.cache
def tool() -> str:
    """This version of loadmatrix, to the letter of what measures."""
    try:
        number = version("loadmatrix")
    except PackageNotFoundError:
        number = "not installed"
    return f"{number} ({measuring()[:12]})"


def host_name() -> str:
    """What this machine is called."""
    return platform.node() or "this machine"


def disagreement(unit: Unit) -> str:
    """Why this machine cannot run a unit, as a sentence; empty where it can.

    Another version would ask or believe otherwise.
    """
    if unit.tool == tool():
        return ""
    return (
        f"The worker on {host_name()} has loadmatrix {tool()}, but this run was planned by "
        f"{unit.tool}. Install the same version there and start the worker again."
    )
