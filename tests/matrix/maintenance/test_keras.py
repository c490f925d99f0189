"""`keras.toml` from what an index offers and what TensorFlow asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.keras import keras_releases
from matrix.catalogue.releases import Release
from matrix.maintenance.keras import keras_entries, keras_text
from tests.builders import make_release


def _wanted() -> list[tuple[Release, SpecifierSet]]:
    needs = {"2.16.2": ">=3.0.0", "2.17.1": ">=3.2.0", "2.18.1": ">=3.5.0"}
    return [(make_release(version), SpecifierSet(need)) for version, need in needs.items()]


def _offered(**versions: str) -> dict[str, frozenset[Version]]:
    return {
        name.removeprefix("py").replace("_", "."): frozenset(map(Version, text.split()))
        for name, text in versions.items()
    }


def test_newest_patch_stands_for_its_minor_and_older_keras_is_left_out() -> None:
    entries = keras_entries(_offered(py3_9="2.15.0 3.3.0 3.3.3 3.10.1"), _wanted())
    assert [str(entry.version) for entry in entries] == ["3.3.3", "3.10.1"]


def test_python_is_the_oldest_that_the_version_is_offered_for() -> None:
    offered = _offered(py3_9="3.10.0", py3_10="3.10.0 3.11.0", py3_11="3.10.0 3.11.0")
    pythons = [str(entry.python) for entry in keras_entries(offered, _wanted())]
    assert pythons == [">=3.9", ">=3.10"]


def test_version_offered_to_every_python_has_that_of_the_minor_before() -> None:
    offered = _offered(py3_9="3.10.0 3.12.0", py3_10="3.10.0 3.12.0", py3_11="3.11.0 3.12.0")
    pythons = [str(entry.python) for entry in keras_entries(offered, _wanted())]
    assert pythons == [">=3.9", ">=3.11", ">=3.11"]


@pytest.mark.parametrize(
    ("keras", "expected"),
    [
        pytest.param("3.1.1", ">=2.16,<2.17", id="oldest-tensorflow-alone"),
        pytest.param("3.4.1", ">=2.16,<2.18", id="two"),
        pytest.param("3.6.0", ">=2.16", id="open-above-where-the-newest-takes-it"),
    ],
)
def test_tensorflow_is_the_range_that_asks_for_no_newer_keras(keras: str, expected: str) -> None:
    (entry,) = keras_entries(_offered(py3_9=keras), _wanted())
    assert entry.tensorflow == SpecifierSet(expected)


def test_shipped_entries_survive_being_written(tmp_path: Path) -> None:
    path = tmp_path / "keras.toml"
    path.write_text(keras_text(keras_releases()), encoding="utf-8")
    assert keras_releases(path) == keras_releases()
