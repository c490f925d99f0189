"""How the objects of companions reach a loader: planned, handed over by the probe, and shown."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import asked_for, packages
from matrix.catalogue.registration import Handover
from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format, ModelFacts
from matrix.plan.check import Check
from matrix.plan.make_plan import make_plan
from matrix.plan.plan_json import plan_document, plan_from
from matrix.plan.selection.checks import checks_for, not_applicable
from matrix.plan.snippet import ShownCell, ShownModel
from matrix.plan.variant import HANDED, Variant
from matrix.results import verdicts
from matrix.results.check_verdict import verdict_on
from matrix.run.probe_output.events import CheckRecord
from reports.build.remedies.snippets import snippet
from tests.builders import make_cell, make_cell_result, make_model, make_options
from tests.conftest import MakeCheck, Verified

QUANTIZED = make_model(
    Format.KERAS_H5, layers={"QuantizeLayer": 1}, custom_objects=("QuantizeLayer",)
)
TOKENIZER = make_model(
    Format.TFLITE,
    ops={"TFText>WhitespaceTokenizeWithOffsetsV2": 1},
    custom_objects=("TFText>WhitespaceTokenizeWithOffsetsV2",),
)
ALL = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
COMPILED: Mapping[str, Any] = {"compile": True}


def beside(name: str, version: str) -> Cell:
    release = {str(one.version): one for one in catalogue()}[version]
    return Cell(release=release, python="3.11", companions=(asked_for(name, release),))


def given(model: ModelFacts, cell: Cell) -> dict[tuple[str, str | None], Handover]:
    return {(one.loader, one.variant.label): one.handover for one in checks_for(0, model, cell)}


def only(records: Mapping[str, CheckRecord]) -> CheckRecord:
    (record,) = records.values()
    return record


@pytest.mark.parametrize("package", packages().values(), ids=lambda one: one.name)
def test_what_a_package_hands_over_is_its_own(package: Any) -> None:
    names = (*package.scopes, *package.objects, *package.registerers, *package.touches)
    assert all(name.startswith(f"{package.module}.") for name in names)
    assert bool(package.registerers) == (package.registerers_from is not None)


def test_keras_is_given_what_no_import_registers() -> None:
    checks = given(QUANTIZED, beside("tensorflow-model-optimization", "2.12.1"))
    assert {name for name, _ in checks} == {"keras"}
    for handover in checks.values():
        assert handover.scopes[0].endswith("quantize_scope")
    hub = given(make_model(Format.KERAS_V3), beside("tensorflow-hub", "2.15.1"))
    assert {one.objects for one in hub.values()} == {("tensorflow_hub.KerasLayer",)}
    assert not any(given(QUANTIZED, make_cell("2.12.1")).values())


def test_saved_model_loads_without_its_classes_first() -> None:
    checks = given(make_model(Format.SAVED_MODEL), beside("qkeras", "2.10.1"))
    assert [v for loader, v in checks if loader == "keras"] == [
        "compile=True",
        "compile=False",
        HANDED.label,
    ]
    assert [key for key, handover in checks.items() if handover] == [("keras", HANDED.label)]


def test_package_that_puts_keras_2_in_the_place_of_keras_3() -> None:
    cell = beside("tensorflow-model-optimization", "2.17.1")
    loaders = {one.loader for one in checks_for(0, make_model(Format.SAVED_MODEL), cell)}
    assert {"keras", "tf_keras"} <= loaders
    assert "Keras 2" in not_applicable(make_model(Format.SAVED_MODEL), cell)["tfsm_layer"]
    assert cell.id == "2.17.1+tensorflow_model_optimization"


@pytest.mark.parametrize("name", ["tensorflow-hub", "tensorflow-probability"])
def test_package_made_for_tf_keras_brings_its_loader(name: str) -> None:
    checks = given(make_model(Format.KERAS_H5), beside(name, "2.21.0"))
    assert {loader for loader, _ in checks} == {"keras", "tf_keras"}
    assert all(checks.values())


@pytest.mark.parametrize(
    ("version", "model", "names"),
    [
        pytest.param("2.15.1", TOKENIZER, 1, id="custom-op"),
        pytest.param("2.6.5", TOKENIZER, 0, id="before-there-were-any"),
        pytest.param("2.15.1", make_model(Format.TFLITE, ops={"FlexX": 1}), 0, id="flex"),
    ],
)
def test_interpreter_is_given_the_ops_of_a_model_that_has_them(
    version: str, model: ModelFacts, names: int
) -> None:
    (handover,) = given(model, beside("tensorflow-text", version)).values()
    assert len(handover.registerers) == names


def test_plan_keeps_what_is_handed_over() -> None:
    releases = [one for one in catalogue() if str(one.version) == "2.12.1"]
    plan = make_plan([QUANTIZED], releases, make_options(), ALL, "linux-x86_64")
    again = plan_from(plan_document(plan), releases)
    assert [one.handover for one in again.cells[1].checks] == [
        one.handover for one in plan.cells[1].checks
    ]
    assert again.cells[1].cell.handover == plan.cells[1].cell.handover
    assert any(one.handover for one in again.cells[1].checks)


# --- the probe ---------------------------------------------------------------------------------


def handed(make_check: MakeCheck, name: str, loader: str, **kinds: tuple[str, ...]) -> Check:
    return make_check(name, loader, imports=("fake_companion",), handover=Handover(**kinds))


def test_model_loads_within_the_scope_of_its_package(
    verified: Verified, make_check: MakeCheck
) -> None:
    bare = make_check("needs_a_scope", "keras", imports=("fake_companion",))
    assert not only(verified("obedient", bare).checks).loaded
    given = handed(make_check, "needs_a_scope", "keras", scopes=("fake_companion.scope",))
    assert only(verified("obedient", given).checks).loaded


@pytest.mark.parametrize("name", ["fake_companion.Odd", "fake_companion.*"])
def test_keras_gets_a_class_or_all_of_a_module(
    verified: Verified, make_check: MakeCheck, name: str, tmp_path: Path
) -> None:
    check = handed(make_check, "needs_custom_objects", "keras", objects=(name,))
    assert only(verified("obedient", check).checks).loaded
    log = (tmp_path / "probe" / "all" / "log-0.txt").read_text(encoding="utf-8")
    assert " Odd" in log


def test_package_that_is_lazy_is_looked_at_before_any_loader(
    verified: Verified, make_check: MakeCheck
) -> None:
    cell = beside("tensorflow-io", "2.15.1")
    assert all(one.touches for one in given(make_model(Format.SAVED_MODEL), cell).values())
    good = handed(make_check, "loads", "saved_model", touches=("fake_companion.LOADED_LATE",))
    bad = handed(make_check, "loads", "session", touches=("fake_companion.NEVER",))
    loaded = [one.loaded for one in verified("obedient", good, bad).checks.values()]
    assert loaded == [True, False]
    text = shown(cell, "saved_model", None, make_model())
    assert "\nfrom tensorflow_io.python.ops import core_ops\n" in text
    assert "\ncore_ops._IS_TENSORFLOW_PLUGIN  # makes" in text


@pytest.mark.parametrize(
    "names",
    [
        pytest.param({"scopes": ("fake_companion.broken_scope",)}, id="raises"),
        pytest.param({"objects": ("fake_companion.Absent",)}, id="absent"),
        pytest.param({"registerers": ("fake_companion.absent.LIST",)}, id="no-module"),
    ],
)
def test_handover_that_fails_is_broken_and_never_the_model(
    verified: Verified, make_check: MakeCheck, names: dict[str, tuple[str, ...]]
) -> None:
    record = only(verified("obedient", handed(make_check, "loads", "keras", **names)).checks)
    verdict = verdict_on(record, make_cell("2.15.1"))
    assert isinstance(verdict, verdicts.Broken)
    (name,) = next(iter(names.values()))
    assert verdict.reason.startswith(f"{name} cannot be passed to the loader: ")


# --- what a reader copies ----------------------------------------------------------------------


def shown(cell: Cell, loader: str, variant: str | None, model: ModelFacts) -> str:
    place = ShownCell(
        tensorflow=str(cell.release.version), imports=cell.imports, handover=cell.handover
    )
    text = snippet(loader, Variant.parse(variant), ShownModel.of(model.to_dict()), place)
    ast.parse(text)
    return text


def test_snippet_loads_within_the_scopes() -> None:
    text = shown(
        beside("tensorflow-model-optimization", "2.12.1"), "keras", "compile=True", QUANTIZED
    )
    assert "import tensorflow_model_optimization\n" in text
    assert "with tensorflow_model_optimization.quantization.keras.quantize_scope(), \\\n" in text
    assert text.splitlines()[-1] == '    model = tf.keras.models.load_model("m")'


@pytest.mark.parametrize(
    ("package", "argument"),
    [
        ("tensorflow-hub", 'custom_objects={"KerasLayer": tensorflow_hub.KerasLayer}'),
        ("qkeras", "custom_objects=vars(qkeras)"),
    ],
)
def test_snippet_names_the_objects(package: str, argument: str) -> None:
    text = shown(beside(package, "2.15.1"), "keras", "compile=False", QUANTIZED)
    assert text.endswith(f'load_model("m", compile=False, {argument})')
    saved = shown(beside(package, "2.15.1"), "keras", "compile=False", make_model())
    assert "custom_objects" not in saved
    assert argument in shown(beside(package, "2.15.1"), "keras", HANDED.label, make_model())


def test_snippet_gives_the_ops_to_the_interpreter() -> None:
    text = shown(beside("tensorflow-text", "2.15.1"), "tflite", None, TOKENIZER)
    assert "custom_op_registerers=tensorflow_text.tflite_registrar.SELECT_TFTEXT_OPS" in text


def test_future_kind_of_handover_is_passed_over() -> None:
    assert Handover.from_dict({"objects": ["a.B"], "tables": ["a.C"]}) == Handover(objects=("a.B",))


def test_keras_of_a_cell_is_the_one_behind_tf_keras() -> None:
    cell = beside("tensorflow-model-optimization", "2.17.1")
    installed = {"keras": "3.15.1", "tf-keras": "2.17.0"}
    result = make_cell_result(cell, verdicts.Runs(), packages=installed)
    assert result.keras == "2.17.0"
