"""How the models of a call are divided into parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matrix.parts.division import divide, is_divided
from matrix.parts.part import PART_SIZE
from tests.builders import make_options


@pytest.mark.parametrize("count", [0, 1, PART_SIZE, PART_SIZE + 1, 3 * PART_SIZE])
def test_every_model_is_in_one_part_at_its_place(count: int) -> None:
    models = tuple(Path(f"/models/{number}") for number in range(count))
    options = replace(make_options(), models=models)
    parts = divide(options)
    assert [place for part in parts for place in part.places] == list(range(count))
    assert tuple(model for part in parts for model in part.models) == models
    assert all(0 < len(part.models) <= PART_SIZE for part in parts)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert is_divided(options) is (count > PART_SIZE)
