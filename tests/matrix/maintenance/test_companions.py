"""Pairs of companions tried for real: what is noted of them."""

from __future__ import annotations

import pytest

from matrix.catalogue.companions import Fit
from matrix.errors import UsageError
from matrix.maintenance.companions import verify_pairs, with_fit, with_verified

_DATA = """\
[companion.a]
module = "a"
[companion.a.fits]
"2.1" = { version = "0.1", pythons = ["3.7"] }
"2.10" = { version = "1.0", verified = "3.9" }

[companion.b]
module = "b"
[companion.b.fits]
"2.1" = { version = "7" }
"""


@pytest.mark.parametrize(
    ("package", "minor", "python", "line"),
    [
        pytest.param(
            "a",
            (2, 1),
            "3.7",
            '"2.1" = { version = "0.1", pythons = ["3.7"], verified = "3.7" }',
            id="new",
        ),
        pytest.param(
            "a", (2, 10), "3.10", '"2.10" = { version = "1.0", verified = "3.10" }', id="again"
        ),
        pytest.param("a", (2, 10), "", '"2.10" = { version = "1.0" }', id="no-more"),
        pytest.param("b", (2, 1), "3.8", '"2.1" = { version = "7", verified = "3.8" }', id="other"),
    ],
)
def test_a_pair_that_was_tried_is_noted_in_its_line(
    package: str, minor: tuple[int, int], python: str, line: str
) -> None:
    before, after = _DATA.splitlines(), with_verified(_DATA, package, minor, python).splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [line]


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="qkreas is neither"):
        verify_pairs(["qkreas"], print)


@pytest.mark.parametrize(
    ("package", "fit", "line"),
    [
        pytest.param(
            "a",
            Fit(version="2.0", pythons=("3.9",), also=("tf-keras==2.22.*",)),
            '"2.11" = { version = "2.0", pythons = ["3.9"], also = ["tf-keras==2.22.*"] }',
            id="in-the-middle-of-the-file",
        ),
        pytest.param(
            "b",
            Fit(version="8", extras="tf"),
            '"2.11" = { version = "8", extras = "tf" }',
            id="at-its-end",
        ),
    ],
)
def test_new_pair_stands_at_the_end_of_its_package(package: str, fit: Fit, line: str) -> None:
    text = with_fit(_DATA, package, (2, 11), fit)
    added = [new for new in text.splitlines() if new not in _DATA.splitlines()]
    assert added == [line]
    (_, table) = text.split(f"[companion.{package}.fits]\n")
    assert table.split("\n\n")[0].rstrip("\n").endswith(line)
