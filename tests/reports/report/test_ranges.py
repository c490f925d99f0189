"""What a range and a specifier admit, and what they say nothing about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from matrix.catalogue.releases import catalogue
from reports.report.releases.ranges import Answers, Ranges, in_words, ranges_of

_EVERY = sorted(version for one in catalogue() for version in (one.version, *one.patches))


def _answers(text: str) -> dict[Version, bool | None]:
    """`2.8.4+ 2.9.3- 2.10.1?`: loads, does not load, gives no answer."""
    words = {"+": True, "-": False, "?": None}
    return {Version(word[:-1]): words[word[-1]] for word in text.split()}


def _admits(specifier: str, version: str) -> bool:
    return Requirement(specifier).specifier.contains(version)


def _parts(tested: str) -> str:
    return in_words(ranges_of(_answers(tested)).parts).removeprefix("tensorflow")


@pytest.mark.parametrize(
    ("tested", "expected"),
    [
        pytest.param("2.8.4- 2.9.3+ 2.10.1+ 2.11.1-", ">=2.9,<2.11", id="one-span"),
        pytest.param("2.8.4+ 2.9.3+", ">=2.8,<2.10", id="everything"),
        pytest.param("2.8.4+ 2.9.3- 2.10.1+ 2.11.1-", ">=2.8,!=2.9.*,<2.11", id="a-hole"),
        pytest.param("2.8.4? 2.9.3+ 2.10.1?", ">=2.9,<2.10", id="no-answer-around"),
        pytest.param("2.15.1+", ">=2.15,<2.16", id="a-single-release"),
        pytest.param("1.15.5+ 2.0.4- 2.1.4+", ">=1.15,!=2.0.*,<2.2", id="over-the-major"),
        pytest.param(
            "2.8.4+ 2.9.3- 2.10.1- 2.11.1+ 2.12.1-",
            ">=2.8,!=2.9.*,!=2.10.*,<2.12",
            id="a-wide-hole",
        ),
        pytest.param("2.15.0+", ">=2.15.0,<=2.15.0", id="an-old-patch-speaks-for-itself"),
        pytest.param("2.15.0+ 2.16.2-", ">=2.15.0,<=2.15.0", id="an-old-patch-then-a-release"),
        pytest.param(
            "2.15.0- 2.15.0.post1+ 2.15.1+", ">=2.15.0.post1,<=2.15.1", id="from-a-patch-on"
        ),
        pytest.param(
            "2.15.0+ 2.15.0.post1- 2.15.1+", ">=2.15.0,!=2.15.0.post1,<=2.15.1", id="a-bad-patch"
        ),
        pytest.param("2.15.0+ 2.15.0.post1+ 2.15.1+", ">=2.15,<2.16", id="every-patch-loads"),
        pytest.param(
            "2.14.1+ 2.15.0- 2.15.0.post1- 2.15.1- 2.16.2+",
            ">=2.14,!=2.15.*,<2.17",
            id="no-patch-loads",
        ),
    ],
)
def test_range_of_what_was_tested_without_a_gap(tested: str, expected: str) -> None:
    ranges = ranges_of(_answers(tested))
    assert ranges.specifier == f"tensorflow{expected}"
    assert in_words(ranges.parts) == ranges.specifier
    assert ranges.untested == ()


@pytest.mark.parametrize(
    ("tested", "expected", "untested"),
    [
        pytest.param("2.8.4+ 2.10.1+", ">=2.8,<2.9 or >=2.10,<2.11", ["2.9"], id="not-selected"),
        pytest.param(
            "2.8.4+ 2.9.3? 2.10.1+", ">=2.8,<2.9 or >=2.10,<2.11", ["2.9"], id="no-answer"
        ),
        pytest.param(
            "2.8.4+ 2.9.3- 2.12.1+",
            ">=2.8,<2.9 or >=2.12,<2.13",
            ["2.10", "2.11"],
            id="a-failure-at-the-gap",
        ),
        pytest.param("2.8.4+ 2.12.1-", ">=2.8,<2.9", [], id="a-gap-before-a-no"),
        pytest.param(
            "2.15.0+ 2.15.1+ 2.16.2+", ">=2.15,<2.17", [], id="the-newest-stands-for-its-minor"
        ),
        pytest.param("2.15.0- 2.15.1+ 2.16.2+", ">=2.15.1,<2.17", [], id="an-untested-patch-below"),
        pytest.param(
            "2.15.0+ 2.16.2+",
            ">=2.15.0,<=2.15.0 or >=2.16,<2.17",
            ["2.15.0.post1", "2.15.1"],
            id="an-old-patch-and-a-release",
        ),
    ],
)
def test_what_was_not_tested_is_in_no_range_and_excluded_by_none(
    tested: str, expected: str, untested: list[str]
) -> None:
    assert _parts(tested) == expected
    assert list(ranges_of(_answers(tested)).untested) == untested


@pytest.mark.parametrize("untested", ["2.10.0", "2.7.4", "3.0.0", "2.9.3"])
def test_specifier_never_guesses_about_what_was_not_tested(untested: str) -> None:
    assert not _admits(ranges_of(_answers("2.8.4+ 2.11.1+")).specifier, untested)


def test_patches_of_a_tested_minor_are_admitted_with_it() -> None:
    specifier = ranges_of(_answers("2.8.4+ 2.9.3+ 2.10.1-")).specifier
    assert _admits(specifier, "2.8.0")
    assert _admits(specifier, "2.9.1")


def test_nothing_loads_nowhere() -> None:
    assert ranges_of(_answers("2.8.4- 2.9.3?")) == ranges_of({}) == Ranges()


@st.composite
def _tested(draw: st.DrawFn) -> Answers:
    chosen = draw(st.sets(st.sampled_from(_EVERY), min_size=1, max_size=12))
    return {version: draw(st.sampled_from([True, False, None])) for version in sorted(chosen)}


@given(_tested())
def test_any_selection_of_patches_is_told_truly(answers: Answers) -> None:
    ranges = ranges_of(answers)
    if not any(answers.values()):
        assert ranges == Ranges()
        return
    parts = [f"tensorflow{part}" for part in ranges.parts]
    for version, loads in answers.items():
        admitted = [_admits(one, str(version)) for one in (ranges.specifier, *parts)]
        if loads is not None:
            assert admitted[0] is loads
            assert any(admitted[1:]) is loads
    tested = {version.release[:2] for version, loads in answers.items() if loads is not None}
    for version in _EVERY:
        # An untested patch is admitted only where the newest of its minor was tested.
        if any(_admits(one, str(version)) for one in parts) and version not in answers:
            newest = max(one for one in _EVERY if one.release[:2] == version.release[:2])
            assert answers[newest] is True
        if version.release[:2] not in tested:
            minor = f"!={version.major}.{version.minor}."
            assert all(minor not in f"{part}." for part in ranges.parts)
