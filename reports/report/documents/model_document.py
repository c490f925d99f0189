"""One model as it stands in `report.json`: an element of its `models`, alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from reports.report.model_report import ModelReport

# A model that was not tested has only what is known of it.
_TESTED_ONLY = ("findings", "risks", "brings_python", "trusted", "inputs")
_TESTED_ONLY_IN_SUMMARY = (
    *("guide", "usual", "runs", "loaders", "companions", "ranges"),
    *("keras", "unheld", "groups"),
)


def model_document(model: ModelReport) -> dict[str, Any]:
    """A model as JSON values, without a name that nobody gave it.

    What only tested models have is left out of the others.
    """
    document: dict[str, Any] = as_read(model)
    if not model.called:
        del document["called"]
    if not model.untested:
        del document["untested"]
        return document
    for name in _TESTED_ONLY:
        del document[name]
    for name in _TESTED_ONLY_IN_SUMMARY:
        del document["summary"][name]
    return document


def model_from(document: Mapping[str, Any]) -> ModelReport:
    """The model of a document as `model_document` makes it.

    Raises:
        ValueError: a field is missing, or has another type or value than the schema says.
    """
    return msgspec.convert(document, ModelReport)


def as_read(value: Any) -> Any:
    """The JSON values of a typed one as a reader gives them back: lists instead of tuples."""
    try:
        return json.loads(msgspec.json.encode(value))
    except UnicodeEncodeError:
        # Names of files need not be Unicode.
        return _with_lists(msgspec.to_builtins(value))


def json_text(document: Any) -> str:
    """A document as `write_json` writes it, several times as fast."""
    try:
        plain = json.dumps(document, ensure_ascii=False).encode()
        return msgspec.json.format(plain, indent=1).decode() + "\n"
    except (UnicodeEncodeError, msgspec.DecodeError):
        # Names that are not Unicode, and numbers that JSON does not have.
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _with_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_lists(part) for name, part in value.items()}
    return [_with_lists(part) for part in value] if isinstance(value, tuple | list) else value
