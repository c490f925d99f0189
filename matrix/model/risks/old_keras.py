"""Holes of the Keras that a file asks for: a cell with that version would load it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.model.facts import Format, ModelFacts
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk
from matrix.schemas import require_schema
from matrix.versions import version_of

_TABLE = Path(__file__).with_name("keras_holes.toml")
# What Keras alone reads, so that a cell with the Keras of the file is planned.
_FORMATS = frozenset({Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON})
_KERAS_3 = Version("3")


@dataclass(frozen=True, kw_only=True)
class _Hole:
    name: str
    what: str
    affected: tuple[SpecifierSet, ...]
    formats: frozenset[str]


def old_keras(model: ModelFacts, others: Sequence[Risk]) -> Iterator[Risk]:
    """The label of a file that names a Keras with known holes.

    Most files name an old Keras honestly: it is unusual only beside something that could use one.
    """
    version = version_of(model.keras)
    if model.format not in _FORMATS or version is None or version < _KERAS_3:
        return
    holes = [
        hole
        for hole in _holes()
        if any(version in versions for versions in hole.affected)
        and (not hole.formats or model.format.value in hole.formats)
    ]
    if not holes:
        return
    first, count = holes[0], len(holes)
    known = "a known security hole" if count == 1 else f"{count} known security holes"
    sentence = (
        f"It asks for Keras {version}, which has {known}, such as {first.name}: {first.what}."
    )
    yield Risk(
        kind="unpatched_keras",
        subject=f"Keras {version}",
        where=OpPlacement.LOAD,
        sentence=sentence,
        usual=all(risk.usual or risk.where is not OpPlacement.LOAD for risk in others),
    )


@functools.cache
def _holes() -> tuple[_Hole, ...]:
    document = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    require_schema(document, _TABLE, shipped=True)
    return tuple(
        _Hole(
            name=entry["name"],
            what=entry["what"],
            affected=tuple(map(SpecifierSet, entry["affected"])),
            formats=frozenset(entry.get("formats", ())),
        )
        for entry in document["hole"]
    )
