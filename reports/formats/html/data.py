"""The data for the page's script: every cell of a model as JSON inside the page.

Texts are numbers: tracebacks repeat each other, as a whole or line by line. They become text
again in the reader's browser only, as text nodes, so that nothing in them is markup.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matrix.plan.prediction import EXPECTED
from matrix.results.verdicts import Predicted
from matrix.shown import on_lines
from reports.formats.grid import loaders_of, present
from reports.report.cause import Diagnosis
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport

# So many characters of a digest tell an environment from all others.
_SHORT = 12


@dataclass(frozen=True)
class Texts:
    """Numbers for texts, and within them for lines: each is kept once for all models."""

    lines: dict[str, int] = field(default_factory=dict)
    texts: dict[tuple[int, ...], int] = field(default_factory=dict)

    def number(self, text: object) -> int | None:
        """`None` for what says nothing."""
        if text in (None, ""):
            return None
        lines = on_lines(str(text)).split("\n")
        key = tuple(self.lines.setdefault(line, len(self.lines)) for line in lines)
        return self.texts.setdefault(key, len(self.texts))

    @property
    def document(self) -> dict[str, Any]:
        """The lines, and the texts as numbers of lines."""
        return {"lines": list(self.lines), "texts": list(self.texts)}


@dataclass(frozen=True)
class Environments:
    """What probes saw of their cells, by name: models that were tested together share it."""

    documents: dict[str, Any] = field(default_factory=dict)

    def name(self, environment: Mapping[str, Any]) -> str:
        """The same for the same environment in all reports; empty where nothing is known."""
        if not environment:
            return ""
        document = _strings(environment)
        text = json.dumps(document, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:_SHORT]
        self.documents.setdefault(name, document)
        return name


def index(models: Mapping[str, ModelReport]) -> dict[str, Any]:
    """What the filters look through: per model and cell the verdicts, as numbers of words.

    A line says whether the cell is plain, its verdict, and one verdict per loader or -1.
    """
    loaders = list(dict.fromkeys(name for model in models.values() for name in loaders_of(model)))
    words = present(list(models.values()))
    numbers = {word: number for number, word in enumerate(words)}

    def line(cell: CellReport) -> list[int]:
        best = [cell.best(loader) for loader in loaders]
        checks = [numbers[check.verdict] if check else -1 for check in best]
        return [int(cell.plain), numbers[cell.verdict], *checks]

    entries = [
        {"key": key, "name": on_lines(model.name), "lines": [line(cell) for cell in model.cells]}
        for key, model in models.items()
    ]
    return {"loaders": loaders, "words": words, "models": entries}


def marks_of(models: Iterable[ModelReport]) -> set[str]:
    """The marks on verdicts that occur: what a legend must explain besides the verdicts."""
    return {check.own_word for model in models for cell in model.cells for check in cell.checks}


def model_data(model: ModelReport, texts: Texts, environments: Environments) -> dict[str, Any]:
    """The cells of a model, for `safe_json`."""
    cells = [_cell(cell, texts, environments) for cell in model.cells]
    return {"name": on_lines(model.name), "cells": cells}


def safe_json(value: Any) -> str:
    """JSON in ASCII without the characters that could end the element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _cell(cell: CellReport, texts: Texts, environments: Environments) -> dict[str, Any]:
    return {
        "id": on_lines(cell.id),
        "verdict": cell.verdict,
        "python": on_lines(cell.python),
        "keras": on_lines(cell.keras),
        "environment": environments.name(cell.environment),
        "isolation": cell.isolation.words if cell.isolation else "",
        **({"measured": on_lines(cell.measured_at)} if cell.measured_at else {}),
        "checks": [_check(check, texts) for check in sorted(cell.checks, key=lambda c: c.rank)],
    }


def _check(check: CheckReport, texts: Texts) -> dict[str, Any]:
    document = {
        "loader": check.loader,
        "variant": texts.number(check.variant),
        "verdict": check.verdict,
        "stage": check.stage,
        "reason": texts.number(check.reason),
        "mark": check.own_word,
        "prediction": texts.number(_expected(check)),
        "seconds": check.seconds,
        "peak": check.peak_mb,
        "error": _texts(check.error, texts, ("type", "message", "traceback")),
        "chain": [
            _texts(link, texts, ("type", "message"))
            for link in (check.error.chain if check.error else ())
        ],
        "ending": _texts(check.ending, texts, ("detail", "log")),
        "difference": _texts(
            check.difference, texts, ("output", "compared_with", "largest", "explanation")
        ),
        "diagnosis": _diagnosis(check.diagnosis, texts) if check.diagnosis else None,
    }
    return {name: value for name, value in document.items() if value not in (None, [], {}, "")}


def _expected(check: CheckReport) -> str:
    """What was predicted of a check that was measured; the reason of the others says it."""
    said = check.prediction
    if not said or check.kind is Predicted:
        return ""
    return f"{EXPECTED[said.verdict]}: {said.why}"


def _texts(part: object, texts: Texts, names: Sequence[str]) -> dict[str, int | None]:
    """The fields of a part of a check that say something, as numbers."""
    values = {name: getattr(part, name, None) for name in names}
    return {name: texts.number(value) for name, value in values.items() if value not in (None, "")}


def _diagnosis(diagnosis: Diagnosis, texts: Texts) -> dict[str, Any]:
    return {
        "cause": diagnosis.cause.value,
        "named": texts.number(diagnosis.causes_in_words),
        "alternatives": [texts.number(other.in_words) for other in diagnosis.alternatives],
        "subject": texts.number(diagnosis.subject),
        "explanation": texts.number(diagnosis.explanation),
        "evidence": texts.number(diagnosis.evidence),
        "remedies": [
            {
                "text": texts.number(remedy.text),
                "snippet": texts.number(remedy.snippet),
                "verified": remedy.verified,
            }
            for remedy in diagnosis.remedies
        ],
    }


def _strings(value: Any) -> Any:
    """An environment as the page shows it: whatever is in it becomes harmless text."""
    if isinstance(value, Mapping):
        return {on_lines(str(name)): _strings(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return ", ".join(on_lines(str(item)) for item in value)
    return on_lines(str(value))
