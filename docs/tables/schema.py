"""The fields of `report.json`, as its JSON Schema describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs.tables.markdown import code, sentence, table

_SCHEMA = Path(__file__).resolve().parents[2] / "reports" / "report" / "report.schema.json"


def fields() -> str:
    """A heading and a table for each kind of object, in the order in which a reader meets them."""
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return "\n" + "".join(_described(name, one) for name, one in schema["$defs"].items()) + "\n"


def _described(name: str, one: Mapping[str, Any]) -> str:
    text = f"## {name}\n\n{one.get('description', '').strip()}\n"
    if "enum" in one:
        return f"{text}\nOne of {code(*map(str, one['enum']))}.\n\n"
    required = one.get("required", ())
    rows = [
        (
            code(field),
            _kind(about),
            "yes" if field in required else "",
            sentence(about.get("description", "")),
        )
        for field, about in one.get("properties", {}).items()
    ]
    return text + table(("field", "kind", "required", "meaning"), rows)


def _kind(about: Mapping[str, Any]) -> str:
    """The kind of a value in words, with a link to objects that have a table of their own."""
    match about:
        case {"$ref": str(path)}:
            name = path.rpartition("/")[2]
            text = f"[{name}](#{name.lower()})"
        case {"anyOf": kinds}:
            text = " or ".join(dict.fromkeys(map(_kind, kinds)))
        case {"enum": values}:
            text = " or ".join(code(json.dumps(one)) for one in values)
        case {"prefixItems": kinds}:
            text = f"list of {', '.join(map(_kind, kinds))}"
        case {"items": dict(kind)}:
            text = f"list of {_kind(kind)}"
        case {"additionalProperties": dict(kind)}:
            text = f"object of {_kind(kind)}"
        case _:
            text = str(about.get("type", "any value"))
    return text
