"""Variants print themselves, and a label that was printed is read back as the same variant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrix.plan.variant import ONLY, UNCOMPILED, Variant

NAMES = st.text().filter(lambda name: "=" not in name)
VALUES = st.lists(st.text(min_size=1)).map(tuple)


@pytest.mark.parametrize(
    ("variant", "label"),
    [
        pytest.param(ONLY, None, id="only"),
        pytest.param(UNCOMPILED, "compile=False", id="argument"),
        pytest.param(Variant("json+weights"), "json+weights", id="manner"),
        pytest.param(Variant("tags", ("serve", "gpu")), "tags=serve,gpu", id="several"),
        pytest.param(Variant("tags", ("a,b", "\\")), "tags=a\\,b,\\\\", id="commas"),
        pytest.param(Variant("tags", ()), "tags=", id="empty"),
    ],
)
def test_label_is_what_a_reader_writes(variant: Variant, label: str | None) -> None:
    assert variant.label == label
    assert Variant.parse(label) == variant


@given(name=NAMES, values=st.none() | VALUES)
def test_printed_variant_is_read_back(name: str, values: tuple[str, ...] | None) -> None:
    variant = Variant(name, values)
    assert Variant.parse(variant.label) == variant


def test_options_of_the_probe_do_not_tell_variants_apart() -> None:
    assert UNCOMPILED.given(compile=False) == UNCOMPILED
    assert hash(UNCOMPILED.given(compile=False)) == hash(UNCOMPILED)
