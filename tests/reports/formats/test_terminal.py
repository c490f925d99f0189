"""The table and the plan as plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.model.facts import Format
from matrix.results.result import ModelResult
from matrix.results.verdicts import Verdict
from reports.formats.plans.costs import cost_lines
from reports.formats.plans.plan_text import render_plan
from reports.formats.table import make_table
from reports.formats.terminal import render
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_hostile,
    make_model,
    make_model_report,
    make_plan,
    make_result,
    make_sample,
)
from tests.conftest import TESTS

GOLDEN = TESTS / "golden"


def _rendered(result: ModelResult, name: str = "m") -> str:
    return render(make_model_report(result, path=Path("/models", name)))


def test_whole_table_is_the_golden_one() -> None:
    expected = (GOLDEN / "table.txt").read_text(encoding="utf-8")
    assert _rendered(make_sample()) + "\n" == expected


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_renders(member: type[Verdict]) -> None:
    text = _rendered(make_result(make_cell_result(make_cell(), EXAMPLES[member])))
    assert text.count(member.word) >= 2


def test_hostile_text_cannot_reach_the_terminal_as_commands() -> None:
    text = _rendered(make_hostile())
    assert [line for line in text.split("\n") if not line.isprintable()] == []


def test_hostile_text_adds_no_lines_to_the_grid() -> None:
    result = make_hostile()
    grid = _rendered(result).split("\n\n")[1]
    assert len(grid.split("\n")) == 2 + len(result.cells)


def test_hostile_file_name_cannot_reach_the_terminal_as_commands() -> None:
    text = _rendered(make_sample(), name=HOSTILE)
    assert "\x1b" not in text


def test_notes_are_wrapped_and_indented() -> None:
    model = make_model_report(make_sample())
    table = make_table(model)
    text = render(model, width=40)
    notes = text.split("\n\n")[2].split("\n")
    assert len(notes) > len(table.notes)
    assert all(len(line) <= 40 for line in notes)
    assert sum(not line.startswith("    ") for line in notes) == len(table.notes)


def test_plan_is_the_golden_one() -> None:
    cells = [make_cell("2.15.1"), make_cell("2.16.2"), make_cell("2.16.2", tf_keras=True)]
    plan = make_plan(cells, make_model(tensorflow="2.15.0", keras="2.15.0"))
    pythons = {"3.11": Path("/opt/python3.11/bin/python")}
    costs = list(cost_lines(plan, ["2.15.1"]))
    text = render_plan(plan, ["2.15.1"], [*costs, "Note: a hint."], pythons)
    assert text + "\n" == (GOLDEN / "plan.txt").read_text(encoding="utf-8")


def test_plan_tells_why_a_cell_cannot_be_built() -> None:
    plan = make_plan([make_cell("2.15.1")], unavailable="TensorFlow 2.15.1 has no wheels for vax.")
    assert "has no wheels for vax" in render_plan(plan, [])


def test_plan_says_what_the_file_does_not_say() -> None:
    plan = make_plan([make_cell()], make_model(Format.KERAS_H5))
    assert "a Keras HDF5 file, writer unknown" in render_plan(plan, [])


def test_plan_shows_hostile_versions_as_text() -> None:
    plan = make_plan([make_cell()], make_model(keras=HOSTILE, tensorflow=HOSTILE))
    assert "\x1b" not in render_plan(plan, [])
