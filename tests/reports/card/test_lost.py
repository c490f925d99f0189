"""What a card says of a model is not lost for a run of another one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from matrix.called import by_command
from matrix.errors import UsageError
from reports.card.described import Described, described_in, lost
from reports.jobs.card import put
from reports.jobs.matrix import matrix
from tests.reports.card.cards_of_models import CARD, REPORT, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A card of two models."""
    found = Place(tmp_path)
    for name in ("digits", "words"):
        found.model(name)
    found.report("digits", "words")
    found.card(REPORT, CARD)
    return found


def _models(*texts: str) -> list[Described]:
    pairs = (text.split(":") for text in texts)
    return [Described(name=name, sha256=digest) for name, digest in pairs]


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        pytest.param(["a:1", "b:2"], ["a:1"], ["b"], id="one-of-two"),
        pytest.param(["a:1"], ["a:2"], [], id="new-bytes"),
        pytest.param(["a:1"], ["b:1"], [], id="renamed"),
        pytest.param(["a:1"], ["b:2"], ["a"], id="other"),
        pytest.param(["m:1", "m:2"], ["m:2"], ["m"], id="alike-in-name"),
        pytest.param(["a:1", "b:1"], ["a:1"], ["b"], id="alike-in-bytes"),
        pytest.param(["a:1", "b:2"], ["b:1", "a:3"], ["b"], id="name-taken-by-another"),
        pytest.param(["a:1"], ["b:2", "a:1"], [], id="one-more"),
    ],
)
def test_model_is_lost_that_nothing_new_stands_for(
    old: Sequence[str], new: Sequence[str], gone: Sequence[str]
) -> None:
    assert [model.name for model in lost(_models(*old), _models(*new))] == gone


def test_model_at_another_place_under_the_same_name_is_another_one() -> None:
    old = [Described(name="m", sha256="1", place="a/m")]
    assert lost(old, [Described(name="m", sha256="2", place="b/m")])
    assert not lost(old, [Described(name="m", sha256="2", place="a/m")])
    assert not lost(old, [Described(name="m", sha256="2")])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_models_of_a_section_are_read_whatever_its_line_ends(place: Place, end: str) -> None:
    found = described_in(place.text.replace("\n", end))
    assert [model.name for model in found] == ["digits", "words"]
    assert len({model.sha256 for model in found}) == 2


@pytest.mark.parametrize("word", [(), ("--diff",)], ids=["write", "diff"])
def test_report_of_one_model_does_not_replace_the_section_of_two(
    place: Place, word: Sequence[str]
) -> None:
    before = place.text
    place.report("words")
    with by_command(), pytest.raises(UsageError, match="describes digits as well") as refused:
        place.card(REPORT, CARD, *word)
    assert f"`loadmatrix words digits --card {CARD} --tensorflow " in str(refused.value)
    assert "or remove the section" in str(refused.value)
    assert place.text == before


def test_who_chooses_one_model_of_a_report_is_told_of_the_others(place: Place) -> None:
    before = place.text
    with by_command(), pytest.raises(UsageError) as refused:
        place.card(REPORT, CARD, "--model", "words")
    assert f"`loadmatrix card {REPORT} {CARD}`" in str(refused.value)
    assert place.text == before


def test_section_without_its_text_is_replaced(place: Place) -> None:
    start, _, rest = place.text.partition("<!-- BEGIN LOADMATRIX -->\n")
    end = rest[rest.index("<!-- END LOADMATRIX -->") :]
    (place.folder / CARD).write_text(f"{start}<!-- BEGIN LOADMATRIX -->\n{end}", encoding="utf-8")
    place.report("words")
    assert place.card(REPORT, CARD) == 0
    assert "`digits`" not in place.text


def test_run_that_would_lose_a_model_stops_before_it_begins(place: Place) -> None:
    before = place.text
    words = ["words", "--card", CARD, "--tensorflow", "2.15", "--output", "out", "--offline"]
    with pytest.raises(UsageError, match="describes digits as well"):
        matrix(words, place.folder, place.folder / "no-noxfile.py")
    assert place.text == before
    assert not (place.folder / "out").exists()


def test_card_that_came_to_describe_another_model_during_the_run_stays(place: Place) -> None:
    before = place.text
    with pytest.raises(UsageError, match="The card was not changed"):
        put(place.report("words"), place.folder / CARD)
    assert place.text == before
