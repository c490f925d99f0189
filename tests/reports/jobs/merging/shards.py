"""Shards as runs leave them, and what their merged report says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matrix.model.facts import ModelFacts
from matrix.models_list.shard import Shard
from matrix.plan.untested import Untested
from reports.jobs.report import report
from reports.many.opened import open_report
from tests.stored_runs import models, store_run, untested

SEVEN: tuple[ModelFacts | Untested, ...] = (*models(6), untested("gone.keras"))
BOTH = ">=2.15,<2.17"


def shards_of(folder: Path, of: int, every: Sequence[Any] = SEVEN, **more: Any) -> list[Path]:
    return [
        store_run(folder / f"shard-{number}", every, shard=Shard(number, of), **more)
        for number in range(1, of + 1)
    ]


def said(output: Path) -> dict[str, Any]:
    """The report without what no two runs share: when, how long, and where inputs are stored."""
    document: dict[str, Any] = json.loads((output / "report.json").read_text(encoding="utf-8"))
    for field in ("started", "seconds", "host"):
        document.pop(field)
    for one in document["models"]:
        one.pop("inputs", None)
    return document


def merged_into(places: Sequence[Path], output: Path) -> int:
    return report([*map(str, places), "--output", str(output)], output.parent)


def whole_run(folder: Path, every: Sequence[Any] = SEVEN, tensorflow: str = "==2.15.*") -> Path:
    output = store_run(folder / "whole", every, tensorflow)
    report([str(output)], folder)
    return output


def verdicts(output: Path) -> Mapping[str, Mapping[str, str]]:
    seen = open_report(output / "report.json").models()
    return {one.name: {cell.id: cell.verdict for cell in one.cells} for one in seen}
