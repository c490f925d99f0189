"""A part of a run of many models: few enough models for one ordinary run with its own results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matrix.model.source.address import Address

# Enough that importing TensorFlow once for each cell and part costs little, and few enough that a
# plan with all its checks takes little memory.
PART_SIZE = 64
PARTS = "parts"


@dataclass(frozen=True, kw_only=True)
class Part:
    """The models of a part: their `places` in the whole list, from 0, and where they are.

    Parts are numbered from 1. `deadly` are the numbers of models, from 0 in this part, whose
    inspection has killed its process.
    """

    number: int
    places: tuple[int, ...]
    models: tuple[Path | Address, ...]
    deadly: frozenset[int] = frozenset()

    def folder(self, results: Path) -> Path:
        """The results folder of this part, below that of the whole run."""
        return part_folder(results, self.number)


def part_folder(results: Path, number: int) -> Path:
    """The results folder of a part by its number."""
    return results / PARTS / f"{number:05}"
