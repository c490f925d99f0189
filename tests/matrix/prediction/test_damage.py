"""Damage, as the inspection of a real small model finds it, decides what is predicted."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.model.contents.contents import Contents, Graph
from matrix.model.contents.gather import contents_of
from matrix.model.inspection import Inspection, inspect_path
from matrix.model.integrity.finding import Kind, damage, warning
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject
from tests.builders import make_cell, make_model
from tests.conftest import EXAMPLE

_DATA = "variables/variables.data-00000-of-00001"
_INDEX = "variables/variables.index"


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[0] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize(
    ("file", "harm", "rule"),
    [
        pytest.param(_DATA, Path.stat, "nothing-against-it", id="sound"),
        pytest.param(_DATA, Path.unlink, "damaged-file", id="no-data"),
        pytest.param(_INDEX, Path.unlink, "damaged-file", id="no-index"),
        pytest.param(_DATA, _flip, "damaged-file", id="flipped"),
        pytest.param(_DATA, lambda path: path.write_bytes(b""), "damaged-file", id="empty"),
    ],
)
def test_saved_model_without_its_variables(
    tmp_path: Path, file: str, harm: Callable[[Path], object], rule: str
) -> None:
    model = Path(shutil.copytree(EXAMPLE, tmp_path / "model"))
    harm(model / file)
    seen = inspect_path(model, gather=contents_of)
    assert isinstance(seen, Inspection)
    subject = Subject(model=seen.facts, contents=seen.gathered, findings=seen.findings)
    found = {one.loader: one for one in predicted(subject, [make_cell("2.15.1")])}
    for loader in ("saved_model", "session"):
        assert found[loader].rule == rule
        assert found[loader].verdict == ("loads" if rule == "nothing-against-it" else "fails")


@pytest.mark.parametrize(
    ("op", "verdict"), [("InitializeTableFromTextFileV2", "fails"), ("ReadFile", "loads")]
)
@pytest.mark.parametrize(
    "finding",
    [
        pytest.param(damage(Kind.MISSING, "assets/v.txt", "assets/v.txt is missing."), id="lost"),
        pytest.param(warning(Kind.EMPTY, "assets/v.txt", "assets/v.txt is empty."), id="empty"),
    ],
)
def test_asset_is_read_while_loading_by_tables_alone(
    finding: object, op: str, verdict: str
) -> None:
    contents = Contents(graphs=(Graph(ops={op: 1}),), has_variables=True)
    subject = Subject(model=make_model(), contents=contents, findings=(finding,))  # type: ignore[arg-type]
    found = {one.loader: one for one in predicted(subject, [make_cell("2.15.1")])}
    assert found["saved_model"].verdict == verdict


def test_checkpoint_that_restores_needs_its_index() -> None:
    contents = Contents(graphs=(Graph(restores=True),))
    (one, *_) = predicted(Subject(model=make_model(), contents=contents), [make_cell("2.15.1")])
    assert (one.verdict, one.rule) == ("fails", "lost-variables")
