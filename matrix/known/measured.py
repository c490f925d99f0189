"""How models were measured in a cell: what of the keys of answers no plan says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The `place` of a measurement (`place_key`), empty where it is not known.

    `first` are the files of inputs that each model began with, by signature, under its number.
    """

    place: str = ""
    first: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
