"""Paths as they are written in a call."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.errors import UsageError
from matrix.options.parsing import absolute, configured


@pytest.mark.parametrize(
    ("text", "place"),
    [("../m.h5", "m.h5"), ("sub/../m.h5", "work/m.h5"), ("link/../m.h5", "far/m.h5")],
)
def test_path_has_no_part_that_leads_back(tmp_path: Path, text: str, place: str) -> None:
    """Behind walls the folder of the call is not there, so nothing leads back from it."""
    (tmp_path / "far" / "deep").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "link").symlink_to(tmp_path / "far" / "deep")
    assert absolute(tmp_path / "work", text) == tmp_path / place


def test_link_keeps_its_name(tmp_path: Path) -> None:
    (tmp_path / "link.h5").symlink_to(tmp_path / "other.h5")
    (tmp_path / "work").mkdir()
    assert absolute(tmp_path / "work", "../link.h5") == tmp_path / "link.h5"


def test_misspelled_table_is_told_and_that_of_another_tool_is_not(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.matrix]\n[tool.loads]\n", encoding="utf-8")
    assert configured(tmp_path, {}) == {}
    file.write_text("[tool.loadmatirx]\nrequire = ['2.21']\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"Did you mean \[tool\.loadmatrix\]"):
        configured(tmp_path, {})
