"""The sentence a reader takes away, and the specifier in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_companion,
    make_model_report,
    make_result,
)
from packaging.requirements import Requirement
from packaging.version import Version

from matrix import verdicts
from matrix.cells import Companion
from matrix.needs import Need
from matrix.releases import catalogue
from matrix.results import CellResult, ModelResult
from matrix.verdicts import Verdict
from reports.summary import specifier_of, summarize

_NEWEST = {release.version for release in catalogue()}
_YES: Verdict = verdicts.Runs()
_NO: Verdict = verdicts.Fails(error={})
_NONE: Verdict = verdicts.Unavailable(reason="no wheel")


def _loads(text: str) -> dict[Version, bool | None]:
    """`2.8.4+ 2.9.3- 2.10.1?`: loads, does not load, gives no answer."""
    answers = {"+": True, "-": False, "?": None}
    return {Version(word[:-1]): answers[word[-1]] for word in text.split()}


def _admits(specifier: str, version: str) -> bool:
    return Requirement(specifier).specifier.contains(version)


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        pytest.param("2.8.4- 2.9.3+ 2.10.1+ 2.11.1-", ">=2.9,<2.11", id="one-span"),
        pytest.param("2.8.4+ 2.9.3+", ">=2.8,<2.10", id="everything"),
        pytest.param("2.8.4+ 2.9.3- 2.10.1+ 2.11.1-", ">=2.8,!=2.9.*,<2.11", id="a-hole"),
        pytest.param("2.8.4+ 2.9.3? 2.10.1+", ">=2.8,!=2.9.*,<2.11", id="no-answer-within"),
        pytest.param("2.8.4? 2.9.3+ 2.10.1?", ">=2.9,<2.10", id="no-answer-around"),
        pytest.param("2.15.1+", ">=2.15,<2.16", id="a-single-release"),
        pytest.param("1.15.5+ 2.0.4- 2.1.4+", ">=1.15,!=2.0.*,<2.2", id="over-the-major"),
        pytest.param(
            "2.8.4+ 2.9.3- 2.10.1- 2.11.1+ 2.12.1-",
            ">=2.8,!=2.9.*,!=2.10.*,<2.12",
            id="a-wide-hole",
        ),
        pytest.param(
            "2.15.0- 2.15.0.post1+ 2.15.1+", ">=2.15.0.post1,<=2.15.1", id="from-a-patch-on"
        ),
        pytest.param("2.15.0+ 2.15.0.post1-", ">=2.15.0,<2.15.0.post1", id="before-a-post-release"),
        pytest.param("2.15.0+", ">=2.15.0,<=2.15.0", id="an-old-patch-speaks-for-itself"),
        pytest.param("2.15.0+ 2.16.2-", ">=2.15.0,<2.16", id="an-old-patch-then-a-release"),
        pytest.param("2.15.0+ 2.15.1- 2.16.2-", ">=2.15.0,<2.15.1", id="up-to-a-patch"),
        pytest.param(
            "2.15.0+ 2.15.0.post1- 2.15.1+ 2.16.2+",
            ">=2.15.0,!=2.15.0.post1,<2.17",
            id="a-hole-of-one-patch",
        ),
    ],
)
def test_specifier_admits_what_loads_and_nothing_else(tested: str, expected: str) -> None:
    loads = _loads(tested)
    specifier = specifier_of(loads, _NEWEST)
    assert specifier == f"tensorflow{expected}"
    for version, answer in loads.items():
        assert _admits(specifier, str(version)) is bool(answer)


@pytest.mark.parametrize(
    ("tested", "untested"),
    [
        pytest.param("2.8.4+ 2.9.3+", "2.10.0", id="newer"),
        pytest.param("2.8.4+ 2.9.3+", "2.7.4", id="older"),
        pytest.param("2.8.4+ 2.9.3+", "3.0.0", id="next-major"),
        pytest.param("2.8.4+ 2.10.1+", "2.9.3", id="between"),
        pytest.param("2.8.4+ 2.9.3- 2.12.1+", "2.11.0", id="between-after-a-hole"),
        pytest.param("2.8.4+ 2.12.1-", "2.10.1", id="between-a-yes-and-a-no"),
    ],
)
def test_specifier_never_guesses_about_what_was_not_tested(tested: str, untested: str) -> None:
    assert not _admits(specifier_of(_loads(tested), _NEWEST), untested)


def test_patches_of_a_tested_minor_are_admitted_with_it() -> None:
    specifier = specifier_of(_loads("2.8.4+ 2.9.3+ 2.10.1-"), _NEWEST)
    assert _admits(specifier, "2.8.0")
    assert _admits(specifier, "2.9.1")


def _result(tested: str) -> ModelResult:
    answers = {"+": _YES, "-": _NO, "?": _NONE}
    words = [(word[:-1], answers[word[-1]]) for word in tested.split()]
    return make_result(*(make_cell_result(make_cell(name), verdict) for name, verdict in words))


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        pytest.param(
            "2.8.4- 2.9.3+ 2.10.1-",
            "Loads in 1 of 3 tested TensorFlow releases: tensorflow>=2.9,<2.10.",
            id="bounded",
        ),
        pytest.param(
            "2.8.4+ 2.9.3+",
            "Loads in 2 of 2 tested TensorFlow releases: tensorflow>=2.8,<2.10 "
            "(older than 2.8.4 and newer than 2.9.3: not tested).",
            id="everything",
        ),
        pytest.param(
            "2.8.4- 2.9.3- 2.10.1?",
            "Loads in none of the 2 tested TensorFlow releases. No answer for 2.10.1.",
            id="nothing-loads",
        ),
        pytest.param(
            "2.8.4? 2.9.3?",
            "No release gave an answer: see the table for the reasons.",
            id="no-answers",
        ),
        pytest.param(
            "2.8.4- 2.9.3+ 2.10.1?",
            "Loads in 1 of 2 tested TensorFlow releases: tensorflow>=2.9,<2.10 "
            "(newer than 2.9.3: not tested). No answer for 2.10.1.",
            id="a-gap",
        ),
    ],
)
def test_sentence(tested: str, expected: str) -> None:
    assert summarize(_result(tested)).text == expected


@pytest.mark.parametrize("tested", ["2.8.4- 2.9.3-", "2.8.4? 2.9.3?"])
def test_model_that_loads_nowhere_has_no_specifier(tested: str) -> None:
    assert summarize(_result(tested)).specifier == ""


def test_specifier_stands_in_the_sentence() -> None:
    summary = summarize(_result("2.8.4- 2.9.3+ 2.10.1-"))
    assert summary.specifier == "tensorflow>=2.9,<2.10"
    assert summary.specifier in summary.text


def test_each_loader_has_a_specifier_of_its_own() -> None:
    def cell(version: str, session: Verdict, keras: Verdict) -> CellResult:
        checks = make_check_result(session, "session"), make_check_result(keras, "keras")
        return make_cell_result(make_cell(version), *checks)

    result = make_result(cell("2.8.4", _YES, _NO), cell("2.9.3", _YES, _YES))
    summary = summarize(result)
    assert summary.loaders == {
        "session": "tensorflow>=2.8,<2.10",
        "keras": "tensorflow>=2.9,<2.10",
    }
    lines = make_model_report(result).lines
    assert (lines[0], lines[-1]) == (summary.text, "keras: tensorflow>=2.9,<2.10")


def test_loader_that_never_loads_is_said_to_load_nowhere() -> None:
    checks = make_check_result(_YES, "session"), make_check_result(_NO, "keras")
    model = make_model_report(make_result(make_cell_result(make_cell(), *checks)))
    assert model.lines[1:] == ["keras: nowhere"]


def test_cells_with_something_extra_do_not_count() -> None:
    plain = make_cell_result(make_cell("2.16.2"), _NO)
    extra = make_cell_result(make_cell("2.16.2", tf_keras=True), _YES)
    assert summarize(make_result(plain, extra)).specifier == ""


def test_cells_with_companions_alone_say_nothing_of_releases() -> None:
    extra = make_cell_result(make_cell("2.16.2", make_companion()), _YES)
    assert summarize(make_result(extra)).text == "Only cells with other packages were tested."


def test_companion_that_makes_it_load_is_said_in_a_line_of_its_own() -> None:
    plain = make_cell_result(make_cell("2.16.2"), _NO)
    extra = make_cell_result(make_cell("2.16.2", make_companion()), _YES)
    result = make_result(plain, extra)
    assert summarize(result).companions == {"tensorflow-text": "tensorflow>=2.16,<2.17"}
    assert "with tensorflow-text: tensorflow>=2.16,<2.17" in make_model_report(result).lines


def test_where_no_version_fits_is_said_once() -> None:
    def cell(version: str) -> CellResult:
        reason = f"no version for TensorFlow {version[:4]}"
        need = Need(model=0, package="p", module="p", because="the op X", reason=reason)
        return replace(make_cell_result(make_cell(version), _NO), needs=(need,))

    lines = make_model_report(make_result(cell("2.16.2"), cell("2.17.1"))).lines
    assert lines[1:] == ["asks for p (the op X): no version for TensorFlow 2.16, 2.17"]


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
    assert summarize(result).specifier == ""
    assert make_model_report(result).lines[-1] == "Keras: loads in 3.3.3; not in 3.15.1"


@pytest.mark.parametrize("answers", [(_YES, _NO), (_NO, _YES), (_YES, _NONE), (_NONE, _YES)])
def test_release_loads_when_it_loads_on_any_python(answers: tuple[Verdict, Verdict]) -> None:
    cells = [
        make_cell_result(make_cell("2.15.1", python=python), verdict)
        for python, verdict in zip(("3.10", "3.11"), answers, strict=True)
    ]
    assert summarize(make_result(*cells)).specifier == "tensorflow>=2.15,<2.16"


def test_release_older_than_the_format_is_a_no() -> None:
    young = verdicts.NotApplicable(reason="younger")
    cells = (
        make_cell_result(make_cell("2.11.1"), young),
        make_cell_result(make_cell("2.12.1"), _YES),
    )
    assert summarize(make_result(*cells)).text.startswith("Loads in 1 of 2")


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
