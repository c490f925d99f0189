"""The caller's own Python: found, imported in the check, handed to Keras."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import UsageError
from matrix.model.facts import Format
from matrix.options.custom_objects import doubt, named_objects
from matrix.plan.check import Check, is_redundant
from matrix.plan.make_plan import make_plan
from matrix.plan.plan_json import plan_document, plan_from
from matrix.plan.selection.checks import checks_for
from matrix.plan.variant import UNSAFE
from matrix.run.probe_output.events import CheckRecord
from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom
from reports.report.cause import Cause
from tests.builders import make_cell, make_model, make_options, make_release
from tests.conftest import MakeCheck, Verified

LAYERS = """
import tensorflow as tf
class Odd(tf.keras.layers.Layer): pass
class _Hidden(tf.keras.layers.Layer): pass
def shout(x): return x
"""
CUSTOM: Any = importlib.import_module("probe.custom")
COMPILED: Mapping[str, Any] = {"compile": True}


def layers(folder: Path, text: str = LAYERS) -> str:
    path = folder / "layers.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def only(records: Mapping[str, CheckRecord]) -> CheckRecord:
    (record,) = records.values()
    return record


@pytest.mark.parametrize("text", ["absent.py", "no module", "folder/absent"])
def test_missing_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        named_objects(text, tmp_path)


def test_file_that_is_no_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "layers.txt").touch()
    with pytest.raises(UsageError, match=r"must end in \.py"):
        named_objects("layers.txt", tmp_path)


def test_module_beside_the_caller_is_its_file(tmp_path: Path) -> None:
    layers(tmp_path)
    found = named_objects("layers", tmp_path)
    assert (found.source, len(found.sha256 or "")) == (str(tmp_path / "layers.py"), 64)


@pytest.mark.parametrize(
    ("file", "module"),
    [("layers.py", "layers"), ("parts/__init__.py", "parts"), ("my-layers.py", "")],
)
def test_snippets_import_the_module_of_a_file(tmp_path: Path, file: str, module: str) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(LAYERS)
    assert named_objects(file, tmp_path).module == module


def test_snippets_import_a_module_of_a_package_by_its_whole_name(tmp_path: Path) -> None:
    (tmp_path / "mine" / "parts").mkdir(parents=True)
    for folder in ("mine", "mine/parts"):
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "mine" / "parts" / "layers.py").write_text("from . import other")
    for text in ("mine.parts.layers", "mine/parts/layers.py"):
        found = named_objects(text, tmp_path)
        assert (found.module, found.handed) == ("mine.parts.layers", "mine.parts.layers.*")
        assert found.needed == "the folder mine"


def test_module_elsewhere_is_left_to_the_cells(tmp_path: Path) -> None:
    assert named_objects("mylayers.more", tmp_path).source == "mylayers.more"


def test_keras_gets_what_is_public_under_its_names(
    verified: Verified, make_check: MakeCheck, tmp_path: Path
) -> None:
    check = make_check("needs_custom_objects", "keras", options=COMPILED)
    assert not only(verified("obedient", check).checks).loaded
    given = make_check(
        "needs_custom_objects", "keras", options=COMPILED, custom_objects=layers(tmp_path)
    )
    assert only(verified("obedient", given).checks).loaded
    log = (tmp_path / "probe" / "all" / "log-0.txt").read_text(encoding="utf-8")
    assert "given Odd Custom>Odd shout Custom>shout" in log


@pytest.mark.parametrize("text", ["import absent_package", "def broken(:", "1 / 0"])
def test_file_that_does_not_import_is_no_failure_of_a_model_that_loads_without_it(
    verified: Verified, make_check: MakeCheck, tmp_path: Path, text: str
) -> None:
    source = layers(tmp_path, f"{text}\n{LAYERS}")
    names = ("loads", "needs_custom_objects", "raises")
    checks = [
        make_check(name, "keras", options=COMPILED, custom_objects=source, model=number)
        for number, name in enumerate(names)
    ]
    loads, needs, raises = verified("obedient", *checks).checks.values()
    assert (loads.loaded, loads.without_objects) == (True, True)
    assert needs.error is not None
    assert (needs.loaded, needs.error.type) == (False, "CustomObjectsError")
    assert "layers.py" in needs.error.message
    assert needs.error.chain
    assert raises.error is not None
    assert raises.error.message == "the fake refuses this model"


@pytest.mark.parametrize(
    ("message", "missed"),
    [
        ("Unknown layer: 'Odd'. Please ensure", True),
        ("Unknown loss function: shout", True),
        ("config={'class_name': 'Odd'}.\n\nException: Could not locate class 'Odd'.", True),
        ("deserialize class 'Odd' because its parent module layers cannot be imported", True),
        ("parent module keras.src.models cannot be imported. Config: {'class_name': 'Odd'}", False),
        ("Unrecognized keyword arguments: ['batch_shape'] {'class_name': 'Odd'}", False),
    ],
)
def test_file_is_missed_where_the_error_names_what_it_defines(
    tmp_path: Path, message: str, missed: bool
) -> None:
    assert CUSTOM.is_missed(layers(tmp_path), ValueError(message)) is missed


def test_such_a_file_is_told_from_the_model() -> None:
    message = "layers.py does not import here: ImportError: cannot import name 'get_shape'"
    found = diagnose(Symptom(kind="CustomObjectsError", message=message, tf_loaded="2.15.1"))
    assert found.subject == "layers.py"
    assert "cannot be imported with TensorFlow 2.15.1" in found.explanation


@pytest.mark.parametrize("given", ["", "layers.py"])
def test_file_that_was_given_is_not_advised_again(given: str) -> None:
    message = (
        "Unknown layer: 'Odd'. Please ensure you are using a `keras.utils.custom_object_scope`"
    )
    symptom = Symptom(kind="ValueError", message=message, custom_objects=("Odd",), given=given)
    found = diagnose(symptom)
    assert found.cause is Cause.MISSING_CUSTOM_OBJECT
    assert any("custom_objects=" in one.snippet for one in found.remedies) is not bool(given)
    assert ("layers.py" in found.explanation) is bool(given)


def test_keras_is_told_to_trust_where_asked(verified: Verified, make_check: MakeCheck) -> None:
    safe = make_check("needs_trust", "keras", options=COMPILED)
    trusting = make_check(
        "needs_trust", "keras", options={"compile": False, "safe_mode": False}, variant=str(UNSAFE)
    )
    loaded = [one.loaded for one in verified("obedient", safe, trusting).checks.values()]
    assert loaded == [False, True]


@pytest.mark.parametrize(
    ("kind", "version", "tried"),
    [
        pytest.param(Format.KERAS_V3, "2.12.1", True, id="zip"),
        pytest.param(Format.KERAS_H5, "2.15.1", False, id="h5-unasked"),
        pytest.param(Format.KERAS_H5, "2.16.2", True, id="h5-keras-3"),
        pytest.param(Format.KERAS_JSON, "2.11.1", False, id="json-before"),
        pytest.param(Format.KERAS_JSON, "2.12.1", True, id="json"),
        pytest.param(Format.SAVED_MODEL, "2.15.1", False, id="saved-model"),
    ],
)
@pytest.mark.parametrize("lambdas", [("lambda_1",), ()], ids=["lambda", "something-else"])
def test_what_safe_mode_refuses_is_tried_without_it_where_there_is_one(
    kind: Format, version: str, lambdas: tuple[str, ...], *, tried: bool
) -> None:
    model, cell = make_model(kind, lambdas=lambdas), make_cell(version)
    usual = {check.variant for check in checks_for(0, model, cell)}
    allowed = {check.variant for check in checks_for(0, model, cell, allow_lambda=True)}
    assert allowed - usual == ({UNSAFE} if tried else set())


def test_check_is_superfluous_where_any_before_it_loaded() -> None:
    model = make_model(Format.KERAS_V3, lambdas=("lambda_1",))
    checks = list(checks_for(0, model, make_cell(), allow_lambda=True))
    by_id: dict[str, Check] = {check.id: check for check in checks}
    first, second, third = checks
    assert is_redundant(third, by_id, {first.id})
    assert is_redundant(third, by_id, {second.id})
    assert not is_redundant(third, by_id, {third.id})


def test_refused_lambda_is_named() -> None:
    message = "Requested the deserialization of a `Lambda` layer whose `function` is a lambda"
    found = diagnose(Symptom(kind="ValueError", message=message, lambdas=("scale", "shift")))
    assert (found.cause, found.subject) == (Cause.UNSAFE_LAMBDA_BLOCKED, "scale, shift")


def test_plan_keeps_what_it_was_made_with(tmp_path: Path) -> None:
    custom = named_objects(layers(tmp_path), tmp_path)
    options = make_options(custom_objects=custom, allow_lambda=True, remedies=False)
    releases = [make_release()]
    models = [make_model(Format.KERAS_H5)]
    plan = make_plan(models, releases, options, ("3.11",), "linux-x86_64")
    again = plan_from(plan_document(plan), releases)
    assert (again.custom_objects, again.allow_lambda) == (custom, True)
    assert {check.custom_objects for check in again.cells[0].checks} == {custom.source}


@pytest.mark.parametrize(
    ("name", "packages", "said"),
    [
        pytest.param("layers", (), "", id="file"),
        pytest.param("layer", ("my-layers==1",), "", id="package"),
        pytest.param("layer", (), "with --with. Did you mean layers.py?", id="misspelled"),
        pytest.param("other.things", (), "with --with.", id="nowhere"),
    ],
)
def test_module_that_nothing_brings_is_doubted_before_the_run(
    name: str, packages: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    layers(tmp_path)
    found = doubt(named_objects(name, tmp_path), packages, tmp_path)
    assert found.endswith(said)
    assert bool(found) is bool(said)
