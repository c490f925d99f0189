"""One refresh: every step runs, says what it did, and does not keep the others from running."""

from __future__ import annotations

import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.maintenance.steps import STEPS, Request, Say, refresh


def _good(_: Request, say: Say) -> list[str]:
    """The good part."""
    say("good: 1 added")
    return []


def _refusing(_request: Request, _say: Say) -> list[str]:
    return ["2.99.0"]


def _failing(_request: Request, _say: Say) -> list[str]:
    raise LoadmatrixError("The index cannot be reached.")


def _surprised(_request: Request, _say: Say) -> list[str]:
    raise KeyError("versions")


_ALL = {"failing": _failing, "refusing": _refusing, "surprised": _surprised, "good": _good}


def test_a_step_that_fails_says_so_and_the_others_go_on() -> None:
    said: list[str] = []
    failures = refresh(Request(pip=["pip"]), said.append, _ALL)
    assert failures == [
        "failing: The index cannot be reached.",
        "refusing: 2.99.0",
        "surprised: KeyError: 'versions'",
    ]
    assert "good: 1 added" in said
    assert [line for line in said if line.endswith(("FAILED", "done"))] == [
        "step failing: FAILED",
        "step refusing: FAILED",
        "step surprised: FAILED",
        "step good: done",
    ]


def test_only_the_steps_asked_for_run() -> None:
    said: list[str] = []
    assert refresh(Request(pip=["pip"], only=["good"]), said.append, _ALL) == []
    assert said == ["step good: The good part.", "good: 1 added", "step good: done"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param(Request(pip=[], only=["vocabulary"]), "Unknown step vocabulary", id="step"),
        pytest.param(Request(pip=[], names=["qkreas"]), "qkreas is neither", id="name"),
        pytest.param(Request(pip=[], names=["2.15.1"]), "2.15.1 is neither", id="patch"),
    ],
)
def test_what_nobody_knows_is_refused_before_anything_runs(request_: Request, message: str) -> None:
    said: list[str] = []
    with pytest.raises(UsageError, match=message):
        refresh(request_, said.append)
    assert said == []


def test_every_part_of_the_catalogue_has_a_step_that_says_what_it_is() -> None:
    assert list(STEPS) == [
        *("releases", "keras", "companions", "api-history", "op-details"),
        *("keras-configs", "messages"),
    ]
    assert all(step.__doc__ for step in STEPS.values())


def test_details_of_ops_of_the_same_releases_are_left_alone() -> None:
    said: list[str] = []
    assert STEPS["op-details"](Request(pip=[], names=[], only=[]), said.append) == []
    assert said == ["details of ops: unchanged, the releases are the same"]


def test_api_history_of_the_same_releases_is_left_alone() -> None:
    said: list[str] = []
    request = Request(pip=[], names=[], only=[])
    assert STEPS["api-history"](request, said.append) == []
    assert said == ["ops and classes: unchanged, the releases and their Keras are the same"]
