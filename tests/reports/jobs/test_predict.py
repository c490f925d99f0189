"""The `predict` job."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.catalogue.releases import catalogue
from matrix.errors import UsageError
from matrix.plan.loaders import LOADERS
from reports.jobs.predict import predict
from tests.conftest import EXAMPLE


def test_json_has_a_row_for_each_release_and_loader(capsys: pytest.CaptureFixture[str]) -> None:
    assert predict([str(EXAMPLE), "--json"], Path.cwd()) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert (model["path"], model["format"]) == (str(EXAMPLE), "saved_model")
    rows = {(row["tensorflow"], row["loader"]): row for row in model["predictions"]}
    assert len(rows) == len(model["predictions"])
    releases = [str(release.version) for release in catalogue()]
    assert {release for release, _ in rows} == set(releases)
    assert {loader for _, loader in rows} == {
        *("saved_model", "session", "keras", "tf_keras", "tfsm_layer")
    } & set(LOADERS)
    assert {row["verdict"] for row in rows.values()} <= {"loads", "fails", "unknown"}
    assert all(row["why"] for row in rows.values())
    assert rows["2.15.1", "saved_model"]["verdict"] == "loads"
    # tf_keras is tried where the package exists.
    assert min(releases.index(r) for r, loader in rows if loader == "tf_keras") == 17


def test_releases_and_loaders_are_selected(capsys: pytest.CaptureFixture[str]) -> None:
    line = [str(EXAMPLE), "--json", "--tensorflow", "2.14.0,2.16", "--loader", "saved_model"]
    assert predict(line, Path.cwd()) == 0
    (model,) = json.loads(capsys.readouterr().out)["models"]
    rows = [(row["tensorflow"], row["loader"]) for row in model["predictions"]]
    assert rows == [("2.14.0", "saved_model"), ("2.16.2", "saved_model")]


def test_selection_that_leaves_nothing_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=r"No known release matches --tensorflow 3\.0"):
        predict([str(EXAMPLE), "--tensorflow", "3.0"], Path.cwd())
    assert predict([str(EXAMPLE), "--loader", "tflite"], Path.cwd()) == UsageError.exit_code
    assert "which these read: saved_model" in capsys.readouterr().out


def test_text_never_speaks_of_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert predict([str(EXAMPLE)], Path.cwd()) == 0
    text = capsys.readouterr().out
    assert "nothing was run" in text
    lines = [line.split(maxsplit=1) for line in text.splitlines()]
    told = {words[0]: words[1] for words in lines if words and words[0] in LOADERS}
    assert set(told) == {"saved_model", "session", "keras", "tf_keras", "tfsm_layer"}
    assert all(line.startswith(("predicted to ", "not predicted")) for line in told.values())


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_file_that_is_no_model_has_its_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    Path(tmp_path, "notes.txt").write_text("nothing but words")
    assert predict([str(EXAMPLE), "notes.txt", *words], tmp_path) == 3
    out = capsys.readouterr().out
    if words:
        sound, broken = json.loads(out)["models"]
        assert sound["predictions"]
        assert (broken["format"], broken["predictions"]) == ("unknown", [])
        assert broken["problem"]
    else:
        assert "Nothing is predicted of" in out


def test_what_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert predict(["nowhere"], tmp_path) == UsageError.exit_code
    with pytest.raises(UsageError):
        predict([], tmp_path)


def test_names_of_a_model_stay_text(
    model_named: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    predict([str(model_named("a\x1b[31mb"))], Path.cwd())
    assert "\x1b" not in capsys.readouterr().out
