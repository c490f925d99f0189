"""What an error of a job becomes: a sentence of ours with its code, or a surprise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from matrix.errors import (
    EnvironmentUnavailable,
    LoadmatrixError,
    LockError,
    NothingTestable,
    UsageError,
)
from reports.jobs.exit_code import exit_code_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(LoadmatrixError, 2, id="ours"),
        pytest.param(LockError, 2, id="lock"),
        pytest.param(EnvironmentUnavailable, 2, id="environment"),
        pytest.param(NothingTestable, 3, id="nothing"),
        pytest.param(UsageError, 4, id="usage"),
    ],
)
def test_our_failure_becomes_its_sentence_and_its_code(
    capsys: pytest.CaptureFixture[str], error: type[LoadmatrixError], code: int
) -> None:
    def failing(_: Sequence[str]) -> int:
        raise error("something is wrong")

    assert exit_code_of(failing) == code
    assert capsys.readouterr().err == "loadmatrix: something is wrong\n"


def test_error_of_the_system_says_only_of_a_run_that_it_can_be_continued(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing(_: Sequence[str]) -> int:
        raise PermissionError(13, "Permission denied", "answers.tar")

    assert exit_code_of(failing) == 2
    said = capsys.readouterr().err
    assert said.endswith("cannot be used: Permission denied. Fix this, or choose another place.\n")


def test_surprise_is_no_sentence_of_ours() -> None:
    def failing(_: Sequence[str]) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        exit_code_of(failing)


def test_failure_is_shown_where_people_look_on_github(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    def failing(_: Sequence[str]) -> int:
        raise UsageError("100 % *wrong*\n\n::notice::forged")

    assert exit_code_of(failing) == 4
    lines = capsys.readouterr().out.splitlines()
    assert "::error title=Loadmatrix::100 %25 *wrong*%0A%0A::notice::forged" in lines
    assert (
        summary.read_text(encoding="utf-8") == "<pre>❌ 100 % *wrong*\n::notice::forged</pre>\n\n"
    )
    assert exit_code_of(failing, is_part=True) == 4
    assert not any("::error" in line for line in capsys.readouterr().out.splitlines())
