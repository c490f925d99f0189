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

from matrix.files import write_json, write_text
from reports.many.opened import open_report
from reports.report.documents.listed_model import ListedModel
from reports.report.documents.model_document import as_read
from reports.report.report import Report

SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


def read_report(path: Path) -> Report:
    """The report stored in a file; fields that this version does not know are passed over.

    All models of it are in memory; `open_report` gives one after the other.

    Raises:
        LoadmatrixError: the file is absent, no JSON, no report, or one of a newer version.
    """
    return open_report(path).whole()


def from_document(document: Mapping[str, Any]) -> Report:
    """The report of a document as `to_document` makes it.

    Raises:
        ValueError: a field is missing, or has another type or value than the schema says.
    """
    return msgspec.convert(document, Report)


def write_report(report: Report, path: Path) -> None:
    """Write a report whole or not at all."""
    write_text(path, report.to_json())


def to_document(report: Report) -> dict[str, Any]:
    """The report as JSON values."""
    return report.to_dict()


def make_schema() -> dict[str, Any]:
    """The JSON Schema of the types, as it is kept in `SCHEMA_FILE`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Loadmatrix report",
        "description": (
            "Which TensorFlow releases load a model. Fields may be added within a schema "
            "version; none is removed or changes its meaning."
        ),
        **_portable(as_read(_schema())),
    }


def _schema() -> dict[str, Any]:
    """The schema of the types, where a model may also be one that an index lists."""
    (report, listed), parts = msgspec.json.schema_components(
        (Report, ListedModel), ref_template="#/$defs/{name}"
    )
    fields = parts["Report"]["properties"]
    fields["models"]["items"] = {"anyOf": [fields["models"]["items"], listed]}
    return {**report, "$defs": parts}


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
