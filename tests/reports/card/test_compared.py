"""`--check` compares what a card describes with what lies beside it, and says what it cannot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from matrix.called import by_command
from matrix.errors import UsageError
from matrix.model.identify import identify
from tests import tiny_models
from tests.reports.card.cards_of_models import CARD, REPORT, Place

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A card of two models and of the Python that they need."""
    found = Place(tmp_path)
    for name in ("digits", "words"):
        found.model(name)
    found.report("digits", "words", custom_objects=found.python("one = 1"))
    found.card(REPORT, CARD)
    return found


def _checked(place: Place, captured: Captured, *words: str) -> tuple[int, str]:
    captured.readouterr()
    with by_command():
        code = place.card(*words, CARD, "--check")
    seen = captured.readouterr()
    return code, (seen.out + seen.err).replace(f"{place.folder}/", "")


@pytest.mark.parametrize("words", [(), (REPORT,)], ids=["alone", "report"])
def test_card_of_what_lies_beside_it_is_up_to_date(
    place: Place, capsys: Captured, words: tuple[str, ...]
) -> None:
    assert _checked(place, capsys, *words) == (0, f"{CARD} is up to date.\n")


@pytest.mark.parametrize("words", [(), (REPORT,)], ids=["alone", "report"])
def test_changed_model_is_told_with_both_checksums_and_the_whole_call(
    place: Place, capsys: Captured, words: tuple[str, ...]
) -> None:
    old = identify(place.folder / "words").sha256
    new = identify(place.model("words", "others")).sha256
    code, said = _checked(place, capsys, *words)
    assert code == 1
    assert (
        f"words is not the tested model: SHA-256 {old[:12]}... in the section of 2026-01-02, "
        f"{new[:12]}... now.\nRun `loadmatrix digits words --card {CARD} --tensorflow "
    ) in said
    assert " --custom-objects layers.py` to update it, with any other options " in said


def test_model_that_is_not_there_is_not_called_up_to_date(place: Place, capsys: Captured) -> None:
    shutil.rmtree(place.folder / "words")
    said = "was not edited by hand. words is not beside the card and was not compared."
    assert _checked(place, capsys) == (0, f"{CARD} {said}\n")
    with pytest.raises(UsageError, match="elsewhere does not exist"):
        place.card(CARD, "--check", "--model", "elsewhere")


def test_folder_without_its_model_is_not_the_tested_model(place: Place, capsys: Captured) -> None:
    (place.folder / "words" / "saved_model.pb").unlink()
    code, said = _checked(place, capsys)
    assert code == 1
    assert "words is not the tested model: SHA-256 " in said
    assert "in the section of 2026-01-02, a folder without a model now." in said


def test_model_in_a_folder_is_found_where_it_lay(tmp_path: Path, capsys: Captured) -> None:
    place = Place(tmp_path)
    place.model("models/words")
    place.report("models/words")
    place.card(REPORT, CARD)
    assert _checked(place, capsys)[0] == 0
    place.model("models/words", "others")
    code, said = _checked(place, capsys)
    assert code == 1
    assert f"Run `loadmatrix models/words --card {CARD} --tensorflow " in said


def test_model_may_be_compared_where_it_lies_now(place: Place, capsys: Captured) -> None:
    (place.folder / "words").rename(place.folder / "moved")
    words = ("--model", "moved")
    assert _checked(place, capsys, *words) == (0, f"{CARD} is up to date.\n")
    place.model("moved", "others")
    code, said = _checked(place, capsys, *words)
    assert code == 1
    assert "moved is none of the models of the section." in said


@pytest.mark.parametrize("oid", ["tested", "another"])
def test_pointer_of_git_lfs_stands_for_its_file(tmp_path: Path, capsys: Captured, oid: str) -> None:
    place = Place(tmp_path)
    path = tmp_path / "words.tflite"
    tiny_models.quantised_tflite(path, scale=0.5)
    place.report("words.tflite")
    place.card(REPORT, CARD)
    digest = identify(path).sha256 if oid == "tested" else "cd" * 32
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 7\n"
    path.write_text(pointer, encoding="utf-8")
    assert _checked(place, capsys)[0] == (0 if oid == "tested" else 1)


@pytest.mark.parametrize("words", [(), (REPORT,)], ids=["alone", "report"])
def test_changed_python_is_seen(place: Place, capsys: Captured, words: tuple[str, ...]) -> None:
    place.python("one = 2")
    code, said = _checked(place, capsys, *words)
    assert code == 1
    assert "layers.py is not the file of --custom-objects that the models were tested with" in said
    (place.folder / "layers.py").unlink()
    code, said = _checked(place, capsys, *words)
    assert code == 1
    assert "layers.py, the file of --custom-objects, is no longer beside the card." in said


def test_report_with_one_more_model_names_it(place: Place, capsys: Captured) -> None:
    place.model("more")
    place.report("digits", "words", "more")
    code, said = _checked(place, capsys, REPORT)
    assert code == 1
    assert "that is out of date: it does not describe more.\n" in said
    assert f"Run `loadmatrix card {REPORT} {CARD}` to update it." in said
    place.report("digits")
    code, said = _checked(place, capsys, REPORT)
    assert "that is out of date: the report has no words.\n" in said
    assert f"Run `loadmatrix digits words --card {CARD} --tensorflow " in said


def test_card_without_a_section_is_told_how_to_get_one(place: Place, capsys: Captured) -> None:
    (place.folder / CARD).write_text("# A\n", encoding="utf-8")
    assert f"Run `loadmatrix MODEL --card {CARD}` to write one." in _checked(place, capsys)[1]


def test_section_of_an_older_version_is_compared_by_names(place: Place, capsys: Captured) -> None:
    text = place.text
    line = next(line for line in text.splitlines() if line.startswith("<!-- made of "))
    (place.folder / CARD).write_text(text.replace(f"{line}\n", ""), encoding="utf-8")
    place.model("words", "others")
    code, said = _checked(place, capsys)
    assert code == 1
    assert "words is not the tested model" in said
    again = f"`loadmatrix digits words --card {CARD}` to update it, with the options that"
    assert again in said
