"""The index of a divided run: read as it was written, and refused where it is damaged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError
from matrix.models_list.shard import Shard
from matrix.parts.index import IndexedPart, PartsIndex, is_index
from matrix.run.keeping.run_facts import RunFacts

INDEX = PartsIndex(
    names=("a", "b", "hf://c/d"),
    shard=Shard(2, 4),
    parts=(IndexedPart(number=1, places=(0, 2)),),
    facts=RunFacts.begun(datetime(2026, 1, 2, tzinfo=UTC), "key"),
)


def test_index_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert not is_index(tmp_path)
    INDEX.write(tmp_path)
    assert is_index(tmp_path)
    assert PartsIndex.read(tmp_path) == INDEX
    ended = INDEX.ended(3.5, complete=True)
    ended.write(tmp_path)
    assert PartsIndex.read(tmp_path).facts.complete is True


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_half_an_index_is_named(tmp_path: Path, cut: int) -> None:
    INDEX.write(tmp_path)
    path = tmp_path / "parts.json"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(LoadmatrixError, match=r"parts\.json is damaged"):
        PartsIndex.read(tmp_path)


def test_part_with_a_model_that_no_list_has_is_damage(tmp_path: Path) -> None:
    INDEX.write(tmp_path)
    path = tmp_path / "parts.json"
    path.write_text(path.read_text("utf-8").replace('"b",', ""), encoding="utf-8")
    with pytest.raises(LoadmatrixError, match="not in the list"):
        PartsIndex.read(tmp_path)


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ('"number": 1', '"number": 1e999'),
        ('"number": 1', '"number": -1'),
        ("2\n", "0\n"),
        ('"seconds": 0.0', '"seconds": "x"'),
        ('"seconds": 0.0', '"seconds": NaN'),
        ("{", "[" * 100_000),
    ],
)
def test_index_that_cannot_be_true_is_damage(tmp_path: Path, found: str, instead: str) -> None:
    INDEX.write(tmp_path)
    path = tmp_path / "parts.json"
    text = path.read_text("utf-8")
    assert found in text
    path.write_text(text.replace(found, instead, 1), encoding="utf-8")
    with pytest.raises(LoadmatrixError, match=r"parts\.json is damaged"):
        PartsIndex.read(tmp_path)
