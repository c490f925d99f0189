"""What would be read twice in one report, and is told once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.formats.table import Note
from reports.report.model_report import ModelReport

# A reason of a few words may be part of any sentence.
_LEAST_REASON = 20


def isolation_of_all(models: Sequence[ModelReport]) -> str:
    """The sentence on the walls where it is the same for all of several models, else nothing."""
    said = {model.isolation for model in models if not model.untested}
    if len(models) == 1 or len(said) != 1:
        return ""
    return said.pop()


def without_told(remarks: Sequence[str], notes: Sequence[Note], where: str) -> Iterator[str]:
    """The remarks without reasons that a note has word for word; `where` says that it is there."""
    for remark in remarks:
        head, _, reason = remark.partition(": ")
        said = reason.rstrip(".")
        told = len(said) > _LEAST_REASON and any(said in note.text for note in notes)
        yield f"{head}: {where}." if told else remark
