"""One model in a report that is an index: what is said of it there, and where all of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from reports.report.model_report import FormatName
from reports.report.summary_report import SummaryReport


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedModel:
    """A model whose cells are in a file of their own, beside the report.

    `file` is the path of this file, seen from the folder of the report, and `file_sha256` is the
    digest of its bytes: a file of another report is not taken for it.
    """

    path: str
    called: Annotated[str, Meta(description="what the call names the model")] = ""
    format: FormatName
    sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
    summary: SummaryReport
    untested: Annotated[str, Meta(description="why the model was not tested")] = ""
    file: Annotated[
        str,
        Meta(
            pattern=r"^models/\d{6,}\.json$",
            description="the file with the whole model: what an element of `models` is otherwise",
        ),
    ]
    file_sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
