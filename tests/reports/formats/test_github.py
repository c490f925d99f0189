"""GitHub: commands that cannot be forged, a summary that fits, both only where they are wanted."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.results import verdicts
from reports.formats import github
from reports.formats.github import LIMIT, step_summary, workflow_commands
from reports.gate.judgement import Judgement
from reports.workflow_commands import commands_stopped, tell_outputs
from tests.builders import (
    EXAMPLES,
    HOSTILE,
    make_cell,
    make_cell_result,
    make_hostile,
    make_report,
    make_result,
    make_sample,
    report_of,
)
from tests.conftest import TESTS

GOLDEN = TESTS / "golden" / "step_summary.md"
FULL = Judgement(
    errors=("m: tensorflow>=2.12 is required (loads): does not load in 2.12.1 (fails: 100 %).",),
    warnings=("Known failure tensorflow==2.11.*: it no longer fails. Remove the declaration.",),
    notices=("newly loading: m keras in 2.15.1: runs",),
)


def test_summary_is_the_golden_one() -> None:
    assert step_summary(make_report(make_sample()), FULL) == GOLDEN.read_text(encoding="utf-8")


def test_each_kind_of_sentence_has_its_command() -> None:
    report = report_of({"2.15.1": EXAMPLES[verdicts.Runs], "2.16.2": EXAMPLES[verdicts.Broken]})
    kinds = [line.split(" ")[0] for line in workflow_commands(report, FULL)]
    assert kinds == ["::error", "::warning", "::warning", "::notice", "::notice"]
    assert "m: no answer for 2.16.2" in workflow_commands(report, Judgement())[0]


def test_text_cannot_end_its_command() -> None:
    judgement = Judgement(errors=("100 %\r\n::warning::forged",))
    (error, *_) = workflow_commands(make_report(make_sample()), judgement)
    assert error == "::error title=Loadmatrix::100 %25%0A::warning::forged"


def test_no_more_commands_than_are_shown() -> None:
    judgement = Judgement(errors=tuple(map(str, range(25))))
    errors = [
        line
        for line in workflow_commands(make_report(make_sample()), judgement)
        if line.startswith("::error")
    ]
    assert len(errors) == 10
    assert errors[-1].endswith("::16 more: see the summary of this step, or its log")


def test_summary_of_many_models_fits_and_keeps_every_sentence() -> None:
    text = step_summary(make_report(*[make_sample()] * 36), FULL, 50_000)
    assert 48_000 < len(text.encode()) <= 50_000
    assert text.count("### m (SavedModel)") == 36
    assert re.search(r"_This summary is too long: \d+ sections left out\.", text)
    assert text.count("<details>") == text.count("</details>")


def test_limit_is_below_what_github_refuses() -> None:
    assert LIMIT <= 1024 * 1024


@pytest.mark.parametrize("room", [0, 100, 300, 700, 1500, 3000])
def test_summary_never_takes_more_than_there_is(room: int) -> None:
    text = step_summary(make_report(make_sample()), FULL, room)
    assert len(text.encode()) <= room
    assert text.count("<details>") == text.count("</details>")


def test_hostile_text_is_no_markup_in_the_summary() -> None:
    report = make_report(make_hostile(), path=Path("/models", HOSTILE))
    text = step_summary(report, Judgement(errors=(HOSTILE,)))
    bare = re.sub(r"\\[\\`*_\[\]<>|~#]", "", text)
    assert "<b>" not in bare
    assert "](" not in bare
    assert not re.search(r"^# head", bare, re.MULTILINE)


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    return tmp_path / "summary.md"


def test_nothing_is_told_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    github.tell(make_report(make_sample()), FULL)
    with commands_stopped():
        print("::error::of a model")
    assert capsys.readouterr().out == "::error::of a model\n"


def test_step_is_told(step: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step.write_text("# before\n", encoding="utf-8")
    github.tell(make_report(make_sample()), FULL)
    assert capsys.readouterr().out.startswith("::error title=Loadmatrix::")
    assert step.read_text(encoding="utf-8").startswith("# before\n## TensorFlow compatibility")


@pytest.mark.usefixtures("step")
def test_no_line_of_a_model_is_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    with commands_stopped():
        print("::error::of a model")
    first, _, last = capsys.readouterr().out.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32
    assert last == f"::{token}::"


def test_our_commands_are_let_through(step: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with commands_stopped():
        github.tell(make_report(make_sample()), FULL)
        print("::error::of a model")
    first, resumed, *ours, stopped, model, last = capsys.readouterr().out.splitlines()
    word = first.removeprefix("::stop-commands::")
    assert (resumed, stopped, last) == (f"::{word}::", first, f"::{word}::")
    assert model == "::error::of a model"
    assert [line.split(" ")[0] for line in ours] == [
        *("::error", "::warning", "::warning", "::notice", "::notice")
    ]
    assert step.exists()


@pytest.mark.usefixtures("step")
def test_stop_has_another_word_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with commands_stopped():
            pass
    assert len(set(capsys.readouterr().out.splitlines())) == 4


def test_several_models_have_an_overview_before_their_sections() -> None:
    runs = make_result(make_cell_result(make_cell(), EXAMPLES[verdicts.Runs]))
    text = step_summary(make_report(runs, runs), Judgement())
    assert text.index("2 models in 1 cell: 2 work in every release") < text.index("### ")
    assert "What stands in the way" not in step_summary(make_report(runs), Judgement())


def test_outputs_of_a_step_are_one_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "outputs"
    monkeypatch.setenv("GITHUB_OUTPUT", str(place))
    tell_outputs({"report": "out/report.json"})
    assert not place.exists()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    tell_outputs({"report": "out/report.json", "folder": "a\nspecifier=forged"})
    assert place.read_text(encoding="utf-8") == "report=out/report.json\n"


def test_summary_of_an_interrupted_run_says_so() -> None:
    whole = make_report(make_sample())
    cut = replace(whole, complete=False)
    assert "The run was interrupted" in step_summary(cut, Judgement())
    assert any("The run was interrupted" in line for line in workflow_commands(cut, Judgement()))
    assert "interrupted" not in step_summary(whole, Judgement())


def test_what_ends_a_run_with_a_code_is_an_error() -> None:
    silent = report_of({"2.16.2": EXAMPLES[verdicts.Broken]})
    assert workflow_commands(silent, Judgement())[0].startswith("::error ")
    (model,) = silent.models
    refused = replace(model, cells=(), untested="m.h5 is incomplete.")
    (first, *_) = workflow_commands(replace(silent, models=(refused,)), Judgement())
    assert first.startswith("::error ")
