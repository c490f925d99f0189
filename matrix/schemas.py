"""Every document that we write or ship has a schema number; unknown schemas are refused."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
from collections.abc import Mapping
from typing import Any

from matrix.errors import LoadmatrixError

# Fields may be added within a schema: a reader passes over what it does not know.
SCHEMA = 1
_MADE = "Create it again with this version"
_SHIPPED = "Reinstall loadmatrix"


def known_fields(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a document that a type has; those of a later version are passed over.

    Raises:
        TypeError: a plain field, such as a text or a number, has another type.
        ValueError: a number is infinite, or none at all.
    """
    plain = _plain_fields(kind)  # type: ignore[arg-type]  # a class can be a key
    found = {name: value for name, value in document.items() if name in plain}
    for name, value in found.items():
        _require_plain(name, value, plain[name])
    return found


def text_or_none(value: Any) -> str | None:
    """A value that must be a text, where there is one.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, str | None):
        raise TypeError(f"{value!r:.40} is no text")
    return value


# What annotations of plain fields say of their values. `bool` is an `int` for Python alone.
_PLAIN: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}


@functools.cache
def _plain_fields(kind: type[Any]) -> Mapping[str, tuple[type, ...]]:
    """The types of each field of a type; none where it is not plain, and read by somebody else."""
    found: dict[str, tuple[type, ...]] = {}
    for field in dataclasses.fields(kind):
        words = str(field.type).split(" | ")
        some = [_PLAIN[word] for word in words if word in _PLAIN]
        may_lack = (type(None),) if "None" in words else ()
        is_plain = len(some) + len(may_lack) == len(words)
        found[field.name] = (*itertools.chain(*some), *may_lack) if is_plain else ()
    return found


def _require_plain(name: str, value: Any, types: tuple[type, ...]) -> None:
    if not types:
        return
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise TypeError(f"{name} is {value!r:.40}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is {value}")


def require_schema(
    document: Any, name: object, *, shipped: bool = False, silent: bool = False
) -> None:
    """Refuse a document that this version cannot read; `shipped` are those that come with it.

    `silent` are kinds whose first version did not say its schema.

    Raises:
        LoadmatrixError: it is of a newer or another schema, or does not say of which.
    """
    number = document.get("schema") if isinstance(document, dict) else None
    if (number == SCHEMA and not isinstance(number, bool)) or (silent and number is None):
        return
    again, ours = _SHIPPED if shipped else _MADE, f"this version of loadmatrix reads {SCHEMA}"
    if isinstance(number, int) and number > SCHEMA:
        raise LoadmatrixError(
            f"{name} has schema {number}, but {ours}: a newer version wrote it. Update loadmatrix. "
            f"Or: {again[:1].lower()}{again[1:]}."
        )
    said = "has no schema number" if number is None else f"has schema {str(number)[:50]!r}"
    raise LoadmatrixError(
        f"{name} {said}, but {ours}: it is damaged, or another program wrote it. {again}."
    )
