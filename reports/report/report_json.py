"""`report.json`: the one reader, the one writer, and the schema of the document.

All three follow from the types of `report.py`. What a run found is never read as a dict anywhere
else.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from matrix.errors import LoadmatrixError
from matrix.files import write_json
from matrix.schemas import require_schema
from reports.report.report import Report

SCHEMA_FILE = Path(__file__).with_name("report.schema.json")
# A model that was not tested has only what is known of it.
_TESTED_ONLY = ("findings", "risks", "brings_python", "trusted", "inputs")
_TESTED_ONLY_IN_SUMMARY = (
    *("runs", "loaders", "companions", "ranges"),
    *("keras", "unheld", "groups"),
)


def read_report(path: Path) -> Report:
    """The report stored in a file; fields that this version does not know are passed over.

    Raises:
        LoadmatrixError: the file is absent, no JSON, no report, or one of a newer version.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if "models" in document:
            require_schema(document, path)
        return from_document(document)
    except FileNotFoundError as error:
        message = f"There is no report at {path}. Run `nox -s matrix -- MODEL` to create one."
        raise LoadmatrixError(message) from error
    except (OSError, ValueError, TypeError, RecursionError, msgspec.ValidationError) as error:
        message = f"{path} is not a loadmatrix report ({type(error).__name__}: {error})."
        raise LoadmatrixError(f"{message} Give the report.json of a run.") from error


def from_document(document: Mapping[str, Any]) -> Report:
    """The report of a document as `to_document` makes it.

    Raises:
        ValueError: a field is missing, or has another type or value than the schema says.
    """
    return msgspec.convert(document, Report)


def write_report(report: Report, path: Path) -> None:
    """Write a report whole or not at all."""
    write_json(path, to_document(report))


def to_document(report: Report) -> dict[str, Any]:
    """The report as JSON values; NaN and infinities do not occur in it."""
    document: dict[str, Any] = _with_lists(msgspec.to_builtins(report))
    for model in document["models"]:
        if not model["untested"]:
            del model["untested"]
            continue
        for name in _TESTED_ONLY:
            del model[name]
        for name in _TESTED_ONLY_IN_SUMMARY:
            del model["summary"][name]
    return document


def _with_lists(value: Any) -> Any:
    """The same as a JSON reader gives it back: lists instead of tuples."""
    if isinstance(value, dict):
        return {name: _with_lists(part) for name, part in value.items()}
    return [_with_lists(part) for part in value] if isinstance(value, tuple | list) else value


def make_schema() -> dict[str, Any]:
    """The JSON Schema of the types, as it is kept in `SCHEMA_FILE`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Loadmatrix report",
        "description": (
            "Which TensorFlow releases load a model. Fields may be added within a schema "
            "version; none is removed or changes its meaning."
        ),
        **_portable(_with_lists(msgspec.json.schema(Report))),
    }


def _portable(schema: Any) -> Any:
    """The same whatever version of msgspec made it: without defaults, descriptions not indented."""
    if isinstance(schema, list):
        return [_portable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _portable(part) for name, part in schema.items() if name != "default"}
    if isinstance(kept.get("description"), str):
        kept["description"] = inspect.cleandoc(kept["description"])
    return kept


def read_schema() -> dict[str, Any]:
    """The JSON Schema that is shipped."""
    return json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


if __name__ == "__main__":
    # `python -m reports.report.report_json` writes the schema after a change of the types.
    write_json(SCHEMA_FILE, make_schema())
