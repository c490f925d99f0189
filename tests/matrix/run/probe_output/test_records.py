"""What records say of several probes together."""

from __future__ import annotations

import pytest

from matrix.run.probe_output.records import NOT_ISOLATED, WALLS, IsolationRecord

WHOLE = IsolationRecord(means=("landlock", "seccomp"), observed=WALLS)
PARTLY = IsolationRecord(
    means=("seccomp",), observed=("network", "programs", "processes"), missing=("reads", "writes")
)


def test_walls_that_held_around_one_probe_only_are_missing() -> None:
    assert WHOLE.in_both(PARTLY) == PARTLY
    assert WHOLE.in_both(NOT_ISOLATED) == IsolationRecord(missing=WALLS)


@pytest.mark.parametrize("one", [WHOLE, PARTLY, NOT_ISOLATED])
def test_two_probes_alike_are_as_one(one: IsolationRecord) -> None:
    assert one.in_both(one) == one


def test_a_wall_that_nobody_wanted_is_not_missing() -> None:
    opened = IsolationRecord(means=("landlock",), observed=("reads", "writes"))
    assert opened.in_both(opened).missing == ()
