"""The report as Markdown: golden, and safe against what a model writes into it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matrix.results.result import ModelResult
from matrix.results.verdicts import Verdict
from reports.formats.markdown import escape, render, with_code
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_hostile,
    make_report,
    make_result,
    make_sample,
)
from tests.conftest import TESTS

GOLDEN = TESTS / "golden"


def _rendered(*results: ModelResult, name: str = "m") -> str:
    return render(make_report(*results, path=Path("/models", name)))


def _grid(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("|")]


def test_whole_report_is_the_golden_one() -> None:
    assert _rendered(make_sample()) == (GOLDEN / "report.md").read_text(encoding="utf-8")


def test_each_model_has_its_section() -> None:
    text = _rendered(make_sample(), make_sample())
    assert text.count("\n## ") == 2
    assert text.count("Tested on 2026-01-02 with loadmatrix 0.1.0.") == 1


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_renders(member: type[Verdict]) -> None:
    text = _rendered(make_result(make_cell_result(make_cell(), EXAMPLES[member])))
    assert len(_grid(text)) == 3
    # A loader that is not applicable anywhere has a line below the table, and no column.
    assert _grid(text)[-1].count(member.word) == (2 if member.applies else 1)
    assert ("saved_model" in _grid(text)[0]) is member.applies


def test_hostile_text_stays_within_its_row_and_column() -> None:
    result = make_hostile()
    grid = _grid(_rendered(result))
    assert len(grid) == 2 + len(result.cells)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in grid} == {6}


def test_hostile_text_makes_no_headings() -> None:
    plain = re.findall(r"^ *#+ ", _rendered(make_sample()), re.MULTILINE)
    text = re.sub(r"\r\n?", "\n", _rendered(make_hostile(), name=HOSTILE))
    assert re.findall(r"^ *#+ ", text, re.MULTILINE) == plain


@pytest.mark.parametrize("mark", ["<b>", "*x*", "`code`", "[a](b)", "![i]", "~~s~~"])
def test_hostile_text_makes_no_markup(mark: str) -> None:
    text = _rendered(make_hostile(), name=HOSTILE)
    assert mark not in text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("'__call__'", id="dunder"),
        pytest.param("_emphasis_", id="emphasis"),
        pytest.param("a __strong__ b", id="strong"),
        pytest.param("*emphasis*", id="stars"),
        pytest.param("`code`", id="code"),
        pytest.param("<img src=x>", id="html"),
        pytest.param("<!-- END LOADMATRIX -->", id="comment"),
        pytest.param("[text](http://link)", id="link"),
        pytest.param("a|b", id="pipe"),
        pytest.param("a\\|b", id="escaped-pipe"),
        pytest.param("~~gone~~", id="struck"),
    ],
)
def test_escaped_text_has_no_active_marks(text: str) -> None:
    bare = re.sub(r"\\[!-/:-@\[-`{-~]", "", escape(text))
    assert not re.search(r"[*`<>|\[\]~]|(?<!\w)_+\w|\\", bare)


@pytest.mark.parametrize("text", ["saved_model", "2.15.1+tf_keras", "compile=True", "3.11"])
def test_common_words_stay_as_they_are(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_escaped_text_is_one_line(end: str) -> None:
    assert len(escape(f"a{end}# b").splitlines()) == 1


def test_code_ends_with_its_specifier_and_may_have_angles() -> None:
    assert with_code("Runs in tensorflow>=2.3,<2.16.") == "Runs in `tensorflow>=2.3,<2.16`."
    assert with_code("in tensorflow>=2.3,!=2.6.* or <2.1, not") == (
        "in `tensorflow>=2.3,!=2.6.* or <2.1`, not"
    )
    assert with_code("`<lambda>` is not <b>") == "`<lambda>` is not \\<b\\>"
