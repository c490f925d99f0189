"""Each damage that the benchmark of faults does is found and put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.faults.damage import DAMAGES, Damage
from tests.matrix.environments.conftest import VERSION, site, version_in


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damage_is_named_and_put_right(
    place: Path, again: Callable[[], Path], said: Callable[[], str], *, damage: Damage
) -> None:
    before = {path.name for path in site(place).iterdir()}
    said()
    damage.harm(place)
    assert version_in(again()) == VERSION
    told = said()
    assert [part for part in damage.said if part not in told] == []
    assert {path.name for path in site(place).iterdir()} == before
    again()
    assert said() == ""
