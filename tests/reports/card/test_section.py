"""The section of a model card: what it says, and that nothing else of the card changes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest

from matrix.errors import NothingTestable
from matrix.model.facts import Format
from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.card.markers import BEGIN, section_of
from reports.card.section import render, updated
from reports.formats.tables.cell_text import render_cell
from reports.jobs import card as card_job
from reports.report.report import Report
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_hostile,
    make_report,
    make_result,
    make_sample,
)
from tests.cards import CARDS
from tests.conftest import TESTS

GOLDEN = TESTS / "golden"


def _fails(version: str = "2.15.1") -> Report:
    verdict = verdicts.Fails(error=ErrorRecord(type="ValueError", message="no"))
    return make_report(make_result(make_cell_result(make_cell(version), verdict)))


def _put(report: Report, path: Path) -> bytes:
    card_job.put(report, path)
    return path.read_bytes()


def _outside(card: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the section."""
    text = card.decode("utf-8", "surrogateescape")
    before, _, after = text.partition(section_of(text) or "\0")
    return before.encode("utf-8", "surrogateescape"), after.encode("utf-8", "surrogateescape")


@pytest.fixture(params=CARDS, scope="module")
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_section_is_the_golden_one() -> None:
    expected = (GOLDEN / "card.md").read_text(encoding="utf-8")
    assert render(make_report(make_sample())) + "\n" == expected


