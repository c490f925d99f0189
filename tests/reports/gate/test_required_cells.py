"""The cells that a fast run has to test because a requirement asks about them."""

from __future__ import annotations

from datetime import date

import pytest

from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format
from reports.gate.required_cells import not_to_be_met, required_cells, versions_of
from reports.gate.requirements import Gate, read_requirement
from tests.builders import make_cell, make_model, make_plan

PLAN = make_plan(
    [
        make_cell("2.15.1"),
        make_cell("2.16.2"),
        make_cell("2.16.2", tf_keras=True),
        make_cell("2.17.1"),
        make_cell("2.17.1", tf_keras=True),
    ],
    make_model(Format.KERAS_H5),
)


def required(*texts: str) -> set[str]:
    requirements = tuple(read_requirement(text, catalogue()) for text in texts)
    return set(required_cells(PLAN, Gate(today=date(2026, 1, 2), requirements=requirements)))


@pytest.mark.parametrize(
    ("texts", "cells"),
    [
        pytest.param([], set(), id="nothing is required"),
        pytest.param(["tensorflow>=2.16"], {"2.16.2", "2.17.1"}, id="plain cells"),
        pytest.param(["keras:tensorflow<2.17"], {"2.15.1", "2.16.2"}, id="a loader they have"),
        pytest.param(
            ["tf_keras:tensorflow>=2.15"],
            {"2.16.2+tf_keras", "2.17.1+tf_keras"},
            id="a loader of other cells",
        ),
        pytest.param(
            ["keras:tensorflow+tf_keras==2.16.*"], {"2.16.2+tf_keras"}, id="what stands beside"
        ),
        pytest.param(
            ["tensorflow==2.15.*", "tensorflow==2.17.*"], {"2.15.1", "2.17.1"}, id="two of them"
        ),
        pytest.param(["session:tensorflow>=2.15"], set(), id="a loader that reads no such model"),
    ],
)
def test_required_cells(texts: list[str], cells: set[str]) -> None:
    assert required(*texts) == cells


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("tensorflow>=2.15,<2.18", "", id="all-tested"),
        pytest.param("tensorflow>=2.13,<2.18", "2.13 - 2.14 are not tested", id="wider"),
        pytest.param("keras:tensorflow>=2.17,<2.19", "2.18.1 is not tested", id="one"),
        # An older patch that was asked for is stood for by the newest one.
        pytest.param("tensorflow==2.16.1", "", id="patch"),
    ],
)
def test_promise_of_releases_that_are_not_tested_is_told_first(text: str, left: str) -> None:
    gate = Gate(today=date(2026, 1, 2), requirements=(read_requirement(text, catalogue()),))
    said = list(not_to_be_met(gate, versions_of(PLAN)))
    assert len(said) == bool(left)
    assert all(f"{text} is required and cannot be met: {left}" in one for one in said)
