"""Where each input is among the arguments of a call, in the order in which TensorFlow flattens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.probe.test_inputs import loaded

structures = loaded("structures")


@pytest.mark.parametrize(
    ("structure", "places"),
    [
        ("x", [[]]),
        (["x", "y"], [[0], [1]]),
        ({"b": "x", "a": ["y", "z"]}, [["a", 0], ["a", 1], ["b"]]),
        ((("x",), {"training": None}), [[0, 0], [1, "training"]]),
        ([{1: "x"}], [None]),
    ],
)
def test_the_way_to_each_leaf(structure: Any, places: list[Any]) -> None:
    assert list(structures.places_in(structure)) == places
