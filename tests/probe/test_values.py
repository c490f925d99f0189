"""The values that inputs get: ragged and sparse ones are whole, sizes fit what is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe import values

SIZES = st.one_of(st.none(), st.integers(1, 5))


def first(inputs: Any, groups: Any = (), **rules: Any) -> dict[str, Any]:
    return next(values.tries(inputs, groups, rules))


@settings(deadline=None, max_examples=40)
@given(
    rank=st.integers(1, 3),
    rows=SIZES,
    inner=st.lists(SIZES, max_size=2),
    splits=st.sampled_from(["int32", "int64"]),
)
def test_row_splits_divide_exactly_the_values(
    rank: int, rows: int | None, inner: list[int | None], splits: str
) -> None:
    names = ["x", *(f"x_{depth}" for depth in range(1, 1 + rank))]
    outer = None if rows is None else rows + 1
    inputs: list[Any] = [("x", "float32", [None, *inner]), ("x_1", splits, [outer])]
    inputs += [(name, splits, [None]) for name in names[2:]]
    shape = [rows, *([None] * rank), *inner]
    for whole in (shape, None):
        group = {"kind": "ragged", "names": names, "shape": whole}
        for arrays in values.tries(inputs, [group]):
            assert values.fit(group, arrays)
            assert list(arrays) == names
            assert {str(arrays[name].dtype) for name in names[1:]} == {splits}
            assert rows is None or len(arrays["x_1"]) == rows + 1
            assert len(arrays["x"].shape) == 1 + len(inner)


@settings(deadline=None, max_examples=40)
@given(shape=st.lists(SIZES, min_size=1, max_size=4), known=st.booleans())
def test_indices_are_in_order_within_the_dense_shape(shape: list[Any], known: bool) -> None:
    rank = len(shape)
    inputs: Any = [
        ("x", "int64", [None, rank]),
        ("x_1", "float32", [None]),
        ("x_2", "int64", [rank]),
    ]
    group = {"kind": "sparse", "names": ["x", "x_1", "x_2"], "shape": shape if known else None}
    for arrays in values.tries(inputs, [group]):
        indices, dense = arrays["x"].tolist(), arrays["x_2"].tolist()
        assert values.fit(group, arrays)
        assert len(dense) == rank
        assert not known or all(one in (None, size) for one, size in zip(shape, dense, strict=True))
        assert indices == sorted(indices)
        assert len({tuple(one) for one in indices}) == len(indices) > 0


def test_sparse_input_may_be_wider_than_any_number_that_is_drawn() -> None:
    group = {"kind": "sparse", "names": ["x", "x_1", "x_2"], "shape": [None, 2**40, 2**40]}
    inputs = [("x", "int64", [None, 3]), ("x_1", "float32", [None]), ("x_2", "int64", [3])]
    assert values.fit(group, first(inputs, [group]))


@pytest.mark.parametrize("splits", [[3], [0, 3, 4], [0, 4, 3, 5], [1, 5], []], ids=str)
def test_rows_that_are_none_do_not_fit(splits: list[int]) -> None:
    group = {"kind": "ragged", "names": ["x", "x_1"]}
    assert not values.fit(group, {"x": np.zeros(5), "x_1": np.array(splits)})


def test_ragged_input_has_rows_of_several_lengths() -> None:
    inputs = [("x", "int32", [None]), ("x_1", "int64", [None])]
    arrays = first(inputs, [{"kind": "ragged", "names": ["x", "x_1"], "shape": [None, None]}])
    assert arrays["x_1"].tolist() == [0, 16, 24, 28]


def test_words_of_the_model_are_fed_together() -> None:
    arrays = first([("text", "string", [None])], texts=["red", "blue"], batch=2)
    assert arrays["text"].tolist() == [b"red", b"blue"]


def test_contents_and_numbers_are_those_of_their_input() -> None:
    rules = {"contents": {"a": [{"b64": "AAEC"}]}, "numbers": {"n": [42, 1138]}, "texts": ["word"]}
    inputs = [("a", "string", []), ("b", "string", []), ("n", "int64", [9]), ("m", "int64", [9])]
    arrays = first(inputs, **rules)
    assert (arrays["a"].item(), arrays["b"].item()) == (b"\0\1\2", b"word")
    assert set(arrays["n"].tolist()) == {42, 1138}
    assert set(arrays["m"].tolist()) == {0, 1}


def test_number_that_no_type_holds_is_not_fed() -> None:
    arrays = first([("n", "int32", [5])], numbers={"n": [2**40, 42, 10**30]})
    assert set(arrays["n"].tolist()) == {42}


def test_length_that_is_needed_is_tried_where_less_is_not_enough() -> None:
    row, picture = ("x", "float32", [None, None]), ("x", "float32", [None, None, None, 3])
    sizes = [one["x"].shape[1] for one in values.tries([row], rules={"lengths": [5000]})]
    assert sizes[:4] == [16, 64, 256, 5000]
    sizes = [one["x"].shape[1] for one in values.tries([picture], rules={"lengths": [100_000]})]
    assert sizes == [16, 64, 256, 16, 4, 1]


def test_type_that_nobody_can_make_is_named() -> None:
    with pytest.raises(values.CannotBeMade, match="the input x of type resource"):
        first([("x", "resource", [])])


@pytest.mark.parametrize(("kind", "most"), [("int32", 2**31 - 1), ("int64", 2**63 - 1)])
def test_numbers_that_a_type_cannot_hold_are_not_fed(kind: str, most: int) -> None:
    rules = {"numbers": {"n": [most + 1, most, -most - 2]}}
    assert set(first([("n", kind, [5])], **rules)["n"].tolist()) == {most}
    rules = {"numbers": {"n": [most + 1]}}
    assert set(first([("n", kind, [9])], **rules)["n"].tolist()) == {0, 1}


@pytest.mark.parametrize(
    ("shape", "longest"),
    [([None, None, 4], 16384), ([None, None], 16384), ([None, None, None, 3], 256), ([2, 8], 8)],
)
def test_sequence_is_tried_long_at_last_and_a_picture_never(
    shape: list[int | None], longest: int
) -> None:
    tried = [one["x"].shape for one in values.tries([("x", "float32", shape)])]
    assert max(size for dims in tried for size in dims) == longest
    assert tried[0][1] < 4096


def test_inputs_that_fill_the_memory_are_not_made() -> None:
    with pytest.raises(values.CannotBeMade, match="too large"):
        next(iter(values.tries([("x", "float32", [1, 100_000, 100_000])])))


def test_length_that_was_read_is_an_estimate() -> None:
    """A convolution before a crop takes its part, so that what the crop needs does not suffice."""
    inputs = [("x", "float32", [None, None, 4])]
    lengths = [one["x"].shape[1] for one in values.tries(inputs, (), {"lengths": [403]})]
    assert lengths[3:6] == [403, 403, 4096]
