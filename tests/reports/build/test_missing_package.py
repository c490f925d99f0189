"""A failure for want of a package: the package is named, with what it hands over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matrix.plan.required_packages import MissingPackage
from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.report.cause import Cause, Diagnosis
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_report,
    make_result,
)

_UNKNOWN = verdicts.Fails(
    error=ErrorRecord(type="ValueError", message="Unknown layer: 'KerasLayer'.")
)
_TYPE = verdicts.Fails(
    error=ErrorRecord(
        type="ValueError",
        message="The type 'tfp.distributions.Independent_ACTTypeSpec' has not been registered.",
    )
)


def _plain(verdict: Verdict, package: str, because: str) -> CellResult:
    module = package.replace("-", "_")
    need = MissingPackage(
        model=0,
        package=package,
        module=module,
        because=because,
        asked_by=because.rpartition(" ")[2],
        requirement=f"{package}==1",
        cell=f"2.15.1+{module}",
    )
    loader = "saved_model" if verdict is _TYPE else "keras"
    return replace(
        make_cell_result(make_cell("2.15.1"), make_check_result(verdict, loader)), needs=(need,)
    )


def _beside(verdict: Verdict, package: str) -> CellResult:
    cell = make_cell("2.15.1", make_companion(package, "1"))
    return make_cell_result(cell, make_check_result(verdict, "keras"))


def _diagnosis(*cells: CellResult) -> Diagnosis:
    found = make_report(make_result(*cells)).models[0].cells[0].checks[0].diagnosis
    assert found is not None
    return found


def test_package_is_named_with_what_it_hands_over() -> None:
    found = _diagnosis(_plain(_UNKNOWN, "tensorflow-hub", "the object KerasLayer"))
    assert (found.cause, found.subject) == (Cause.MISSING_CUSTOM_OBJECT, "tensorflow-hub")
    (advice,) = found.remedies
    assert "pass its objects to the loader" in advice.text
    assert "custom_objects from tensorflow_hub.KerasLayer" in advice.snippet


def test_cell_with_something_else_lacks_the_package_as_well() -> None:
    plain = _plain(_UNKNOWN, "tensorflow-hub", "the object KerasLayer")
    other = _beside(_UNKNOWN, "qkeras")
    found = make_report(make_result(plain, other)).models[0].cells[1].checks[0].diagnosis
    assert found is not None
    assert found.subject == "tensorflow-hub"
    having = _beside(_UNKNOWN, "tensorflow-hub")
    found = make_report(make_result(plain, having)).models[0].cells[1].checks[0].diagnosis
    assert found is not None
    assert "not imported here" not in found.explanation


def test_type_is_of_its_package_whichever_object_asked_for_it() -> None:
    because = "the object tensorflow_probability.python.distributions.normal.Normal_ACTTypeSpec"
    found = _diagnosis(_plain(_TYPE, "tensorflow-probability", because))
    assert (found.cause, found.subject) == (
        Cause.MISSING_CUSTOM_OBJECT,
        "tensorflow-probability",
    )
    assert "Independent_ACTTypeSpec" in found.explanation


@pytest.mark.parametrize(
    ("verdict", "verified"),
    [
        pytest.param(verdicts.Broken(reason="x"), [False], id="no-answer"),
        pytest.param(_UNKNOWN, [], id="in-vain"),
        pytest.param(verdicts.Runs(), [True], id="helps"),
    ],
)
def test_package_is_advised_once_and_not_where_it_did_not_help(
    verdict: Verdict, verified: list[bool]
) -> None:
    plain = _plain(_UNKNOWN, "tensorflow-hub", "the object KerasLayer")
    found = _diagnosis(plain, _beside(verdict, "tensorflow-hub"))
    assert [one.verified for one in found.remedies if "Install" in one.text] == verified


def test_release_without_a_version_of_the_package_points_to_those_with_one() -> None:
    plain = _plain(_UNKNOWN, "tensorflow-decision-forests", "the object RandomForestModel")
    need = replace(plain.needs[0], requirement=None, cell=None, reason="no version for it")
    asked = verdicts.Fails(
        error=ErrorRecord(type="ValueError", message="Unknown layer: 'RandomForestModel'.")
    )
    (check,) = plain.checks
    here = replace(plain, needs=(need,), checks=(replace(check, verdict=asked),))
    package = make_companion("tensorflow-decision-forests", "0.2.7")
    there = make_cell_result(
        make_cell("2.9.3", package), make_check_result(verdicts.Runs(), "keras")
    )
    remedy, why = _diagnosis(here, there).remedies
    assert remedy.text.startswith("Load the model with TensorFlow 2.5 to 2.18, which")
    assert remedy.text.endswith("In this run, it loads in 2.9.3+tensorflow_decision_forests.")
    assert remedy.verified
    assert "cannot be installed here" in why.text
