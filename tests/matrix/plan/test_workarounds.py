"""What is tried where a loader fails, and what of it becomes a verified remedy."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.catalogue.cell import Cell
from matrix.model.facts import Format, ModelFacts
from matrix.plan.check import Check
from matrix.plan.selection.checks import checks_for
from matrix.plan.snippet import ShownModel
from matrix.plan.workarounds.attempts import attempts_for
from matrix.results import verdicts
from matrix.results.conclude import conclude
from matrix.results.result import Attempted, CellResult, CheckResult
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.verified_remedies import tried
from tests.builders import (
    HOSTILE,
    make_cell,
    make_cell_result,
    make_check_result,
    make_model,
    make_outcome,
    make_plan,
    make_ran,
    make_result,
)
from tests.conftest import MakeCheck, Verified

_FAILS = verdicts.Fails(error=ErrorRecord(type="ValueError", message="no"))
_RUNS = verdicts.Runs()


def _attempts(model: ModelFacts, cell: Cell | None = None) -> list[Check]:
    cell = cell or make_cell("2.15.1")
    return list(attempts_for(model, cell, list(checks_for(0, model, cell))))


def _names(kind: Format, path: str, version: str = "2.15.1", **facts: object) -> list[str]:
    model = make_model(kind, path=Path(path), **facts)
    return [f"{one.workaround_for}: {one.variant}" for one in _attempts(model, make_cell(version))]


@pytest.mark.parametrize(
    ("path", "kind", "tried"),
    [
        pytest.param("/m/a.keras", Format.KERAS_H5, True, id="hdf5-behind-keras"),
        pytest.param("/m/a", Format.KERAS_H5, True, id="hdf5-without-a-suffix"),
        pytest.param("/m/a.hdf5", Format.KERAS_H5, False, id="hdf5-by-its-name"),
        pytest.param("/m/a.zip", Format.KERAS_V3, True, id="keras-behind-zip"),
        pytest.param("/m/a.keras", Format.KERAS_V3, False, id="keras-by-its-name"),
    ],
)
def test_misleading_names_are_tried_under_a_better_one(
    path: str, kind: Format, *, tried: bool
) -> None:
    assert any("a copy whose name" in name for name in _names(kind, path)) is tried


def test_keras_is_imported_first_where_that_registers_something() -> None:
    name = "saved_model: tf.keras imported first"
    assert name in _names(Format.SAVED_MODEL, "/m/a", "2.6.5")
    assert name not in _names(Format.SAVED_MODEL, "/m/a", "2.16.2")
    assert name not in _names(Format.SAVED_MODEL, "/m/a", "1.15.5")


def test_attempts_wait_for_every_variant_before_them() -> None:
    model = make_model(Format.KERAS_H5, path=Path("/m/a.keras"), custom_objects=("Odd",))
    first, second = _attempts(model)
    assert first.skip_if_loaded == "0:keras:compile=False"
    assert second.skip_if_loaded == first.id
    assert first.workaround_for == second.workaround_for == "keras"


@pytest.mark.parametrize("name", ["Odd", "my>Odd Layer", "class", "3D", "swish", HOSTILE, '"); x('])
def test_scripts_are_python_whatever_names_a_model_gives(name: str) -> None:
    model = make_model(Format.KERAS_H5, path=Path("/m", name), custom_objects=(name,))
    for attempt in _attempts(model):
        tree = ast.parse(attempt.options["script"])
        called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)
                  and isinstance(node.func, ast.Name)}  # fmt: skip
        assert called <= {"super"}


def test_script_runs_beside_the_model_under_its_name(
    verified: Verified, make_check: MakeCheck, tmp_path: Path
) -> None:
    (tmp_path / "loads").write_text("what is here", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "1").write_text("deep", encoding="utf-8")
    source = "model = open({!r}).read()\nassert model == {!r}, model\n"

    def check(path: str, name: str, text: str) -> Check:
        options = {"script": source.format(name, text), "name": name, "keras": False}
        return make_check(path, "script", options=options, variant=name)

    seen = verified(
        "obedient",
        check("loads", "a model", "what is here"),
        check("inner/1", "inner/1", "deep"),
        check("loads", "wrong", "something else"),
    )
    loaded = {name: record.loaded for name, record in seen.checks.items()}
    assert loaded == {
        "0:script:a model": True,
        "0:script:inner/1": True,
        "0:script:wrong": False,
    }
    assert (tmp_path / "loads").read_text(encoding="utf-8") == "what is here"


def test_script_must_leave_a_keras_model_where_that_is_meant(
    verified: Verified, make_check: MakeCheck, tmp_path: Path
) -> None:
    (tmp_path / "loads").touch()
    options = {"script": "model = {}\n", "name": "m", "keras": True}
    seen = verified("obedient", make_check("loads", "script", options=options))
    (record,) = seen.checks.values()
    assert record.error is not None
    assert record.error.type == "NotAKerasModel"


def test_attempt_is_left_out_where_the_loader_loads(
    verified: Verified, make_check: MakeCheck
) -> None:
    options = {"script": "model = 1\n", "name": "m", "keras": False}
    first = make_check("loads")
    second = make_check("loads", skip_if_loaded=first.id, variant="again")
    third = make_check("loads", "script", options=options, skip_if_loaded=second.id)
    assert list(verified("obedient", first, second, third).checks) == [first.id]


def test_attempts_count_for_no_verdict() -> None:
    cell = make_cell("2.15.1")
    model = make_model(Format.KERAS_H5, path=Path("/m/a.keras"))
    plan = make_plan([cell], model)
    attempt = next(attempts_for(model, cell, list(plan.cells[0].checks)))
    planned = replace(plan.cells[0], checks=(*plan.cells[0].checks, attempt))
    no = CheckRecord(error=ErrorRecord(type="OSError", message="no"))
    records = {one.id: no for one in plan.cells[0].checks} | {attempt.id: make_ran(1.0)}
    (result,) = conclude(replace(plan, cells=(planned,)), {cell.id: make_outcome(cell, records)})
    (found,) = result.cells
    assert found.verdict.word == "fails"
    assert {check.loader for check in found.checks} == {"keras"}
    assert [(one.loader, one.loaded) for one in found.attempts] == [("keras", True)]


def _failed(check: CheckResult, *cells: CellResult) -> FailedCheck:
    """A check of the first cell."""
    shown = ShownModel.of(make_model().to_dict())
    return FailedCheck(model=shown, result=make_result(*cells), cell=cells[0], check=check)


def _tried(*cells: CellResult, loader: str = "keras") -> list[tuple[str, str]]:
    check = next(one for one in cells[0].checks if one.loader == loader)
    found = tried(_failed(check, *cells))
    assert all(one.verified for one in found)
    return [(one.text, one.snippet.splitlines()[-1]) for one in found]


def test_other_loaders_of_the_cell_are_remedies_the_easiest_first() -> None:
    cell = make_cell_result(
        make_cell("2.16.2"),
        make_check_result(_FAILS, "keras"),
        make_check_result(_RUNS, "session"),
        make_check_result(_RUNS, "tfsm_layer"),
        make_check_result(_FAILS, "saved_model"),
    )
    assert _tried(cell) == [
        (
            "Load it with keras.layers.TFSMLayer (a layer, not a model).",
            'model = tf.keras.layers.TFSMLayer("m", call_endpoint="serving_default")',
        ),
        (
            "Load it with tf.compat.v1.saved_model.load in a session.",
            '    model = tf.compat.v1.saved_model.load(session, ["serve"], "m")',
        ),
    ]


def test_package_beside_the_release_is_a_remedy_that_its_cell_verified() -> None:
    plain = make_cell_result(make_cell("2.16.2"), make_check_result(_FAILS, "keras"))
    other = make_cell_result(make_cell("2.15.1"), make_check_result(_RUNS, "keras"))
    beside = make_cell_result(
        make_cell("2.16.2", tf_keras=True),
        make_check_result(_FAILS, "keras"),
        make_check_result(_RUNS, "tf_keras", "compile=False"),
    )
    ((text, code),) = _tried(plain, other, beside)
    assert text.startswith("Install tf-keras")
    assert text.endswith("(tested in 2.16.2+tf_keras).")
    assert code == 'model = tf_keras.models.load_model("m", compile=False)'


def test_package_without_which_the_same_call_loads_is_no_remedy() -> None:
    plain = make_cell_result(
        make_cell("2.16.2"),
        make_check_result(_FAILS, "keras"),
        make_check_result(_RUNS, "saved_model"),
    )
    beside = make_cell_result(
        make_cell("2.16.2", tf_keras=True),
        make_check_result(_FAILS, "keras"),
        make_check_result(_RUNS, "saved_model"),
    )
    assert [text for text, _ in _tried(plain, beside)] == ["Load it with tf.saved_model.load."]


def test_remedy_says_that_its_cell_has_another_python() -> None:
    plain = make_cell_result(make_cell("2.16.2"), make_check_result(_FAILS, "keras"))
    beside = make_cell_result(
        make_cell("2.16.2", tf_keras=True, python="3.10"), make_check_result(_RUNS, "tf_keras")
    )
    ((text, _),) = _tried(plain, beside)
    assert text.startswith("Use Python 3.10, install tf-keras")


def test_what_died_after_the_load_is_no_remedy() -> None:
    died = verdicts.Crashed(exit=ProcessExit(signal="SIGSEGV"), loaded=True)
    cell = make_cell_result(
        make_cell(), make_check_result(_FAILS, "keras"), make_check_result(died, "saved_model")
    )
    assert _tried(cell) == []


def test_script_that_loaded_comes_first_and_whole() -> None:
    script = 'import shutil\n\nshutil.copyfile("m", "m.h5")\nmodel = 1\n'
    cell = make_cell_result(make_cell(), make_check_result(_FAILS, "keras"))
    seen = Attempted(
        loader="keras", name="a copy whose name ends in .h5", script=script, loaded=True
    )
    other = replace(seen, name="another", loaded=False)
    found = tried(_failed(cell.checks[0], replace(cell, attempts=(seen, other))))
    assert [one.snippet for one in found] == [script]
