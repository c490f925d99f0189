"""Asks each release in its own environment what it accepts of ops, and stores it as spans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matrix.catalogue.op_details import PLACE
from matrix.maintenance.api_history import cells, collected
from matrix.maintenance.spans import compressed, spans

COLLECTOR = Path(__file__).resolve().parents[2] / "probe" / "collectors" / "op_details.py"
# What a release answers as a list: each is a name without details.
_LISTS = ("lite_customs", "lite_types", "specs", "registered_specs", "revived")


def refresh(say: Callable[[str], None], place: Path = PLACE) -> int:
    """Ask every release of the catalogue, write the file; returns its size in bytes."""
    # What lies beside TensorFlow changes what objects are made from.
    plain = [cell.plain_one for cell in cells()]
    data = packed([collected(cell, COLLECTOR, say) for cell in plain])
    place.write_bytes(data)
    return len(data)


def packed(answers: Sequence[Mapping[str, Any]]) -> bytes:
    """What the collector said of each release, oldest first, drawn together and compressed."""
    attributes = spans([answer["attributes"] for answer in answers])
    lists = {
        name: spans([{str(one): 1 for one in answer[name]} for answer in answers])
        for name in _LISTS
    }
    return compressed(
        {
            "schema": 1,
            "releases": [answer["tensorflow"] for answer in answers],
            # Those that are the same everywhere stop no release.
            "attributes": {op: found for op, found in attributes.items() if len(found) > 1},
            "lite_operators": spans([answer["lite_operators"] for answer in answers]),
            **lists,
        }
    )
