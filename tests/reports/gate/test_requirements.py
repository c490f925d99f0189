"""Requirements: only a tested release with a good answer meets one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest

from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from reports.gate.known_failures import read_known
from reports.gate.requirements import Gate, UnmetRequirement, read_requirement, unmet
from reports.report.report import Report
from tests.builders import (
    EXAMPLES,
    MEMBERS,
    report_of,
)

TODAY = date(2026, 1, 2)
RUNS, FAILS = EXAMPLES[verdicts.Runs], EXAMPLES[verdicts.Fails]
LOADS, DIFFERS = EXAMPLES[verdicts.Loads], EXAMPLES[verdicts.Differs]
BROKEN = EXAMPLES[verdicts.Broken]


def missed(report: Report, *required: str, level: str = "loads") -> Sequence[UnmetRequirement]:
    requirements = tuple(read_requirement(one, catalogue()) for one in required)
    gate = Gate(today=TODAY, requirements=requirements, level=level)
    return _unmet(report, gate)


def _unmet(report: Report, gate: Gate) -> tuple[UnmetRequirement, ...]:
    return tuple(
        miss
        for model in report.models
        for requirement in gate.requirements
        for miss in unmet(model, requirement, gate, catalogue())
    )


def cells(found: Sequence[UnmetRequirement]) -> dict[str, bool]:
    return {one.cell: one.answered for one in found}


def test_release_that_loads_meets_the_requirement() -> None:
    assert missed(report_of({"2.15.1": RUNS}), "tensorflow>=2.15,<2.16") == ()


def test_older_patch_does_not_stand_for_its_minor() -> None:
    found = missed(report_of({"2.15.0": RUNS}), "tensorflow==2.15.*")
    assert cells(found) == {"2.15.1": False}


def test_patch_the_catalogue_has_not_heard_of_stands_for_its_minor() -> None:
    assert missed(report_of({"2.15.9": RUNS}), "tensorflow==2.15.*") == ()


def test_release_that_fails_is_named_with_its_reason() -> None:
    (one,) = missed(report_of({"2.15.1": FAILS}), "tensorflow>=2.15,<2.16")
    assert (one.cell, one.answered) == ("2.15.1", True)
    assert one.text.startswith("fails: missing custom object: `Odd` is not part of Keras")


def test_release_within_the_range_that_was_not_tested_is_no_silent_pass() -> None:
    found = missed(report_of({"2.15.1": RUNS}), "tensorflow>=2.13,<2.16")
    assert cells(found) == {"2.13.1": False, "2.14.1": False}
    assert {one.text for one in found} == {"it was not tested"}


def test_model_that_cannot_be_tested_is_missed_for_that_reason() -> None:
    (model,) = report_of({}).models
    damaged = replace(
        model, cells=(), untested="x/m.h5 cannot be tested. m.h5 is incomplete. Copy it."
    )
    requirement = read_requirement("tensorflow==2.15.*", catalogue())
    gate = Gate(today=TODAY, requirements=(requirement,))
    (one,) = unmet(damaged, requirement, gate, catalogue())
    assert (one.cell, one.answered) == ("2.15.1", False)
    assert one.text == "m.h5 is incomplete. Copy it"


def test_patch_that_only_an_old_release_has_is_asked_for() -> None:
    found = missed(report_of({"2.15.1": RUNS}), "tensorflow==2.15.0")
    assert cells(found) == {"2.15.0": False}


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_is_met_or_missed_or_unanswered(member: type[Verdict]) -> None:
    found = missed(report_of({"2.15.1": EXAMPLES[member]}), "tensorflow==2.15.*")
    expected: Mapping[type[Verdict], dict[str, bool]] = {
        verdicts.Runs: {},
        verdicts.Differs: {},
        verdicts.Loads: {},
        verdicts.Fails: {"2.15.1": True},
        verdicts.Crashed: {"2.15.1": True},
        verdicts.NotApplicable: {"2.15.1": True},
    }
    assert cells(found) == expected.get(member, {"2.15.1": False})


@pytest.mark.parametrize("verdict", [LOADS, DIFFERS, FAILS], ids=["loads", "differs", "fails"])
def test_runs_asks_for_more_than_a_load(verdict: Verdict) -> None:
    report = report_of({"2.15.1": verdict})
    assert cells(missed(report, "tensorflow==2.15.*", level="runs")) == {"2.15.1": True}


def test_crash_after_the_load_is_a_load() -> None:
    died = verdicts.Crashed(exit=ProcessExit(signal="SIGABRT"), loaded=True)
    assert missed(report_of({"2.15.1": died}), "tensorflow==2.15.*") == ()


def test_any_loader_meets_a_requirement_that_names_none() -> None:
    report = report_of({"2.15.1": {"saved_model": FAILS, "keras": RUNS}})
    assert missed(report, "tensorflow==2.15.*") == ()


def test_requirement_of_a_loader_asks_that_loader() -> None:
    report = report_of({"2.15.1": {"saved_model": RUNS, "keras": FAILS}})
    assert cells(missed(report, "keras:tensorflow==2.15.*")) == {"2.15.1": True}
    assert missed(report, "saved_model:tensorflow==2.15.*") == ()


def test_loader_that_failed_beside_one_without_an_answer_is_no_answer() -> None:
    report = report_of({"2.15.1": {"saved_model": FAILS, "keras": BROKEN}})
    assert cells(missed(report, "tensorflow==2.15.*")) == {"2.15.1": False}


def test_what_is_installed_beside_tensorflow_meets_nothing() -> None:
    report = report_of({"2.16.2": FAILS, "2.16.2+tf_keras": RUNS})
    assert cells(missed(report, "tensorflow==2.16.*")) == {"2.16.2": True}


def test_what_is_installed_beside_tensorflow_can_be_asked_for() -> None:
    report = report_of({"2.16.2": FAILS, "2.16.2+tf_keras": RUNS})
    assert missed(report, "tensorflow+tf_keras==2.16.*") == ()
    (one,) = missed(report, "tensorflow+tensorflow_text==2.16.*")
    assert (one.cell, one.text) == ("2.16.2", "it was not tested there with tensorflow_text")


def test_loader_that_plain_cells_lack_is_looked_for_in_the_others() -> None:
    report = report_of({"2.16.2": {"keras": FAILS}, "2.16.2+tf_keras": {"tf_keras": RUNS}})
    assert missed(report, "tf_keras:tensorflow==2.16.*") == ()
    assert cells(missed(report, "keras:tensorflow==2.16.*")) == {"2.16.2": True}


def test_loader_that_was_not_tried_has_no_answer() -> None:
    (one,) = missed(report_of({"2.15.1": RUNS}), "keras:tensorflow==2.15.*")
    assert (one.answered, one.text) == (False, "keras was not tested there")


@pytest.mark.parametrize(
    ("text", "loader", "specifier"),
    [
        pytest.param("tensorflow>=2.12,<2.19", None, ">=2.12,<2.19", id="range"),
        pytest.param("keras:tensorflow>=2.13", "keras", ">=2.13", id="loader"),
        pytest.param(" keras : tensorflow >= 2.13 ", "keras", ">=2.13", id="spaces"),
        pytest.param(">=2.12", None, ">=2.12", id="no-package"),
        pytest.param("2.15", None, "==2.15.*", id="short"),
        pytest.param("tensorflow", None, "", id="every-release"),
        pytest.param("keras:tensorflow+tf_keras>=2.16", "keras", ">=2.16", id="beside"),
    ],
)
def test_requirement_is_read(text: str, loader: str | None, specifier: str) -> None:
    found = read_requirement(text, catalogue())
    assert (found.loader, found.tensorflow) == (loader, type(found.tensorflow)(specifier))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "matches nothing", id="empty"),
        pytest.param("keras:", "matches nothing", id="loader-alone"),
        pytest.param("kers:tensorflow>=2", "unknown loader", id="loader"),
        pytest.param("tensorflow>=2.x", "not a version specifier", id="specifier"),
        pytest.param("numpy>=1", "not a version specifier", id="package"),
        pytest.param("tensorflow-cpu>=2.12", "not a version specifier", id="other-package"),
        pytest.param("tensorflow>=99", "matches none of the known releases", id="unknown-release"),
        pytest.param("tensorflow>=2.15,<2.14", "matches none", id="contradiction"),
    ],
)
def test_requirement_that_makes_no_sense_is_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        read_requirement(text, catalogue())


def _gate(**table: object) -> Gate:
    known = read_known([{"reason": "a bug of theirs", "expires": TODAY, **table}])
    requirements = (read_requirement("tensorflow==2.15.*", catalogue()),)
    return Gate(today=TODAY, requirements=requirements, known_failures=known)


def test_known_failure_excuses_a_cell() -> None:
    gate = _gate(tensorflow="2.15")
    (one,) = _unmet(report_of({"2.15.1": FAILS}), gate)
    assert one.excused_by is gate.known_failures[0]


def test_failure_of_one_loader_does_not_excuse_that_none_loads() -> None:
    report = report_of({"2.15.1": {"saved_model": FAILS, "keras": FAILS}})
    (one,) = _unmet(report, _gate(tensorflow="2.15", loader="keras"))
    assert one.excused_by is None


def test_loader_that_cannot_exist_needs_no_excuse() -> None:
    absent = EXAMPLES[verdicts.NotApplicable]
    report = report_of({"2.15.1": {"saved_model": absent, "keras": FAILS}})
    (one,) = _unmet(report, _gate(tensorflow="2.15", loader="keras"))
    assert one.excused_by is not None


def test_known_failure_of_another_cause_excuses_nothing() -> None:
    gate = _gate(tensorflow="2.15", cause="missing_file")
    (one,) = _unmet(report_of({"2.15.1": FAILS}), gate)
    assert one.excused_by is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param("keras_h5", "saved_model does not read a Keras HDF5 file", id="other-format"),
        pytest.param("saved_model", "saved_model was not tested there", id="its-format"),
        pytest.param("of_a_later_version", "saved_model was not tested there", id="not-known"),
    ],
)
def test_loader_for_other_formats_is_told_as_such(form: str, said: str) -> None:
    report = report_of({"2.15.1": {"keras": RUNS}})
    (one,) = missed(
        replace(report, models=(replace(report.models[0], format=form),)), "saved_model:2.15"
    )
    assert (one.answered, one.text) == (False, said)
