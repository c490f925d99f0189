"""Axes make cells beside the plain one, with variables and runtimes of their own."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from matrix.catalogue.cell import Cell
from matrix.catalogue.runtime import PYTHON, Runtime
from matrix.errors import LoadmatrixError
from matrix.plan.axes import RUNTIMES
from matrix.plan.axis import AxisCell
from matrix.plan.plan_json import plan_document, plan_from
from matrix.plan.selection.cells import CandidateCell, CellChoice
from matrix.plan.selection.checks import loaders_for
from tests.builders import make_cell, make_model, make_options, make_plan, make_release

JAX = {"KERAS_BACKEND": "jax"}
ELSEWHERE = Runtime(
    name="elsewhere",
    command=lambda _: ["run"],
    needs_tensorflow=False,
    loaders=frozenset({"session"}),
)


def axis_cell(*models: int, version: str = "2.21.0", label: str = "jax") -> AxisCell:
    release = make_release(version)
    return AxisCell(
        release=release,
        models=frozenset(models),
        pythons=release.pythons,
        label=label,
        variables=JAX,
    )


def candidates(*axes: AxisCell) -> dict[str, CandidateCell]:
    release = make_release("2.21.0")
    choice = CellChoice(
        models=[make_model(), make_model()],
        options=make_options(),
        pythons={},
        newest=release,
        axes=axes,
    )
    return {candidate.cell.id: candidate for candidate in choice.cells(release, frozenset({0, 1}))}


def test_cell_of_an_axis_stands_beside_the_plain_one() -> None:
    found = candidates(axis_cell(1))
    assert {"2.21.0", "2.21.0+jax"} <= set(found)
    assert found["2.21.0+jax"].models == {1}
    assert (found["2.21.0"].cell.variables, found["2.21.0+jax"].cell.variables) == ({}, JAX)
    assert not found["2.21.0+jax"].cell.plain


def test_models_that_ask_for_the_same_cell_share_it() -> None:
    assert candidates(axis_cell(0), axis_cell(1))["2.21.0+jax"].models == {0, 1}


def test_cell_of_another_release_is_left_to_that_release() -> None:
    assert "2.21.0+jax" not in candidates(axis_cell(0, version="2.16.2"))


def test_variables_alone_need_no_lock_of_their_own() -> None:
    cell = replace(make_cell("2.21.0"), label="jax", variables=JAX)
    assert cell.lock_name == make_cell("2.21.0").lock_name
    assert cell.plain_one == make_cell("2.21.0")


@pytest.mark.parametrize("own", [{"variables": JAX}, {"runtime": ELSEWHERE}])
def test_cell_that_its_identifier_does_not_tell_apart_is_refused(own: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="needs a label"):
        replace(make_cell("2.21.0"), **own)  # type: ignore[arg-type]


def test_other_runtime_has_the_loaders_it_names() -> None:
    cell = replace(make_cell("2.21.0"), label="elsewhere", runtime=ELSEWHERE)
    assert [loader.name for loader in loaders_for(make_model(), cell)] == ["session"]


def _again(cell: Cell) -> Cell:
    document = json.loads(json.dumps(plan_document(make_plan([cell]))))
    return plan_from(document, [cell.release]).cells[0].cell


def test_plan_keeps_variables_and_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RUNTIMES, ELSEWHERE.name, ELSEWHERE)
    cell = replace(make_cell("2.21.0"), label="jax", variables=JAX, runtime=ELSEWHERE)
    assert _again(cell) == cell
    assert _again(make_cell("2.21.0")).runtime == PYTHON


def test_runtime_that_is_not_known_is_named() -> None:
    cell = replace(make_cell("2.21.0"), label="elsewhere", runtime=ELSEWHERE)
    with pytest.raises(LoadmatrixError, match="uses the runtime elsewhere"):
        _again(cell)
