"""The matrix as a picture: golden, well-formed, readable by ear, and never markup of a model's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from matrix.results import verdicts
from matrix.results.verdicts import Verdict, words
from reports.formats.svg import render
from reports.formats.verdict_style import TONES
from reports.report.report import Report
from tests.builders import (
    EXAMPLES,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_hostile,
    make_report,
    make_result,
    make_sample,
    report_of,
)
from tests.conftest import TESTS

GOLDEN = TESTS / "golden"
SVG = "{http://www.w3.org/2000/svg}"


def _titles(drawn: ET.Element) -> list[str]:
    return [str(title.text) for title in drawn.iterfind(f"{SVG}g/{SVG}title")]


def test_picture_is_the_golden_one() -> None:
    assert render(make_report(make_sample())) == (GOLDEN / "matrix.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_has_a_square_with_symbol_and_words(member: type[Verdict]) -> None:
    result = make_result(make_cell_result(make_cell(), EXAMPLES[member]))
    drawn = ET.fromstring(render(make_report(result)))
    symbols = [text.text for text in drawn.iterfind(f"{SVG}g/{SVG}text")]
    # What is predicted shows what is expected; what was not tried has its word in the legend.
    grid = verdicts.Runs.symbol if member is verdicts.Predicted else member.symbol
    said = [f"{grid} {member.word}"] if member.applies else [grid, member.symbol]
    assert symbols == said
    assert _titles(drawn)[0].startswith(f"saved_model in 2.15.1: {member.word}")


def test_call_that_needs_more_than_the_path_has_a_star() -> None:
    check = make_check_result(verdicts.Runs(), "keras", "compile=False")
    result = make_result(make_cell_result(make_cell(), check))
    texts = [text.text for text in ET.fromstring(render(make_report(result))).iter(f"{SVG}text")]
    assert "✓ runs *" in texts
    assert "* with compile=False" in texts


def test_picture_tells_what_it_shows() -> None:
    drawn = ET.fromstring(render(make_report(make_sample())))
    described = drawn.find(f"{SVG}desc")
    assert drawn.get("role") == "img"
    assert described is not None
    assert "runs in 1 of 5 tested TensorFlow releases" in str(described.text)


def test_hostile_text_stays_text() -> None:
    drawn = ET.fromstring(render(make_report(make_hostile(), path=Path("<script>x</script>"))))
    assert {child.tag.removeprefix(SVG) for child in drawn.iter()} == {
        *("svg", "title", "desc", "style", "rect", "text", "g")
    }


def test_several_models_have_a_row_each() -> None:
    drawn = ET.fromstring(render(make_report(make_sample(), make_sample())))
    assert _titles(drawn).count("m in 2.14 - 2.15: runs") == 2


def _widths(report: Report) -> list[int]:
    drawn = ET.fromstring(render(report))
    return [int(str(rect.get("width"))) for rect in drawn.iterfind(f"{SVG}g/{SVG}rect")]


def test_releases_that_are_alike_are_one_column_with_words() -> None:
    alike = dict.fromkeys(("2.12.1", "2.13.1", "2.14.1"), verdicts.Runs())
    drawn = ET.fromstring(render(report_of({**alike, "2.15.1": EXAMPLES[verdicts.Fails]})))
    assert [text.text for text in drawn.iterfind(f"{SVG}text")][-3:-1] == ["2.12 - 2.14", "2.15.1"]
    texts = [text.text for text in drawn.iterfind(f"{SVG}g/{SVG}text")]
    assert texts == ["✓ runs", "✗ fails"]


def _by_turns() -> Report:
    """Every second release runs, the others fail."""
    names = [f"2.{minor}.0" for minor in range(2, 22)]
    turns = (verdicts.Runs(), EXAMPLES[verdicts.Fails])
    return report_of({name: turns[place % 2] for place, name in enumerate(names)})


def test_many_columns_are_symbols_that_a_legend_explains_and_fit_a_readme() -> None:
    report = _by_turns()
    drawn = ET.fromstring(render(report))
    assert set(_widths(report)) == {22}
    assert [text.text for text in drawn.iterfind(f"{SVG}text")][-2:] == ["runs", "fails"]
    assert int(str(drawn.get("width"))) <= 830


def test_specifier_below_the_heading_is_never_cut() -> None:
    report = _by_turns()
    [(_, where)] = report.models[0].works_in
    assert len(where) > 70
    drawn = ET.fromstring(render(report))
    lines = [str(text.text) for text in drawn.iterfind(f"{SVG}text") if text.get("class") == "s"]
    assert where in " ".join(lines)


def test_more_models_than_fit_are_counted() -> None:
    report = make_report(make_sample())
    text = render(replace(report, models=report.models * 60))
    assert "20 more models" in text
    assert len(text) < 200_000


def test_empty_report_is_a_picture_that_says_so() -> None:
    assert "Nothing was tested" in render(make_report())


def test_interrupted_run_says_so() -> None:
    assert "was interrupted" in render(make_report(make_sample(), complete=False))


def test_every_verdict_has_a_look_of_its_own() -> None:
    assert len({member.symbol for member in MEMBERS}) == len(words())
    assert {member.tone for member in MEMBERS} <= TONES.keys()


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(c * share for c, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


@pytest.mark.parametrize("name", TONES)
def test_ink_can_be_read_on_its_fill(name: str) -> None:
    tone = TONES[name]
    for fill, ink in ((tone.fill, tone.ink), (tone.dark_fill, tone.dark_ink)):
        dark, light = sorted((_luminance(fill), _luminance(ink)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5
