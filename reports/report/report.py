"""A report as typed values: built from the results of a run, rendered by every format.

`report.json` is these types as they stand: each field is a field of the document, under the same
name and in the same order. `report_json.py` reads and writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from msgspec import Meta

from matrix.schemas import SCHEMA
from reports.report.check_report import Seconds
from reports.report.documents.model_document import as_read, json_text, model_document
from reports.report.model_report import ModelReport
from reports.report.tool import Tool


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericsReport:
    """What was fed and how close is close enough.

    `inputs` is the caller's file of inputs, `signature` the only one that was called, `rtol` and
    `atol` what the caller allows. `tolerances` are relative and absolute, by type; a type that has
    none must be equal.
    """

    inputs: str | None = None
    signature: str | None = None
    rtol: float | None = None
    atol: float | None = None
    seed: int
    tolerances: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomObjectsReport:
    """The caller's Python that every check had at hand (--custom-objects).

    `name` is the file or module, `sha256` the digest of a file.
    """

    name: str
    sha256: str | None


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Report:
    """Which TensorFlow releases load which models. `host` describes the machine of the run."""

    schema: Annotated[int, Meta(extra_json_schema={"const": SCHEMA})]
    tool: Tool
    host: Mapping[str, Any]
    started: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    seconds: Seconds
    complete: Annotated[bool, Meta(description="false when the run was interrupted")] = True
    numerics: NumericsReport | None = None
    custom_objects: CustomObjectsReport | None = None
    allow_lambda: Annotated[
        bool,
        Meta(
            description="whether Keras was allowed to run the Python code of Lambda layers "
            "(--allow-lambda)"
        ),
    ] = False
    models: tuple[ModelReport, ...]

    def to_dict(self) -> dict[str, Any]:
        """The document of `report.json` as JSON values; NaN and infinities do not occur in it."""
        document: dict[str, Any] = as_read(replace(self, models=()))
        document["models"] = [model_document(model) for model in self.models]
        return document

    def to_json(self) -> str:
        """The text of `report.json`."""
        return json_text(self.to_dict())

    def __str__(self) -> str:
        """What it says of each model, in sentences."""
        return "\n\n".join("\n".join([model.title, *model.lines]) for model in self.models)

    def __repr__(self) -> str:
        """A line: all that is in it would be pages in a debugger or a notebook."""
        return f"<Report of {', '.join(map(repr, self.models)) or 'no models'}>"
