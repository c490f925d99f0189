"""What cells with packages, versions of Keras and several Pythons say in a summary."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matrix.catalogue.cell import Companion
from matrix.catalogue.releases import catalogue
from matrix.plan.required_packages import MissingPackage
from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.build.summary import summarize
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_model_report,
    make_result,
)

_YES: Verdict = verdicts.Runs()
_NO: Verdict = verdicts.Fails(error=ErrorRecord())
_NONE: Verdict = verdicts.Unavailable(reason="no wheel")


def test_cells_with_something_extra_do_not_count() -> None:
    plain = make_cell_result(make_cell("2.16.2"), _NO)
    extra = make_cell_result(make_cell("2.16.2", tf_keras=True), _YES)
    assert summarize(make_result(plain, extra)).loads.specifier == ""


def test_cells_with_companions_alone_say_nothing_of_releases() -> None:
    extra = make_cell_result(make_cell("2.16.2", make_companion()), _YES)
    assert summarize(make_result(extra)).text == "Only cells with additional packages were tested."


def test_companion_that_makes_it_load_is_said_in_a_line_of_its_own() -> None:
    plain = make_cell_result(make_cell("2.16.2"), _NO)
    extra = make_cell_result(make_cell("2.16.2", make_companion()), _YES)
    result = make_result(plain, extra)
    (ranges,) = summarize(result).companions.values()
    assert ranges.specifier == "tensorflow>=2.16,<2.17"
    assert (
        "with tensorflow-text: loads in tensorflow>=2.16,<2.17" in make_model_report(result).lines
    )


def test_where_no_version_fits_is_said_once() -> None:
    def cell(version: str) -> CellResult:
        reason = f"no version for TensorFlow {version[:4]}"
        need = MissingPackage(model=0, package="p", module="p", because="the op X", reason=reason)
        return replace(make_cell_result(make_cell(version), _NO), needs=(need,))

    lines = make_model_report(make_result(cell("2.16.2"), cell("2.17.1"))).lines
    assert lines[1:] == ["needs p (the op X): no version for TensorFlow 2.16, 2.17"]


def test_companion_without_which_it_loads_as_well_is_not_mentioned() -> None:
    plain = make_cell_result(make_cell("2.16.2"), _YES)
    extra = make_cell_result(make_cell("2.16.2", tf_keras=True), _YES)
    assert not [
        line for line in make_model_report(make_result(plain, extra)).lines if "with" in line
    ]


def test_keras_versions_have_a_line_and_do_not_mix_with_releases() -> None:
    def cell(keras: str, verdict: Verdict, *beside: Companion) -> CellResult:
        check = make_check_result(verdict, "keras")
        return make_cell_result(make_cell("2.18.1", *beside), check, packages={"keras": keras})

    old = Companion(name="keras", label="keras3.3.3", requirement="keras==3.3.3")
    result = make_result(cell("3.15.1", _NO), cell("3.3.3", _YES, old))
    assert summarize(result).loads.specifier == ""
    assert make_model_report(result).lines[-1] == "Keras: loads in 3.3.3; not in 3.15.1"


@pytest.mark.parametrize("answers", [(_YES, _NO), (_NO, _YES), (_YES, _NONE), (_NONE, _YES)])
def test_release_loads_when_it_loads_on_any_python(answers: tuple[Verdict, Verdict]) -> None:
    cells = [
        make_cell_result(make_cell("2.15.1", python=python), verdict)
        for python, verdict in zip(("3.10", "3.11"), answers, strict=True)
    ]
    assert summarize(make_result(*cells)).loads.specifier == "tensorflow>=2.15,<2.16"


@pytest.mark.parametrize("answers", [(_NO, _NONE), (_NONE, _NO)])
def test_release_that_fails_on_one_python_and_gives_no_answer_on_another_has_no_answer(
    answers: tuple[Verdict, Verdict],
) -> None:
    cells = [
        make_cell_result(make_cell("2.15.1", python=python), verdict)
        for python, verdict in zip(("3.10", "3.11"), answers, strict=True)
    ]
    good = make_cell_result(make_cell("2.14.1"), _YES)
    assert "1 of 1 tested" in summarize(make_result(good, *cells)).text


def test_release_older_than_the_format_is_a_no() -> None:
    young = verdicts.NotApplicable(reason="younger")
    cells = (
        make_cell_result(make_cell("2.11.1"), young),
        make_cell_result(make_cell("2.12.1"), _YES),
    )
    told = "Loads and runs in 1 of 1 tested TensorFlow releases: tensorflow>=2.12,<2.13"
    assert summarize(make_result(*cells)).text.startswith(told)


def test_keras_of_an_old_release_does_not_stop_the_summary() -> None:
    """TensorFlow 2.2 calls its Keras `2.3.0-tf`, and a `.keras` of Keras 3 is planned for it."""
    old = Companion(name="keras", label="keras3.3.3", requirement="keras==3.3.3")
    (oldest,) = (one for one in catalogue() if one.minor == (2, 2))
    yes, no = make_check_result(_YES, "keras"), make_check_result(_NO, "keras")
    cells = [
        make_cell_result(replace(make_cell(), release=oldest), no),
        make_cell_result(make_cell("2.17.1", old), yes, packages={"keras": "3.3.3"}),
        make_cell_result(make_cell("2.21.0"), no, packages={"keras": "3.15.1"}),
    ]
    assert summarize(make_result(*cells)).keras == {"3.3.3": True, "3.15.1": False}
