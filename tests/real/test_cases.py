"""Small models that once got a wrong verdict, with real TensorFlow; they lie beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from matrix.model.inspection import Inspection, inspect_testable
from matrix.results.result import ModelResult
from reports.build.diagnose_check import make_diagnoser
from tests.conftest import SHARED
from tests.real.test_numerics import run

CASES = SHARED / "cases"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CASES.exists(), reason="there is no shared/cases beside the project"),
]


def expected(case: str) -> Any:
    return json.loads((CASES / case / "expect.json").read_text(encoding="utf-8"))


def test_adapted_layer_keeps_what_it_has_learnt(tmp_path: Path) -> None:
    case = "01-normalization-reset"
    model = CASES / case / "model.h5"
    result = run(model, tmp_path, "2.5.3", "2.6.5", loaders=("keras",))
    saver, forgetful = (cell.checks[0] for cell in result.cells)
    (call,) = saver.calls
    assert list(call.inputs[0].kept) == pytest.approx(expected(case)["input"][0])
    (output,) = expected(case)["expected_output"]
    assert list((call.outputs or ())[0].kept) == pytest.approx(output)
    assert [saver.verdict.word, forgetful.verdict.word] == ["runs", "differs"]


def test_parts_of_a_ragged_input_belong_together(tmp_path: Path) -> None:
    model = CASES / "14-ragged-inputs" / "model"
    loaders = ("saved_model", "session", "keras")
    cells = run(model, tmp_path, "2.15.1", "2.21.0", loaders=loaders).cells
    old, new = ({check.loader: check for check in cell.checks} for cell in cells)
    ran = [old[loader].verdict.word for loader in loaders]
    ran += [new[loader].verdict.word for loader in ("saved_model", "session")]
    assert ran == ["runs"] * 5
    inputs = {given.name: list(given.kept) for given in old["keras"].calls[0].inputs}
    assert inputs["tokens_1"] == [0, 16, 24, 28]


def test_functions_of_a_module_without_signatures_are_called(tmp_path: Path) -> None:
    model = CASES / "16-module-without-signatures" / "model"
    (cell,) = run(model, tmp_path, "2.15.1", loaders=("saved_model",)).cells
    check = next(one for one in cell.checks if one.loader == "saved_model")
    calls = {call.signature: call for call in check.calls}
    assert check.verdict.word == "runs"
    assert sorted(calls) == ["decode", "encode", "helper", "lookup"]
    # Its words are known: they stand in its vocabulary.
    assert list((calls["lookup"].outputs or ())[0].kept) == [0, 1, 2, -1]


# Their own tests say more of the others.
@pytest.mark.parametrize(
    ("case", "cells"),
    [
        pytest.param("02-labelmap-called-damaged", ("2.15.1",), id="label-map"),
        pytest.param("05-vocabulary-outside-archive", ("2.21.0",), id="vocabulary-outside"),
        pytest.param("07-tfp-typespec", ("2.15.1", "2.21.0"), id="type-of-a-package"),
        pytest.param("08-jax-stablehlo", ("2.15.1", "2.21.0"), id="stablehlo"),
        pytest.param("09-keras3-file-in-tf_keras", ("2.21.0+tf_keras",), id="keras-3-in-tf-keras"),
        pytest.param("10-kerashub-preset", ("2.15.1", "2.21.0+tf_keras"), id="preset"),
        pytest.param("11-lookup-savedmodel-2.7", ("2.15.1",), id="lookup"),
    ],
)
def test_verdicts_are_those_that_are_expected(
    case: str, cells: tuple[str, ...], tmp_path: Path
) -> None:
    (model,) = (CASES / case).glob("model*")
    wanted = expected(case)["cells"]
    loaders = tuple({loader for name in cells for loader in wanted[name]})
    result = run(model, tmp_path, *cells, loaders=loaders)
    seen = {one.cell.id: one for one in result.cells}
    for name in cells:
        best = {loader: seen[name].best(loader) for loader in wanted[name]}
        said = {loader: check and check.verdict.word for loader, check in best.items()}
        # What the file rules out is known before it fails.
        ruled_out = {loader for loader, word in said.items() if word == "not-applicable"}
        assert all(wanted[name][loader] == "fails" for loader in ruled_out)
        assert said | dict.fromkeys(ruled_out, "fails") == wanted[name]
    assert causes(model, result) <= {expected(case)["cause"]}


def causes(model: Path, result: ModelResult) -> set[str]:
    """What the report would say of every check that went wrong."""
    inspected = inspect_testable(model)
    if not isinstance(inspected, Inspection):
        return set()
    diagnoser = make_diagnoser(inspected.facts, inspected.findings, inspected.place, result)
    told = [diagnoser.diagnose_check(cell, check) for cell in result.cells for check in cell.checks]
    return {one.cause.value for one in told if one is not None}
