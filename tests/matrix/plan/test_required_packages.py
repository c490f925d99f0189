"""What a model asks for, and which cells it gets for it."""

from __future__ import annotations

from typing import Any

import pytest
from packaging.specifiers import SpecifierSet

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import catalogue
from matrix.model.facts import Format, ModelFacts
from matrix.model.identify import identify
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan
from matrix.plan.required_packages import needed
from matrix.plan.selection.cells import options_of_cell
from tests.builders import make_model, make_options
from tests.conftest import SHARED

CASES = SHARED / "cases"
ALL = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
TEXT = make_model(ops={"TokenizerFromLogits": 1, "MatMul": 3}, tensorflow="2.15.0")
ADDONS = make_model(Format.KERAS_H5, custom_objects=("Addons>GELU",), keras="2.8.0")
PLAIN = make_model()


def _plan(*models: ModelFacts, pythons: tuple[str, ...] = ALL, **options: Any) -> Plan:
    for name in ("tensorflow", "keras"):
        if name in options:
            options[name] = SpecifierSet(options[name])
    return make_plan(models, catalogue(), make_options(**options), pythons, "linux-x86_64")


def _ids(plan: Plan) -> list[str]:
    return [planned.cell.id for planned in plan.cells]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"ops": {"TokenizerFromLogits": 1}}, ["tensorflow-text"], id="op"),
        pytest.param(
            {"ops": {"SimpleMLInferenceOp": 1}}, ["tensorflow-decision-forests"], id="prefix"
        ),
        pytest.param({"custom_objects": ("Addons>GELU",)}, ["tensorflow-addons"], id="registered"),
        pytest.param({"custom_objects": ("qkeras.qlayers.QDense",)}, ["qkeras"], id="module"),
        pytest.param({"layers": {"KerasLayer": 1}}, ["tensorflow-hub"], id="class"),
        pytest.param(
            {"custom_objects": ("Custom>Cross",)}, ["tensorflow-recommenders"], id="no-package"
        ),
        pytest.param({"packages": ("keras_cv", "mine")}, ["keras-cv"], id="imported-from"),
        pytest.param(
            {"custom_objects": ("tfp.distributions.Independent_ACTTypeSpec",)},
            ["tensorflow-probability"],
            id="type",
        ),
        pytest.param(
            {"ops": {"FlexWhitespaceTokenizeWithOffsets": 1}}, ["tensorflow-text"], id="flex"
        ),
        pytest.param({"custom_objects": ("Custom>Mine",), "layers": {"Dense": 2}}, [], id="own"),
        pytest.param({"ops": {"MatMul": 1}}, [], id="tensorflow"),
    ],
)
def test_companions_are_seen_from_the_model(facts: dict[str, Any], expected: list[str]) -> None:
    assert list(needed(make_model(**facts))) == expected


@pytest.mark.skipif(not CASES.exists(), reason="there is no shared/cases beside the project")
def test_type_of_a_package_gets_its_cell() -> None:
    # Its Normal was registered by the program that saved it, so tensorflow-probability alone does
    # not load it either: what matters is that it is asked for, and no other TensorFlow.
    model = identify(CASES / "07-tfp-typespec" / "model")
    assert "tfp.distributions.Independent_ACTTypeSpec" in model.custom_objects
    plan = _plan(model, tensorflow="==2.15.*")
    assert _ids(plan) == ["2.15.1", "2.15.1+tensorflow_probability"]
    (need,) = plan.cells[0].needs
    assert (need.package, need.cell) == ("tensorflow-probability", "2.15.1+tensorflow_probability")


def test_needed_package_makes_a_second_cell_where_a_version_fits() -> None:
    plan = _plan(TEXT, tensorflow=">=2.15,<2.16")
    assert _ids(plan) == ["2.15.1", "2.15.1+tensorflow_text"]
    plain, beside = plan.cells
    assert plain.cell.plain
    assert beside.cell.requirements == ("tensorflow-text==2.15.0", "setuptools<82")
    assert {check.imports for check in beside.checks} == {("tensorflow_text",)}
    assert {check.imports for check in plain.checks} == {()}


def test_plain_cell_says_what_the_model_needs_and_which_cell_has_it() -> None:
    (need,) = _plan(TEXT, tensorflow=">=2.15,<2.16").cells[0].needs
    assert (need.package, need.because) == ("tensorflow-text", "the op TokenizerFromLogits")
    assert (need.requirement, need.cell) == ("tensorflow-text==2.15.0", "2.15.1+tensorflow_text")
    assert need.reason is None


def test_where_no_version_fits_the_plain_cell_says_so() -> None:
    plan = _plan(ADDONS, tensorflow=">=2.18,<2.19")
    assert _ids(plan) == ["2.18.1", "2.18.1+tf_keras"]
    (need,) = plan.cells[0].needs
    assert (need.requirement, need.cell) == (None, None)
    assert need.reason == "no version for TensorFlow 2.18"


