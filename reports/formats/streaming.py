"""Formats that are written model by model, so that no two models need be in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from reports.report.model_report import ModelReport


class Streaming(Protocol):
    """A document: `head`, then what each model adds, then `foot`.

    `head` may count what was added, so it is asked for at the end.
    """

    def add(self, model: ModelReport) -> str: ...

    def head(self) -> str: ...

    def foot(self) -> str: ...


def rendered(document: Streaming, models: Iterable[ModelReport]) -> str:
    """The whole document."""
    body = "".join([document.add(model) for model in models])
    return f"{document.head()}{body}{document.foot()}"