def test_every_byte_outside_the_section_stays(name: str, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(CARDS[name])
    first = _put(make_report(make_sample()), path)
    second = _put(_fails(), path)
    assert first != second
    before, after = _outside(first)
    assert _outside(second) == (before, after)
    if BEGIN not in CARDS[name].decode(errors="replace") or name == "nested-details":
        # Where it is put in, line ends part it from its neighbours: nothing else is new.
        before, after = before.rstrip(b"\r\n"), after.lstrip(b"\r\n")
        assert CARDS[name].startswith(before)
        assert CARDS[name].endswith(after)
        assert CARDS[name][len(before) : len(CARDS[name]) - len(after)].strip(b"\r\n") == b""
    else:
        assert _outside(CARDS[name]) == (before, after)


# huggingface_hub reads UTF-8 only.
@pytest.mark.parametrize("name", [name for name in CARDS if name != "not-utf-8"])
def test_the_hub_reads_the_same_metadata_before_and_after(name: str, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(CARDS[name])
    before = huggingface_hub.ModelCard.load(path).data.to_dict()
    _put(make_report(make_sample()), path)
    assert huggingface_hub.ModelCard.load(path).data.to_dict() == before


def test_second_run_with_the_same_results_changes_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(CARDS[name])
    once = _put(make_report(make_sample()), path)
    again = make_report(make_sample())
    later = replace(again, started="2027-08-09T00:00:00+00:00", seconds=9.0)
    assert _put(later, path) == once


def test_new_card_has_front_matter_that_the_hub_reads(tmp_path: Path) -> None:
    path = tmp_path / "new" / "README.md"
    _put(make_report(make_sample()), path)
    card = huggingface_hub.ModelCard.load(path)
    assert (card.data.library_name, card.data.tags) == ("tensorflow", ["tensorflow", "saved_model"])
    assert "# m\n" in card.text


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_renders(member: type[Verdict]) -> None:
    report = make_report(make_result(make_cell_result(make_cell(), EXAMPLES[member])))
    assert f"| {member.word}" in render(report)


def test_hostile_text_makes_no_markup_and_no_marker() -> None:
    report = make_report(make_hostile(), path=Path("/models", HOSTILE))
    text = render(report)
    prose = re.sub(r"^```.*?^```$|`[^`\n]*`", "", text, flags=re.DOTALL | re.MULTILINE)
    for mark in ("<b>", "*x*", "![i]", "~~s~~"):
        assert mark not in prose
    assert all(line.isprintable() for line in text.split("\n"))
    card = updated(report, "# A\n").after
    assert section_of(card) is not None


def test_fence_is_longer_than_any_in_the_name_of_a_model() -> None:
    result = make_result(make_cell_result(make_cell(), verdicts.Runs()))
    text = render(make_report(result, path=Path("/models/a```b"), kind=Format.TFLITE))
    assert text.count("\n````python\n") == text.count("\n````\n") == 1


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(make_report(make_sample(), complete=False), id="interrupted"),
        pytest.param(make_report(), id="no-model"),
        pytest.param(
            make_report(make_result(make_cell_result(make_cell(), verdicts.NotRun()))),
            id="no-answer",
        ),
    ],
)
def test_run_that_says_nothing_never_replaces_a_section(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(CARDS["with-section"])
    with pytest.raises(NothingTestable, match="card was not changed"):
        card_job.put(report, path)
    assert path.read_bytes() == CARDS["with-section"]


def test_report_that_loads_nowhere_is_an_answer_worth_publishing(tmp_path: Path) -> None:
    assert b"Does not load in the only tested" in _put(_fails(), tmp_path / "README.md")


def test_path_of_the_machine_is_not_published() -> None:
    error = ErrorRecord(type="OSError", message="cannot open /models/secret/m.h5 now")
    cell = make_cell_result(make_cell(), verdicts.Fails(error=error))
    text = render(make_report(make_result(cell), path=Path("/models/secret/m.h5")))
    assert "/models/secret" not in text
    assert "cannot open m.h5 now" in text


def test_several_models_have_a_heading_each() -> None:
    text = render(make_report(make_sample(), make_sample()))
    assert text.count("\n### m\n") == 2


def test_releases_that_answer_alike_are_one_row_without_patches_and_pythons() -> None:
    runs, fails = verdicts.Runs(), verdicts.Fails(error=ErrorRecord(type="ValueError"))
    found = {"2.12.1": runs, "2.13.1": runs, "2.14.1": runs, "2.15.1": fails}
    cells = [make_cell_result(make_cell(name), verdict) for name, verdict in found.items()]
    rows = [line for line in render(make_report(make_result(*cells))).splitlines() if "|" in line]
    assert [row.split("|")[1].strip() for row in rows[2:]] == ["2.12 - 2.14", "2.15"]


def test_section_has_no_path_of_the_machine() -> None:
    error = ErrorRecord(type="ValueError", message="/secret/place/m: cannot be opened")
    cells = [
        make_cell_result(make_cell("2.14.1"), verdicts.Fails(error=error)),
        make_cell_result(make_cell("2.15.1"), verdicts.Runs()),
    ]
    assert "secret" not in render(make_report(make_result(*cells), path=Path("/secret/place/m")))


def test_argument_of_a_call_that_is_only_told_of_is_explained_in_the_folded_part() -> None:
    error = ErrorRecord(type="ValueError", message="weight decay is not a valid argument")
    old = make_cell_result(
        make_cell("2.14.1"),
        make_check_result(verdicts.Fails(error=error), "keras", "compile=True"),
        make_check_result(verdicts.Runs(), "keras", "compile=False"),
    )
    runs = make_check_result(verdicts.Runs(), "keras", "compile=True")
    new = make_cell_result(make_cell("2.15.1"), runs)
    visible, _, folded = render(make_report(make_result(old, new))).partition("<details>")
    assert "leaves out the optimizer" not in visible
    assert "with them it does not load in 2.14." in folded
    visible, _, folded = render(make_report(make_result(old))).partition("<details>")
    assert "with them it does not load in 2.14." in visible
    assert "leaves out the optimizer" not in folded


def test_cell_of_a_report_says_what_happens_without_the_argument() -> None:
    error = ErrorRecord(type="ValueError", message="weight decay is not a valid argument")
    cell = make_cell_result(
        make_cell("2.14.1"),
        make_check_result(verdicts.Fails(error=error), "keras", "compile=True"),
        make_check_result(verdicts.Runs(), "keras", "compile=False"),
    )
    (model,) = make_report(make_result(cell)).models
    assert "Without compile=False: " in render_cell(model, model.cells[0])
