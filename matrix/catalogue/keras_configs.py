"""What each class of Keras takes from a configuration, release by release.

`keras_configs.json.xz` is written by `nox -s releases`: each release was given every value that any
release writes (`matrix/maintenance/keras_configs.py`). FORM is `h5` for HDF5 and architectures, and
`keras` for `.keras` files, whose configurations Keras reads in another way.
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

PLACE = Path(__file__).with_name("keras_configs.json.xz")
SPACES = ("keras", "tf_keras")
FORMS = ("h5", "keras")


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassConfigs:
    """One class: places are those of `KerasConfigs.releases`.

    `asked` are the releases that have the class and were asked, `open` those that take keys which
    nobody knows, `never` those that do not read what they wrote of it. `refused` has keys, kinds of
    values (`token`) and where they are refused; `required` the keys without which the class cannot
    be made, and where.
    """

    asked: frozenset[int]
    never: frozenset[int]
    open: frozenset[int]
    refused: Mapping[str, Mapping[str, frozenset[int]]]
    required: Mapping[str, frozenset[int]]


@dataclass(frozen=True, kw_only=True, eq=False)
class KerasConfigs:
    """`releases` are versions, oldest first; `classes` has namespace, form and class.

    `keras` are the versions of Keras that were asked, for each namespace and release; empty where
    the Keras of a release does not say its version.
    """

    releases: Sequence[str]
    keras: Mapping[str, Sequence[str]]
    classes: Mapping[tuple[str, str], Mapping[str, ClassConfigs]]

    def of(self, space: str, form: str, name: str) -> ClassConfigs | None:
        """A class by its name; `None` for one that was not asked about."""
        return self.classes[space, form].get(name)


def token(value: Any) -> str:
    """The kind of a value, as `probe/collectors/configurations.py` writes it."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "=" + value[:40]
    if isinstance(value, list):
        return "[]"
    named = value.get("class_name")
    return "{%s}" % (named if isinstance(named, str) else "")


@functools.cache
def keras_configs(place: Path = PLACE) -> KerasConfigs:
    """What ships with the tool, read once."""
    document = json.loads(lzma.decompress(place.read_bytes()))
    require_schema(document, place, shipped=True)
    return KerasConfigs(
        releases=document["releases"],
        keras=document["keras_versions"],
        classes={
            (space, form): _Lazy(document[space].get(form, {}))
            for space in SPACES
            for form in FORMS
        },
    )


class _Lazy(dict[str, ClassConfigs]):
    """Classes that are made when they are asked for: a model names few of them."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        super().__init__()
        self._entries = entries

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self and name in self._entries:
            self[name] = _made(self._entries[name])
        return super().get(name, default)


def _made(entry: Mapping[str, Any]) -> ClassConfigs:
    return ClassConfigs(
        asked=frozenset(entry["asked"]),
        never=frozenset(entry["never"]),
        open=frozenset(entry["open"]),
        refused={
            key: {kind: frozenset(places) for kind, places in kinds.items()}
            for key, kinds in entry["refused"].items()
        },
        required={key: frozenset(places) for key, places in entry["required"].items()},
    )
