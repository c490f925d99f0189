"""Which package contains an op that TensorFlow does not have: reads `op_packages.toml`."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matrix.schemas import require_schema

_TABLE = Path(__file__).with_name("op_packages.toml")


@dataclass(frozen=True, kw_only=True)
class OpPackage:
    """A package with ops of its own. `module` is imported to register them.

    `install` is false where nothing on the package index brings the ops; `note` says what does.
    """

    name: str
    note: str
    module: str | None = None
    install: bool = True
    prefixes: tuple[str, ...] = ()
    ops: frozenset[str] = frozenset()


def package_of(op: str) -> str | None:
    """The name of the package that brings an op; `None` for TensorFlow's own and unknown ones."""
    package = bringing(op)
    return package.name if package else None


def bringing(op: str) -> OpPackage | None:
    """The package that brings an op, with what is known of it."""
    names, prefixes = _index()
    # TensorFlow Lite calls an op of TensorFlow so. None of TensorFlow's own begins like that.
    op = op.removeprefix("Flex")
    if op in names:
        return names[op]
    # Only prefixes that none of TensorFlow's own ops begins with are in the table.
    return next((package for prefix, package in prefixes if op.startswith(prefix)), None)


@functools.cache
def op_packages() -> tuple[OpPackage, ...]:
    """The whole table."""
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    require_schema(document, _TABLE, shipped=True)
    return tuple(
        OpPackage(
            **{
                **entry,
                "prefixes": tuple(entry.get("prefixes", ())),
                "ops": frozenset(entry.get("ops", ())),
            }
        )
        for entry in document["package"]
    )


@functools.cache
def _index() -> tuple[Mapping[str, OpPackage], tuple[tuple[str, OpPackage], ...]]:
    names = {op: package for package in op_packages() for op in package.ops}
    prefixes = [(prefix, package) for package in op_packages() for prefix in package.prefixes]
    return names, tuple(prefixes)
