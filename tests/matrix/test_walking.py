"""Folders that are deeper than calls of Python may be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from matrix.models_list.patterns import matched_by
from matrix.models_list.search import models_below
from matrix.walking import all_below, walk

_DEEP = 1100


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A model below more folders than Python nests calls."""
    folder = tmp_path
    for _ in range(_DEEP):
        folder /= "d"
        folder.mkdir()
    (folder / "m.tflite").write_bytes(b"\x1c\0\0\0TFL3")
    yield tmp_path
    (folder / "m.tflite").unlink()
    for place, _, _ in reversed(list(walk(tmp_path / "d"))):
        place.rmdir()


def test_model_is_found_and_read_however_deep_it_lies(deep: Path) -> None:
    (model,) = models_below(deep / "d")
    assert model.name == "m.tflite"
    assert list(matched_by(deep / "**" / "*.tflite")) == [model]
    assert len(list(all_below(deep))) == _DEEP + 1


def test_folders_are_in_the_order_of_their_names_and_links_are_not_entered(tmp_path: Path) -> None:
    for name in ("b", "a", "a/c"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "link").symlink_to(tmp_path)
    found = [(place.relative_to(tmp_path).as_posix(), names) for place, names, _ in walk(tmp_path)]
    assert found == [(".", ["a", "b"]), ("a", ["c", "link"]), ("a/c", []), ("b", [])]


def test_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    errors = list[OSError]()
    assert list(walk(tmp_path / "nowhere", errors.append)) == []
    assert [os.path.basename(str(error.filename)) for error in errors] == ["nowhere"]  # noqa: PTH119
