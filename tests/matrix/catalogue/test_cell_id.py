"""The identifier of a cell is printed and parsed in one place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix.catalogue.cell_id import CellId, keras_label
from matrix.catalogue.companions import label
from tests.builders import make_cell, make_companion

ROOT = Path(__file__).resolve().parents[3]
NUMBERS = st.integers(0, 99)
VERSIONS = st.builds("{}.{}.{}".format, NUMBERS, NUMBERS, NUMBERS)
PYTHONS = st.none() | st.builds("3.{}".format, NUMBERS)
LABELS = (
    st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
    | st.builds(keras_label, VERSIONS)
    | st.text(min_size=1).map(label).filter(bool)
)
IDS = st.builds(
    CellId, version=VERSIONS, python=PYTHONS, labels=st.lists(LABELS, max_size=3).map(tuple)
)


@given(identity=IDS)
def test_what_is_printed_is_parsed_to_the_same(identity: CellId) -> None:
    assert CellId.parse(str(identity)) == identity


@given(text=st.text() | IDS.map(str))
def test_every_text_survives_being_parsed_and_printed(text: str) -> None:
    assert str(CellId.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2.15.1", CellId(version="2.15.1"), id="plain"),
        pytest.param(
            "2.15.0.post1+py3.10", CellId(version="2.15.0.post1", python="3.10"), id="python"
        ),
        pytest.param(
            "2.21.0+tf_keras", CellId(version="2.21.0", labels=("tf_keras",)), id="companion"
        ),
        pytest.param(
            "2.17.1+py3.11+keras3.3.3",
            CellId(version="2.17.1", python="3.11", labels=("keras3.3.3",)),
            id="all",
        ),
    ],
)
def test_parts_of_an_identifier(text: str, expected: CellId) -> None:
    assert CellId.parse(text) == expected


def test_version_of_keras_is_read_from_its_label_alone() -> None:
    assert CellId.parse("2.17.1+tf_keras+keras3.3.3").keras == "3.3.3"
    assert CellId.parse("2.17.1+keras_cv+tf_keras").keras is None


def test_cells_with_other_versions_of_keras_are_of_one_kind() -> None:
    one, other = (CellId.parse(f"2.17.1+py3.1{n}+keras3.{n}.0") for n in range(2))
    assert one.kind == other.kind == ("keras",)
    assert CellId.parse("2.17.1").kind == ()


def test_versions_are_in_the_order_of_their_numbers() -> None:
    texts = ["2.9.1", "2.9.1+keras3.9.0", "2.9.1+keras3.10.0", "2.9.1+py3.9", "2.9.1+py3.10"]
    mixed = [texts[n] for n in (3, 1, 4, 2, 0)]
    assert sorted(mixed, key=lambda text: CellId.parse(text).order) == texts


def test_cell_is_called_by_its_identity() -> None:
    cell = make_cell("2.15.1", make_companion())
    assert CellId.parse(cell.id) == cell.identity
    assert cell.identity.labels == ("tensorflow_text",)


def test_nobody_else_takes_an_identifier_apart() -> None:
    folders = ("matrix", "reports", "benchmarks", "tests")
    splitting = [f'{call}("+")' for call in ("split", "partition", "rpartition", "rsplit")]
    guilty = [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if any(words in path.read_text(encoding="utf-8") for words in splitting)
    ]
    assert guilty == []


def test_digits_that_are_no_numbers_are_letters() -> None:
    assert CellId.parse("2.15.1+x\u00b2").order > CellId.parse("2.15.1+x").order
