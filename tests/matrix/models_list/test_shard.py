"""Shards: how they are written, and which models they have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix.errors import UsageError
from matrix.models_list.shard import Shard

NAMES = [f"hub/model-{number}.keras" for number in range(400)]


def test_a_shard_is_written_as_a_fraction() -> None:
    assert Shard.parse("2/4") == Shard(2, 4)
    assert str(Shard.parse(" 1/1 ")) == "1/1"


@pytest.mark.parametrize("text", ["", "x", "2", "2/", "/4", "-1/4", "2/4/8", "1.5/4", "٢/٤"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="2/4") as caught:
        Shard.parse(text)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(("text", "told"), [("0/4", "1/4 to 4/4"), ("5/4", "1/4 to 4/4")])
def test_a_shard_that_is_none_of_them_is_refused(text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Shard.parse(text)


def test_there_is_at_least_one_shard() -> None:
    with pytest.raises(UsageError, match="at least one"):
        Shard.parse("0/0")


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_each_model_is_in_exactly_one_shard(name: str, of: int) -> None:
    assert sum(Shard(number, of).has(name) for number in range(1, of + 1)) == 1


def test_shards_are_of_about_the_same_size() -> None:
    sizes = [sum(map(Shard(number, 4).has, NAMES)) for number in range(1, 5)]
    assert min(sizes) > 70
    assert max(sizes) < 130


def test_a_shard_is_the_same_on_every_machine() -> None:
    """What a shard has is written into the results of others: it may never change."""
    assert [name for name in NAMES[:12] if Shard(1, 3).has(name)] == [
        f"hub/model-{number}.keras" for number in (4, 6)
    ]
