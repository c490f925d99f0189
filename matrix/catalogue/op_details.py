"""What releases accept of ops beyond their names, and what they make of the objects of SavedModels.

`op_details.json.xz` is written by `nox -s releases` from the releases themselves. Releases are
named by their place in the list of releases, oldest first.
"""

from __future__ import annotations

import functools
import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.schemas import require_schema

PLACE = Path(__file__).with_name("op_details.json.xz")

# `[first, last, value]`, the first two as places in the list of releases.
_Span = tuple[int, int, Any]
_Spans = Mapping[str, Sequence[_Span]]


@dataclass(frozen=True, kw_only=True)
class OpDetails:
    """Each name with the spans of releases in which its details were the same.

    `attributes` are those of the ops whose attributes are not the same in every release: for each
    attribute its `default` (hex of the serialized value), the types that are `allowed`, and the
    texts. `lite_operators` are the operators of TensorFlow Lite by their code, with the first and
    the last version that the interpreter has, `lite_customs` the custom operators that it knows,
    `lite_types` the types of tensors. `specs` are the type specs that SavedModels name by a number,
    `registered_specs` those that they name by a text. `revived` are the kinds of objects of which
    `tf.saved_model.load` makes more than a plain object, right after `import tensorflow`.
    """

    releases: Sequence[str]
    attributes: _Spans
    lite_operators: _Spans
    lite_customs: _Spans
    lite_types: _Spans
    specs: _Spans
    registered_specs: _Spans
    revived: _Spans

    def at(self, part: str, name: str, place: int) -> Any:
        """What is stored of a name for a release; `None` where the release does not have it."""
        spans: Sequence[_Span] = getattr(self, part).get(name, ())
        return next((value for first, last, value in spans if first <= place <= last), None)

    def places(self, part: str, name: str) -> frozenset[int]:
        """The releases that have something of that name; empty where none does."""
        spans: Sequence[_Span] = getattr(self, part).get(name, ())
        return frozenset(at for first, last, _ in spans for at in range(first, last + 1))


@functools.cache
def op_details(place: Path = PLACE) -> OpDetails:
    """What ships with the tool, read once."""
    document = json.loads(lzma.decompress(place.read_bytes()))
    require_schema(document, place, shipped=True)
    document.pop("schema")
    return OpDetails(**document)
