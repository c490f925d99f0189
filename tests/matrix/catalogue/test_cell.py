"""Cells and the one identifier each has."""

from __future__ import annotations

import pytest

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import tf_keras_beside
from matrix.catalogue.releases import LOCKS
from tests.builders import make_cell, make_release


@pytest.mark.parametrize(
    ("asked", "tf_keras", "expected"),
    [
        pytest.param(False, False, "2.21.0", id="plain"),
        pytest.param(False, True, "2.21.0+tf_keras", id="tf-keras"),
        pytest.param(True, False, "2.21.0+py3.11", id="asked-python"),
        pytest.param(True, True, "2.21.0+py3.11+tf_keras", id="both"),
    ],
)
def test_identifier_names_what_sets_a_cell_apart(
    *, asked: bool, tf_keras: bool, expected: str
) -> None:
    release = make_release("2.21.0")
    beside = (tf_keras_beside(release),) if tf_keras else ()
    cell = Cell(release=release, python="3.11", asked_python=asked, companions=beside)
    assert cell.id == expected


def test_one_lock_serves_every_python() -> None:
    names = {make_cell("2.21.0", python=python).lock_name for python in ("3.10", "3.11")}
    assert names == {"2.21.0.txt"}


def test_cell_with_tf_keras_has_a_lock_of_its_own() -> None:
    assert make_cell("2.21.0", tf_keras=True).shipped_lock == LOCKS / "2.21.0+tf_keras.txt"


def test_release_of_the_catalogue_has_a_shipped_lock() -> None:
    assert make_cell("2.15.1").shipped_lock == LOCKS / "2.15.1.txt"


def test_patch_off_the_catalogue_has_no_shipped_lock() -> None:
    assert make_cell("2.15.0").shipped_lock is None


def test_companion_is_the_tf_keras_of_the_same_minor() -> None:
    assert make_cell("2.16.2", tf_keras=True).requirements == ("tf-keras==2.16.*",)
    assert make_cell("2.16.2").requirements == ()
