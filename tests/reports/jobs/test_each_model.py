"""What `inspect` and `predict` share: lists, shards, and processes for many models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import UsageError
from reports.jobs.inspect import inspect
from reports.jobs.predict import predict
from tests import tiny_models

Job = Callable[[list[str], Path], int]
Said = pytest.CaptureFixture[str]
both = pytest.mark.parametrize("job", [inspect, predict])


def _models(capsys: Said, job: Job, folder: Path, *words: str) -> tuple[int, Any]:
    code = job([*words, "--json"], folder)
    return code, json.loads(capsys.readouterr().out)["models"]


def _names(models: Any) -> list[str]:
    return [Path(model["path"]).name for model in models]


def test_many_models_of_a_list_are_told_as_few_are(tmp_path: Path, capsys: Said) -> None:
    tiny_models.tflite(tmp_path / "000.tflite")
    names = [f"{number:03}.tflite" for number in range(70)]
    for name in names[1:]:
        shutil.copy(tmp_path / names[0], tmp_path / name)
    (tmp_path / names[66]).write_bytes(b"")
    (tmp_path / names[68]).unlink()
    (tmp_path / "list.txt").write_text("\n".join(names), encoding="utf-8")
    code, many = _models(capsys, inspect, tmp_path, "--models-from", "list.txt")
    parts = [_models(capsys, inspect, tmp_path, *words) for words in (names[:35], names[35:])]
    assert (code, [part[0] for part in parts]) == (3, [0, 3])
    assert many == [*parts[0][1], *parts[1][1]]
    assert inspect(["--models-from", "list.txt"], tmp_path) == 3
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "70 models, 2 of them found damaged or not a model: 066.tflite, 068.tflite."


@both
def test_shards_have_every_model_once(job: Job, tmp_path: Path, capsys: Said) -> None:
    for name in "abcd":
        tiny_models.tflite(tmp_path / f"{name}.tflite")
    words = ["--models-from", "*.tflite", "--shard"]
    found = [_models(capsys, job, tmp_path, *words, f"{n}/9") for n in range(1, 10)]
    assert {code for code, _ in found} == {0}
    every = [name for _, models in found for name in _names(models)]
    assert sorted(every) == [f"{name}.tflite" for name in "abcd"]
    empty = next(n for n, (_, models) in enumerate(found, start=1) if not models)
    assert job([*words, f"{empty}/9"], tmp_path) == 0
    assert capsys.readouterr().out == f"Shard {empty}/9 has none of the models.\n"


@both
def test_name_that_a_table_gives_is_told(job: Job, tmp_path: Path, capsys: Said) -> None:
    tiny_models.tflite(tmp_path / "m.tflite")
    (tmp_path / "l.csv").write_text("path,name\nm.tflite,Encoder\ngone,Decoder\n")
    code, models = _models(capsys, job, tmp_path, "--models-from", "l.csv")
    assert [model["called"] for model in models] == ["Encoder", "Decoder"]
    assert "does not exist" in models[1]["problem"]
    assert code == 3
    assert "called" not in _models(capsys, job, tmp_path, "m.tflite")[1][0]


@both
def test_list_of_one_is_a_list(job: Job, tmp_path: Path, capsys: Said) -> None:
    """What is in a list changes with time: its length decides nothing."""
    (tmp_path / "list.txt").write_text("gone\n")
    code, (model,) = _models(capsys, job, tmp_path, "--models-from", "list.txt")
    assert code in (3, 4)
    assert "does not exist" in model["problem"]


@both
def test_lists_and_shards_are_read_as_for_a_run(job: Job, tmp_path: Path) -> None:
    for words, told in (
        (["--models-from", "gone.txt"], "cannot be read"),
        (["m", "--shard", "3/2"], "not one of the shards"),
        (["m", "--model-from", "x"], "Did you mean --models-from"),
    ):
        with pytest.raises(UsageError, match=told):
            job(words, tmp_path)


@both
def test_names_of_any_character_leave_a_document(job: Job, tmp_path: Path, capsys: Said) -> None:
    names = ["a\x7fb", "c\x1bd", "e\udc80f", "g\u202eh"]
    for name in names:
        tiny_models.tflite(tmp_path / name)
    code, models = _models(capsys, job, tmp_path, *names)
    assert (code, _names(models)) == (0, names)


def test_checksums_of_what_is_intact_are_written_beside_what_is_not(
    tmp_path: Path, capsys: Said
) -> None:
    tiny_models.tflite(tmp_path / "a.tflite")
    (tmp_path / "b.tflite").write_bytes(b"")
    assert inspect(["a.tflite", "b.tflite", "--write-checksums"], tmp_path) == 3
    assert sorted(path.name for path in tmp_path.glob("*.sha256")) == ["a.tflite.sha256"]
    assert "Wrote" in capsys.readouterr().out
