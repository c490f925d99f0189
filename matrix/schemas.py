"""Every document that we write or ship has a schema number; unknown schemas are refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from matrix.errors import LoadmatrixError

# Fields may be added within a schema: a reader passes over what it does not know.
SCHEMA = 1
_MADE = "Create it again with this version"
_SHIPPED = "Reinstall loadmatrix"


def known_fields(kind: type[Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a document that a type has; those of a later version are passed over."""
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in document.items() if name in names}


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
