"""What `import loadmatrix` offers: each name is there when it is asked for, and documented."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path

import pytest

import loadmatrix

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = ("inspect", "predict", "run", "explain", "read_report")


def test_every_name_is_there() -> None:
    assert [name for name in loadmatrix.__all__ if getattr(loadmatrix, name, None) is None] == []
    assert set(loadmatrix.__all__) <= set(dir(loadmatrix))


def test_types_that_a_checker_sees_come_from_where_python_finds_them() -> None:
    tree = ast.parse(Path(loadmatrix.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 0
        for alias in node.names
        if alias.name in loadmatrix.__all__
    }
    assert seen == loadmatrix._PLACE_OF
    assert set(seen) | {"__version__"} == set(loadmatrix.__all__)


def test_unknown_name_is_none_of_the_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'inspekt'"):
        loadmatrix.inspekt  # noqa: B018


def test_version_is_that_of_the_project() -> None:
    assert f'version = "{loadmatrix.__version__}"' in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.mark.parametrize("name", [n for n in loadmatrix.__all__ if n != "__version__"])
def test_every_name_is_documented(name: str) -> None:
    text = getattr(loadmatrix, name).__doc__
    assert text
    assert not text.startswith(f"{name}(")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_say_what_they_raise(name: str) -> None:
    assert "Raises:" in getattr(loadmatrix, name).__doc__


@pytest.mark.parametrize("name", ["explanation", "inspection", "prediction"])
def test_example_gives_what_it_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testmod(importlib.import_module(f"loadmatrix.{name}"))
    assert tried >= 2
    assert failed == 0
