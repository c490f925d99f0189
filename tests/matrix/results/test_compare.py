"""Do two cells compute the same?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from matrix.options.tolerances import TOLERANCES, Numerics
from matrix.results.compare import Side, comparable, compare
from matrix.results.evidence import Difference
from matrix.run.probe_output.records import CallRecord, ErrorRecord, TensorRecord
from tests.builders import make_call, make_tensor


def difference(one: Any, other: Any, numerics: Numerics | None = None) -> Difference | None:
    found = compare(Side(calls=one), Side(calls=other), numerics)
    return found.worst if found else None


def _difference(one: Any, other: Any, **numerics: Any) -> Difference | None:
    return difference([make_call(one)], [make_call(other)], Numerics(**numerics))


def _large(
    digest: str, sample: list[Any], dtype: str = "float32", **statistics: Any
) -> TensorRecord:
    """A tensor of 5000 elements, of which the probe keeps a sample."""
    whole = {"finite": 5000, "minimum": 0.0, "maximum": 1.0, "mean": 0.5, "deviation": 0.25}
    return TensorRecord(
        name="out",
        dtype=dtype,
        shape=(5000,),
        digest=digest,
        sample=tuple(sample),
        statistics={**whole, **statistics},
    )


def test_equal_outputs_agree() -> None:
    assert _difference(make_tensor(1.0, 2.0), make_tensor(1.0, 2.0)) is None


@pytest.mark.parametrize("dtype", TOLERANCES)
def test_values_within_the_tolerance_of_their_type_agree(dtype: str) -> None:
    relative, absolute = TOLERANCES[dtype]
    one = make_tensor(100.0, 0.0, dtype=dtype)
    other = make_tensor(100.0 * (1 + 0.9 * relative), 0.9 * absolute, dtype=dtype)
    assert _difference(one, other) is None


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("size", [100.0, 0.0], ids=["relative", "absolute"])
def test_values_beyond_the_tolerance_of_their_type_differ(dtype: str, size: float) -> None:
    relative, absolute = TOLERANCES[dtype]
    off = 1.5 * max(size * relative, absolute)
    found = _difference(make_tensor(size, dtype=dtype), make_tensor(size + off, dtype=dtype))
    assert found is not None
    assert found.max_abs_diff == pytest.approx(off)


def test_finer_types_are_held_to_finer_tolerances() -> None:
    assert TOLERANCES["float64"] < TOLERANCES["float32"] < TOLERANCES["float16"]


@pytest.mark.parametrize(
    ("dtype", "one", "other"),
    [
        pytest.param("int32", 1000, 1001, id="int32"),
        pytest.param("int64", 2**53, 2**53 + 1, id="int64-beyond-float"),
        pytest.param("bool", True, False, id="bool"),
        pytest.param("uint8", 0, 255, id="uint8"),
    ],
)
def test_other_types_must_be_equal(dtype: str, one: Any, other: Any) -> None:
    assert _difference(make_tensor(one, dtype=dtype), make_tensor(other, dtype=dtype))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_values_json_has_not_agree_with_themselves(value: str) -> None:
    one, other = make_tensor(value, 1.0), make_tensor(value, 1.0 + 1e-7)
    assert one.digest != other.digest
    assert _difference(one, other) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("nan", 1.0, id="nan-and-number"),
        pytest.param(1.0, "nan", id="number-and-nan"),
        pytest.param("inf", "-inf", id="signs"),
        pytest.param("inf", 1e30, id="infinite-and-large"),
        pytest.param("nan", "inf", id="nan-and-infinite"),
    ],
)
def test_values_json_has_not_differ_from_others(one: Any, other: Any) -> None:
    found = _difference(make_tensor(one), make_tensor(other))
    assert found is not None
    assert found.max_abs_diff == math.inf


def test_largest_gap_is_told() -> None:
    found = _difference(make_tensor(1.0, 1.0, 1.0), make_tensor(1.1, 1.5, 1.0))
    assert found is not None
    assert found.output == "serve: out"
    assert found.max_abs_diff == pytest.approx(0.5)
    assert found.max_rel_diff == pytest.approx(1 / 3)
    assert found.explanation == "differs by up to 0.5 (relative 0.33) in 2 of 3 values"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"dtype": "float64"}, "has dtype float64 instead of float32", id="dtype"),
        pytest.param({"shape": (1, 2)}, "has shape [1, 2] instead of [2]", id="shape"),
        pytest.param(
            {"dtype": "int32", "digest": repr((0.0, 0.0))},
            "has dtype int32 instead of float32",
            id="dtype-with-the-same-bytes",
        ),
    ],
)
def test_type_and_shape_must_be_equal(change: dict[str, Any], said: str) -> None:
    one = make_tensor(0.0, 0.0)
    found = _difference(one, replace(one, **{"digest": "another", **change}))
    assert found is not None
    assert (found.max_abs_diff, found.explanation) == (None, said)


def test_strings_must_be_equal() -> None:
    found = _difference(make_tensor("cat", dtype="string"), make_tensor("dog", dtype="string"))
    assert found is not None
    assert found.explanation == "has 'dog' instead of 'cat'"


def test_strings_that_spell_numbers_stay_strings() -> None:
    assert _difference(make_tensor("nan", dtype="string"), make_tensor("inf", dtype="string"))


def test_large_outputs_agree_by_sample_and_statistics() -> None:
    assert _difference(_large("a", [0.5] * 256), _large("b", [0.50001] * 256)) is None


def test_large_outputs_differ_by_their_sample() -> None:
    assert _difference(_large("a", [0.5] * 256), _large("b", [0.5] * 255 + [0.9]))


@pytest.mark.parametrize(
    "statistics",
    [
        pytest.param({"mean": 0.6}, id="mean"),
        pytest.param({"maximum": 9.0}, id="maximum"),
        pytest.param({"minimum": -1.0}, id="minimum"),
        pytest.param({"finite": 4999}, id="one-value-became-nan"),
        pytest.param({"finite": 0, "minimum": None, "maximum": None}, id="nothing-finite"),
    ],
)
def test_large_outputs_differ_by_their_statistics(statistics: dict[str, Any]) -> None:
    assert _difference(_large("a", [0.5]), _large("b", [0.5], **statistics))


def test_large_whole_numbers_must_be_equal_beyond_their_sample() -> None:
    assert _difference(_large("a", [1], "int64"), _large("b", [1], "int64"))


def test_many_strings_must_be_equal_beyond_those_kept() -> None:
    one = make_tensor("same", dtype="string", shape=[2000], digest="a")
    assert _difference(one, replace(one, digest="b"))


def test_order_of_statistics_is_of_no_concern() -> None:
    one = _large("a", [0.5])
    turned = dict(reversed(list((one.statistics or {}).items())))
    assert _difference(one, replace(one, digest="b", statistics=turned)) is None


def test_order_of_outputs_is_of_no_concern() -> None:
    a, b = make_tensor(1.0, name="a"), make_tensor(2.0, name="b")
    assert difference([make_call(a, b)], [make_call(b, a)]) is None


def test_outputs_are_compared_by_name() -> None:
    a, b = make_tensor(1.0, name="a"), make_tensor(2.0, name="b")
    found = difference([make_call(a, b)], [make_call(a, replace(b, values=(7.0,), digest="x"))])
    assert found is not None
    assert found.output == "serve: b"


def test_single_output_is_the_same_one_under_any_name() -> None:
    one, other = make_tensor(1.0, name="dense"), make_tensor(2.0, name="output_0")
    assert difference([make_call(one)], [make_call(other)])


def test_output_that_is_missing_differs() -> None:
    a, b = make_tensor(1.0, name="a"), make_tensor(2.0, name="b")
    assert difference([make_call(a, b)], [make_call(a)])


def test_worst_of_several_differences_is_told() -> None:
    names = [make_tensor(1.0, name=name) for name in "abc"]
    off = [
        make_tensor(value, name=name) for name, value in zip("abc", (1.1, 9.0, 1.2), strict=True)
    ]
    found = difference([make_call(*names)], [make_call(*off)])
    assert found is not None
    assert found.output == "serve: b"


def test_difference_without_a_number_is_the_worst() -> None:
    a, b = make_tensor(1.0, name="a"), make_tensor("x", name="b", dtype="string")
    off = [make_tensor(99.0, name="a"), make_tensor("y", name="b", dtype="string")]
    found = difference([make_call(a, b)], [make_call(*off)])
    assert found is not None
    assert found.output == "serve: b"


def test_calls_with_other_inputs_are_not_compared() -> None:
    one = make_call(make_tensor(1.0), inputs=[make_tensor(0.0, name="x")])
    other = make_call(make_tensor(2.0), inputs=[make_tensor(0.5, name="x")])
    assert comparable([one], [other]) == []
    assert difference([one], [other]) is None


def test_order_of_inputs_is_of_no_concern() -> None:
    x, y = make_tensor(0.0, name="x"), make_tensor(1.0, name="y")
    one, other = make_call(inputs=[x, y]), make_call(inputs=[y, x])
    assert comparable([one], [other]) == [(one, other)]


def test_signatures_are_compared_by_name() -> None:
    one = [make_call(make_tensor(1.0), signature=name) for name in ("a", "b")]
    other = [make_call(make_tensor(2.0), signature=name) for name in ("b", "c")]
    assert [pair[0].signature for pair in comparable(one, other)] == ["b"]


def test_failed_calls_are_not_compared() -> None:
    failed = CallRecord(signature="serve", error=ErrorRecord(type="ValueError"))
    good = make_call(make_tensor(1.0))
    assert comparable([failed], [good]) == comparable([good], [failed]) == []


@pytest.mark.parametrize("unsteady", [0, 1], ids=["reference", "compared"])
def test_random_outputs_are_compared_with_none(unsteady: int) -> None:
    calls = [make_call(make_tensor(value), repeatable=True) for value in (1.0, 2.0)]
    assert difference([calls[0]], [calls[1]]) is not None
    calls[unsteady] = replace(calls[unsteady], repeatable=False)
    assert comparable([calls[0]], [calls[1]]) == []


def test_tolerances_of_the_caller_stand_in_for_those_of_the_type() -> None:
    one, other = make_tensor(1.0, 0.0), make_tensor(1.01, 0.0)
    assert _difference(one, other)
    assert _difference(one, other, rtol=0.1) is None
    assert _difference(one, other, atol=0.1) is None
    assert _difference(make_tensor(0.0), make_tensor(1e-6), atol=0.0)


@pytest.mark.parametrize(
    ("dtype", "one", "other", "allowed", "refused"),
    [
        pytest.param("int32", 100, 103, {"atol": 3.0}, {"atol": 2.0}, id="absolute"),
        pytest.param("int64", 100, 103, {"rtol": 0.03}, {"rtol": 0.02}, id="relative"),
        pytest.param("uint64", 2**64 - 2, 2**64 - 1, {"atol": 1.0}, {"atol": 0.0}, id="huge"),
        pytest.param("bool", True, False, {"atol": 1.0}, {"atol": 0.9}, id="truth"),
        pytest.param("int8", 100, 103, {"atol": 3.0}, {"atol": 2.0}, id="quantised"),
    ],
)
def test_tolerances_of_the_caller_hold_for_whole_numbers(
    dtype: str, one: Any, other: Any, allowed: Any, refused: Any
) -> None:
    pair = make_tensor(one, dtype=dtype), make_tensor(other, dtype=dtype)
    assert _difference(*pair, **allowed) is None
    assert _difference(*pair, **refused)


def test_texts_are_equal_whatever_is_tolerated() -> None:
    one, other = (make_tensor(text, dtype="string") for text in ("1", "2"))
    assert _difference(one, other, atol=9.0, rtol=9.0)


def test_large_whole_numbers_within_the_tolerance_of_the_caller_agree() -> None:
    one, other = (_large(digest, [n], "int32") for digest, n in (("a", 5), ("b", 6)))
    assert _difference(one, other)
    assert _difference(one, other, atol=1.0) is None


def test_how_far_apart_agreeing_outputs_are_is_told() -> None:
    one, other = make_call(make_tensor(2.0, 4.0)), make_call(make_tensor(2.0, 4.001))
    found = compare(Side(calls=[one]), Side(calls=[other]))
    assert found is not None
    assert found.worst is None
    assert (found.max_abs_diff, found.max_rel_diff) == pytest.approx((0.001, 0.00025), rel=1e-2)


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_large_outputs_that_were_stored_are_compared_element_by_element(dtype: str) -> None:
    ours = np.zeros(5000, dtype)
    ours[4321] = 3
    one, other = (replace(_large(digest, [0], dtype), stored=digest) for digest in "ab")
    read = {"a": np.zeros(5000, dtype), "b": ours}.get
    found = compare(
        Side(calls=[make_call(one)], read=read), Side(calls=[make_call(other)], read=read)
    )
    assert found is not None
    assert found.worst is not None
    assert found.worst.max_abs_diff == 3


def test_stored_output_that_cannot_be_read_is_compared_by_its_sample() -> None:
    one, other = (replace(_large(digest, [0.5]), stored=digest) for digest in "ab")
    assert _difference(one, other) is None
    assert _difference(one, replace(other, sample=(0.7,)))


def test_several_outputs_under_other_names_are_matched_by_order() -> None:
    one = make_call(make_tensor(1.0, name="dense"), make_tensor(2.0, 3.0, name="dense_1"))
    other = make_call(make_tensor(1.0, name="output_0"), make_tensor(2.0, 4.0, name="output_1"))
    found = difference([one], [other])
    assert found is not None
    assert found.output == "serve: dense_1"


def test_several_outputs_under_other_names_of_other_shapes_are_not_compared() -> None:
    one = make_call(make_tensor(1.0, name="a"), make_tensor(2.0, 3.0, name="b"))
    other = make_call(make_tensor(2.0, 3.0, name="c"), make_tensor(1.0, name="d"))
    assert comparable([one], [other]) == []


def test_inputs_under_other_names_are_matched_by_order() -> None:
    def call(*names: str, values: tuple[float, float] = (0.0, 1.0)) -> Any:
        inputs = [make_tensor(value, name=n) for n, value in zip(names, values, strict=True)]
        return make_call(make_tensor(1.0), inputs=inputs)

    assert comparable([call("a", "b")], [call("c", "d")])
    assert comparable([call("a", "b")], [call("c", "d", values=(1.0, 0.0))]) == []
