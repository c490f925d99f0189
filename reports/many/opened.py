"""A stored report whose models are read one at a time: a whole document, or an index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from matrix.called import call
from matrix.errors import LoadmatrixError, UsageError
from matrix.schemas import require_schema
from matrix.stored_files import MOST_REPORT_BYTES, plain_bytes
from reports.many.model_files import is_name, read_model, unread
from reports.report.documents.model_document import model_document, model_from
from reports.report.model_report import ModelReport, name_in
from reports.report.report import Report

REPORT = "report.json"


class Label(msgspec.Struct, frozen=True):
    """What tells one model of a report from the others, and the file that has the rest, if any."""

    path: str
    sha256: str
    called: str = ""
    format: str = "unknown"
    untested: str = ""
    file: str = ""
    file_sha256: str = ""

    @property
    def name(self) -> str:
        """What the model is called."""
        return name_in(self.path, self.called)


@dataclass(frozen=True, kw_only=True)
class OpenedReport:
    """A report without its models in memory: `texts` are their elements as they were written.

    `header` is the report with no models; files of an index are beside `path`. `labels` are what
    tells the models apart, in their order.
    """

    header: Report
    path: Path
    texts: Sequence[bytes]
    labels: Sequence[Label]

    def __len__(self) -> int:
        return len(self.texts)

    def model(self, number: int) -> ModelReport:
        """One model by its number in the report; untested where its file is missing or damaged.

        Raises:
            LoadmatrixError: it is in the report itself, and is no model.
        """
        label = self.labels[number]
        if not label.file:
            try:
                return model_from(json.loads(self.texts[number]))
            except (ValueError, TypeError, RecursionError) as error:
                raise _no_report(self.path, error, number) from error
        place = self.path.parent / label.file
        try:
            return read_model(place, label.file_sha256)
        except LoadmatrixError as error:
            return _lost(label, str(error))

    def models(self) -> Iterator[ModelReport]:
        """The models in their order, one in memory at a time."""
        return map(self.model, range(len(self)))

    def whole(self) -> Report:
        """The report with all its models in memory."""
        return replace(self.header, models=tuple(self.models()))

    def checked(self) -> OpenedReport:
        """The same, after every model was read once: for what is needed only much later.

        Raises:
            LoadmatrixError: one of them is no model.
        """
        for _ in self.models():
            pass
        return self


def open_report(path: Path) -> OpenedReport:
    """The report in a file, or the report.json of a folder.

    Raises:
        UsageError: the file is absent.
        LoadmatrixError: it is no JSON, no report, or one of a newer version.
    """
    path = path / REPORT if path.is_dir() else path
    try:
        document, texts = _split(plain_bytes(path, MOST_REPORT_BYTES, follow=True))
        if "models" in document:
            require_schema(document, path)
        labels = tuple(map(_label, texts))
        header = msgspec.convert(document, Report)
    except FileNotFoundError as error:
        message = f"There is no report at {path}. Run `{call('matrix', 'MODEL')}` to create one."
        raise UsageError(message) from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise _no_report(path, error) from error
    return OpenedReport(header=header, path=path, texts=texts, labels=labels)


def labels_of(models: Iterable[ModelReport]) -> tuple[Label, ...]:
    """The labels of models that are in memory."""
    return tuple(
        Label(
            path=model.path,
            sha256=model.sha256,
            called=model.called,
            format=model.format,
            untested=model.untested,
        )
        for model in models
    )


def opened(report: Report) -> OpenedReport:
    """A report that is in memory, for what reads models one at a time."""
    texts = [json.dumps(model_document(model)).encode() for model in report.models]
    return OpenedReport(
        header=replace(report, models=()),
        path=Path(REPORT),
        texts=texts,
        labels=labels_of(report.models),
    )


def _split(content: bytes) -> tuple[dict[str, Any], Sequence[bytes]]:
    """The document with no models, and the text of each model, whose values are not made here."""
    try:
        fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        models = msgspec.json.decode(fields.get("models", b"[]"), type=list[msgspec.Raw])
        document = {
            name: json.loads(bytes(field)) for name, field in fields.items() if name != "models"
        }
        if "models" in fields:
            document["models"] = []
        return document, [bytes(text) for text in models]
    except (msgspec.DecodeError, TypeError):
        # Names need not be Unicode: what msgspec refuses may still be JSON.
        document = dict(json.loads(content))
        texts = [json.dumps(model).encode() for model in document.get("models", ())]
        return {**document, **({"models": []} if "models" in document else {})}, texts


def _no_report(path: Path, error: Exception, number: int | None = None) -> LoadmatrixError:
    said = f"{type(error).__name__}: {error}"
    if number is not None:
        # It was read alone, and counts its fields from there.
        said = said.replace("`$", f"`$.models[{number}]")
    message = f"{path} is not a loadmatrix report ({said}). Give the report.json of a run."
    return LoadmatrixError(message)


def _label(text: bytes) -> Label:
    try:
        label = msgspec.json.decode(text, type=Label)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        label = msgspec.convert(json.loads(text), Label)
    if label.file and not is_name(label.file):
        raise ValueError(f"{label.file[:80]!r} is no file of a model")
    return label


def _lost(label: Label, why: str) -> ModelReport:
    return unread(
        label.path, why, format_name=label.format, sha256=label.sha256, called=label.called
    )
