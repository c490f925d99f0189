"""A model of a call: what it is, how it was given, what the report calls it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matrix.model.source.address import Address


@dataclass(frozen=True, kw_only=True)
class GivenModel:
    """A model that was named on the command line or in a list.

    `given` is how it was given, without the path of this machine where that can be avoided: shards
    go by it. It is different for every model of a call. `name` is what the report calls the model;
    empty for the last part of its path.
    """

    model: Path | Address
    given: str
    name: str = ""
