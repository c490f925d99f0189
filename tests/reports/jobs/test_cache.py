"""`nox -s cache`: what is kept is shown, and answers travel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matrix.entries import Entries, Entry
from matrix.run.keeping.model_inputs import RULES
from reports.jobs.cache import cache
from reports.jobs.exit_code import exit_code_of

KEY = "ab" * 20
INPUTS = Entry(document={}, files={RULES: b"{}"})


def call(folder: Path, *words: str) -> int:
    return exit_code_of(lambda asked: cache(asked, folder), [*words, "--envdir", "envs"])


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Entries:
    """The cache of a user, with one entry."""
    monkeypatch.delenv("LOADMATRIX_KNOWN")
    entries = Entries(folder=tmp_path / "envs" / "known")
    entries.write(KEY, INPUTS)
    return entries


def test_answers_travel(kept: Entries, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path, "export", "answers") == 0
    assert "Wrote 1 entry of known answers and inputs into" in capsys.readouterr().out
    kept.forget(KEY)
    assert call(tmp_path, "import", "answers") == 0
    assert kept.read(KEY) == INPUTS
    assert "Took 1 entry of known answers" in capsys.readouterr().out
    assert call(tmp_path, "import", "answers") == 0
    assert "1 were here already" in capsys.readouterr().out


def test_torn_file_is_a_sentence_and_gives_what_is_whole(
    kept: Entries, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call(tmp_path, "export", "answers")
    content = (tmp_path / "answers").read_bytes()
    (tmp_path / "answers").write_bytes(content[:-4])
    kept.forget(KEY)
    assert call(tmp_path, "import", "answers") == 2
    assert kept.read(KEY) == INPUTS
    assert "was not read to its end" in capsys.readouterr().err


@pytest.mark.usefixtures("kept")
def test_what_is_there_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(tmp_path) == 0
    said = capsys.readouterr().out
    assert "0 environments, 0 MB" in said
    assert re.search(r"1 entry of known answers and inputs, 0\.0 MB of at most 1 GB", said)


@pytest.mark.parametrize(
    "words",
    [["export"], ["import", "a", "b"], ["explode", "a"], ["import", "absent"], ["--known-gb", "0"]],
)
@pytest.mark.usefixtures("kept")
def test_mistakes_are_usage_errors(words: list[str], tmp_path: Path) -> None:
    assert call(tmp_path, *words) == 4