def test_version_that_does_not_import_fits_nothing() -> None:
    plan = _plan(TEXT, tensorflow=">=2.19,<2.20")
    assert _ids(plan) == ["2.19.1", "2.19.1+tf_keras"]
    assert (plan.cells[0].needs[0].reason or "").startswith("no version that works with")


def test_no_wheels_for_the_asked_python_is_said() -> None:
    plan = _plan(TEXT, tensorflow=">=2.13,<2.14", pythons=ALL)
    assert plan.cells[1].cell.python == "3.10"
    asked = make_plan(
        [TEXT],
        catalogue(),
        make_options(tensorflow=SpecifierSet("==2.13.*"), pythons=("3.11",)),
        ALL,
        "linux-x86_64",
    )
    assert _ids(asked) == ["2.13.1+py3.11"]
    (need,) = asked.cells[0].needs
    assert need.reason == "no version for TensorFlow 2.13 on Python 3.11"


def test_models_share_the_plain_cell_and_keep_their_companions_apart() -> None:
    plan = _plan(TEXT, PLAIN, tensorflow=">=2.15,<2.16")
    assert {check.model for check in plan.cells[0].checks} == {0, 1}
    assert {check.model for check in plan.cells[1].checks} == {0}
    assert plan.cells[1].concerns(0)
    assert not plan.cells[1].concerns(1)


def test_a_package_of_the_caller_makes_one_more_cell_for_every_model() -> None:
    plan = _plan(PLAIN, TEXT, tensorflow=">=2.15,<2.16", companions=("qkeras", "mine>=2"))
    assert _ids(plan) == [
        "2.15.1",
        "2.15.1+tensorflow_text",
        "2.15.1+mine_2+qkeras",
        "2.15.1+mine_2+qkeras+tensorflow_text",
    ]


def test_a_package_of_the_caller_that_fits_nowhere_is_unavailable() -> None:
    plan = _plan(PLAIN, tensorflow=">=2.20,<2.21", companions=("tensorflow-addons",))
    assert plan.cell("2.20.0+tensorflow_addons").unavailable == (
        "tensorflow-addons: no version for TensorFlow 2.20."
    )


def test_tflite_gets_the_runtime_alone_on_the_newest_release() -> None:
    plan = _plan(make_model(Format.TFLITE), tensorflow=">=2.19")
    assert _ids(plan) == ["2.19.1", "2.20.0", "2.21.0", "2.21.0+ai_edge_litert"]
    assert [check.options for check in plan.cells[-1].checks] == [{"package": "ai_edge_litert"}]
    assert plan.cells[0].checks[0].options == {}


KERAS_3 = make_model(Format.KERAS_V3, keras="3.3.3")


def test_keras_that_wrote_the_model_gets_a_cell() -> None:
    plan = _plan(KERAS_3, tensorflow=">=2.15,<2.19")
    beside = [one.cell for one in plan.cells if one.cell.has("keras")]
    assert [cell.requirements for cell in beside] == [("keras==3.3.3",)]
    assert not beside[0].plain
    # 2.18 asks for Keras 3.5 or newer.
    assert beside[0].id == "2.17.1+keras3.3.3"


def test_keras_of_the_plain_cells_gets_none_of_its_own() -> None:
    newest = make_model(Format.KERAS_V3, keras=catalogue()[-1].keras)
    assert not [i for i in _ids(_plan(newest, tensorflow=">=2.16")) if "+keras" in i]


def test_keras_versions_may_be_chosen() -> None:
    cells = map(CellId.parse, _ids(_plan(KERAS_3, keras=">=3.4,<3.7")))
    assert sorted(cell.keras for cell in cells if cell.keras) == ["3.4.1", "3.5.0", "3.6.0"]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(make_model(Format.KERAS_V3, keras="2.15.0"), id="keras-2"),
        pytest.param(make_model(keras="3.3.3"), id="saved-model"),
    ],
)
def test_only_what_follows_keras_3_gets_a_cell_for_it(model: ModelFacts) -> None:
    assert not [i for i in _ids(_plan(model, tensorflow=">=2.15")) if "+keras" in i]


@pytest.mark.parametrize(
    "identity",
    [
        "2.15.1",
        "2.15.1+tensorflow_text",
        "2.15.1+qkeras",
        "2.18.1+tf_keras",
        "2.17.1+keras3.3.3",
        "2.15.1+py3.9",
        "2.21.0+py3.11+tf_keras",
    ],
)
def test_identifier_is_enough_to_plan_its_cell(identity: str) -> None:
    for model in (make_model(Format.KERAS_V3), TEXT, PLAIN):
        wanted = options_of_cell(identity, make_options())
        plan = make_plan([model], catalogue(), wanted, ALL, "linux-x86_64")
        if identity in _ids(plan):
            return
    raise AssertionError(identity)
