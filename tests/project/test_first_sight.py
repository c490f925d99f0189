"""The batches of labelled reports: as their README says, and measured as it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import BATCHES, accuracy, sources
from reports.report.cause import Cause

FILES = sorted(BATCHES.glob("*.jsonl"))
CAUSES = {cause.value for cause in Cause}
TEXTS = ("exception_type", "message", "format", "tf_saved", "tf_loaded", "keras_loaded")
# Homes are those of `user`; nothing says where a report was found.
_HOME = re.compile(r"(?:/home/|/Users/|[A-Z]:[\\/]+Users[\\/]+)(?!user\b|u\b)[\w.-]+")
_FOUND_IN = re.compile(r"github\.com|stackoverflow|[\w.-]+/[\w.-]+#\d+")


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_batch_has_labelled_rows(file: Path) -> None:
    rows = _rows(file)
    assert len({row["id"] for row in rows}) == len(rows) >= 60
    for row in rows:
        assert {row["cause"], *row["also"]} <= CAUSES, row["id"]
        assert row["confidence"] in ("high", "medium", "low"), row["id"]
        assert all(isinstance(row[name], str | None) for name in TEXTS), row["id"]
        assert row["message"], row["id"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_batch_names_no_person_and_no_place(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("\\\\", "\\")
    assert _HOME.findall(text) == []
    assert _FOUND_IN.findall(text) == []


def test_every_batch_is_measured() -> None:
    assert set(sources(Path("absent"))) == set(FILES)


def test_what_is_right_is_counted(tmp_path: Path) -> None:
    message = "Unknown layer: Odd"
    row = {"message": message, "cause": "missing_custom_object", "confidence": "high"}
    rows = [
        row | {"id": "right", "also": [], "subject": "the layer", "subjects": ["Odd"]},
        row | {"id": "name", "also": [], "subject": "Even", "subjects": []},
        row | {"id": "open", "cause": "api_removed", "also": ["missing_custom_object"]},
        row | {"id": "none", "message": "gibberish", "also": []},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    said: list[str] = []
    assert accuracy([file], said.append, wrong=True) == 0
    line = next(line for line in said[0].splitlines() if line.startswith("all"))
    assert re.split(r"\s{2,}", line) == [
        *("all", "4", "2 (50.0%)", "3 (75.0%)", "1 (50.0%)", "1 (25.0%)")
    ]
    assert "open: api_removed taken for missing_custom_object (also right) by" in said[1]
    assert "name: subject Even taken for Odd by" in said[1]
    assert "none: missing_custom_object taken for unclassified\n" in said[1]
    assert "right:" not in said[1]
