"""`inspect`, `predict` and `explain` as functions: what they give, and what they refuse."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

import loadmatrix
from loadmatrix.in_python import in_python
from matrix.called import call
from tests.conftest import EXAMPLE
from tests.tiny_models import saved_model


def test_inspection_says_what_the_command_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reports.cli import main

    monkeypatch.chdir(EXAMPLE.parent)
    seen = loadmatrix.inspect(EXAMPLE.name)
    assert main(["inspect", EXAMPLE.name]) == 0
    assert f"{seen}\n" == capsys.readouterr().out
    assert main(["inspect", EXAMPLE.name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["models"] == [json.loads(seen.to_json())]


def test_damaged_model_has_findings(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "model")
    data = next((model / "variables").glob("*.data*"), None)
    assert data is not None
    data.write_bytes(data.read_bytes()[:-1])
    seen = loadmatrix.inspect(model)
    assert not seen.sound
    assert [finding.damaged for finding in seen.findings] == [True]


def test_checksums_are_compared(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "model")
    (tmp_path / "sums").write_text(f"{'0' * 64}  model/saved_model.pb\n")
    assert not loadmatrix.inspect(model, checksums=tmp_path / "sums").sound


@pytest.mark.parametrize("look", [loadmatrix.inspect, loadmatrix.predict])
def test_what_is_not_there_is_a_wrong_call(look: object, tmp_path: Path) -> None:
    assert callable(look)
    with pytest.raises(loadmatrix.UsageError, match="does not exist") as error:
        look(tmp_path / "nowhere")
    assert error.value.exit_code == 4
    assert error.value.report is None


@pytest.mark.parametrize("look", [loadmatrix.inspect, loadmatrix.predict])
def test_what_is_no_model_cannot_be_tested(look: object, tmp_path: Path) -> None:
    assert callable(look)
    (tmp_path / "notes.txt").write_text("notes\n")
    with pytest.raises(loadmatrix.NothingTestable, match="not a TensorFlow model"):
        look(tmp_path / "notes.txt")


def test_number_is_no_path() -> None:
    with pytest.raises(TypeError, match="model must be a string or a path, not 3"):
        loadmatrix.inspect(3)  # type: ignore[arg-type]


def test_predictions_are_those_of_the_asked_releases() -> None:
    every = {one.tensorflow for one in loadmatrix.predict(EXAMPLE)}
    some = loadmatrix.predict(EXAMPLE, "2.15,2.17")
    assert {one.tensorflow for one in some} == {"2.15.1", "2.17.1"}
    assert {"2.15.1", "2.17.1"} < every
    assert {one.verdict for one in some if one.loader == "saved_model"} == {"loads"}


def test_older_patch_is_predicted_for_itself() -> None:
    assert {one.tensorflow for one in loadmatrix.predict(EXAMPLE, "2.15.0")} == {"2.15.0"}


def test_predictions_are_those_of_the_asked_loaders() -> None:
    assert {one.loader for one in loadmatrix.predict(EXAMPLE, loader="keras")} == {"keras"}
    with pytest.raises(loadmatrix.UsageError, match="cheras"):
        loadmatrix.predict(EXAMPLE, loader=["keras", "cheras"])


@pytest.mark.parametrize("named", ["3.0", "newest", ">=2.15,<2.14"])
def test_releases_that_are_not_there_are_told(named: str) -> None:
    with pytest.raises(loadmatrix.UsageError, match=r"No known release|not a version specifier"):
        loadmatrix.predict(EXAMPLE, named)


def test_exception_is_explained_like_its_text() -> None:
    found = loadmatrix.explain(ValueError("Unknown layer: Attention2"))
    assert found.cause is loadmatrix.Cause.MISSING_CUSTOM_OBJECT
    assert found.subject == "Attention2"
    assert "custom_objects={'Attention2': Attention2}" in str(found)


def test_unknown_error_says_so() -> None:
    found = loadmatrix.explain("the moon is full")
    assert found.cause is loadmatrix.Cause.UNCLASSIFIED
    assert found.certainty is None


@pytest.mark.parametrize("text", ["", " \n"])
def test_no_error_is_a_wrong_call(text: str) -> None:
    with pytest.raises(loadmatrix.UsageError, match="text is empty"):
        loadmatrix.explain(text)


def test_report_that_is_not_there_is_told_in_the_words_of_the_command(tmp_path: Path) -> None:
    with pytest.raises(loadmatrix.UsageError, match="Run `loadmatrix MODEL` to create one"):
        loadmatrix.read_report(tmp_path)
    assert call("matrix", "MODEL") == "nox -s matrix -- MODEL"


def test_threads_look_side_by_side() -> None:
    found: list[str] = []

    def look() -> None:
        found.append(loadmatrix.inspect(EXAMPLE).facts.sha256)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert call("matrix", "MODEL") == "nox -s matrix -- MODEL"


def test_model_is_found_from_the_working_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE)
    assert loadmatrix.inspect(os.curdir).sound


def test_names_of_options_are_those_of_arguments() -> None:
    with pytest.raises(loadmatrix.UsageError, match=r"matches tensorflow 9\.") as error:
        loadmatrix.predict(EXAMPLE, "9")
    assert "--" not in str(error.value)
    said = in_python("Give --timeout 9, --no-remedies or --with x; /a/--only and --help stay.")
    assert said == "Give timeout 9, remedies=False or with_ x; /a/--only and --help stay."


def test_sentence_is_all_that_is_shown(tmp_path: Path) -> None:
    with pytest.raises(loadmatrix.LoadmatrixError) as error:
        loadmatrix.read_report(tmp_path / "nothere")
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__


def test_values_are_shown_in_a_few_words() -> None:
    assert repr(loadmatrix.inspect(EXAMPLE)) == "<Inspection half_plus_two (SavedModel): sound>"
    first, *_ = loadmatrix.predict(EXAMPLE, "2.15")
    assert repr(first) == "<Prediction 2.15.1 saved_model: loads>"
