"""Which models a search finds below a folder, and what it leaves alone."""

from __future__ import annotations

import io
import logging
import shutil
import tarfile
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from matrix.model.identify import identify
from matrix.models_list.search import models_below
from tests import tiny_models

SHARED = Path(__file__).resolve().parents[4] / "shared" / "models"


def _below(folder: Path, *, named: bool = False) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in models_below(folder, named=named)]


def _text(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_models_of_each_format_are_found_by_their_content(tmp_path: Path) -> None:
    tiny_models.saved_model(tmp_path / "a")
    (tmp_path / "files").mkdir()
    tiny_models.keras(tmp_path / "files" / "b.keras")
    tiny_models.hdf5(tmp_path / "files" / "c.bin")
    tiny_models.tflite(tmp_path / "files" / "d")
    tiny_models.graph_def(tmp_path / "files" / "e.pb")
    _text(tmp_path / "files" / "f.json", '{"class_name": "Sequential", "config": []}')
    _text(tmp_path / "files" / "README.md", "# Models\n")
    _text(tmp_path / "files" / "settings.json", '{"class_name": 3}')
    tiny_models.checkpoint(tmp_path / "training")
    assert _below(tmp_path) == [
        *("a", "files/b.keras", "files/c.bin", "files/d", "files/e.pb", "files/f.json"),
        "training/model.ckpt",
    ]


def test_what_is_found_can_be_named(tmp_path: Path) -> None:
    tiny_models.saved_model(tmp_path / "a")
    tiny_models.checkpoint(tmp_path / "b")
    tiny_models.tflite(tmp_path / "c")
    for model in models_below(tmp_path):
        assert identify(model, tmp_path / "cache").sha256


def test_a_folder_that_is_a_model_is_not_entered(tmp_path: Path) -> None:
    model = tiny_models.saved_model(tmp_path / "a")
    tiny_models.tflite(tmp_path / "a" / "assets" / "inner.tflite")
    assert _below(tmp_path) == ["a"]
    assert list(models_below(model)) == [model]
    for name in ("config.json", "metadata.json"):
        _text(tmp_path / "unzipped" / name, "{}")
    tiny_models.hdf5(tmp_path / "unzipped" / "model.weights.h5")
    assert _below(tmp_path) == ["a", "unzipped"]


def test_a_saved_model_that_lost_its_graph_is_one_to_tell_of(tmp_path: Path) -> None:
    tiny_models.saved_model(tmp_path / "a")
    (tmp_path / "a" / "saved_model.pb").unlink()
    assert _below(tmp_path) == ["a"]


def test_numbered_folders_are_versions_of_one_model(tmp_path: Path) -> None:
    for version in ("1", "2"):
        tiny_models.saved_model(tmp_path / "served" / version)
    assert _below(tmp_path) == ["served"]


def test_numbered_folders_of_the_searched_one_are_models(tmp_path: Path) -> None:
    """A registry may number its models, and none of them may be lost."""
    for version in ("1001", "1002"):
        tiny_models.saved_model(tmp_path / version)
    assert _below(tmp_path) == ["1001", "1002"]
    assert _below(tmp_path, named=True) == ["."]


def test_weights_and_data_are_no_models(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "weights.h5", "w") as file:
        file.attrs["layer_names"] = ["dense"]
    with h5py.File(tmp_path / "data.hdf5", "w") as file:
        file["x"] = np.zeros(3)
    _text(tmp_path / "pointer.weights.h5", "version https://git-lfs.github.com/spec/v1\n")
    tiny_models.hdf5(tmp_path / "whole.weights.h5")
    assert _below(tmp_path) == ["whole.weights.h5"]


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.tflite"])
@pytest.mark.parametrize("content", ["", "version https://git-lfs.github.com/spec/v1\n", "<html>"])
def test_what_is_named_like_a_model_is_one_to_tell_of(
    tmp_path: Path, name: str, content: str
) -> None:
    _text(tmp_path / name, content)
    assert _below(tmp_path) == [name]


def test_damaged_models_are_found(tmp_path: Path) -> None:
    whole = tiny_models.hdf5(tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:600])
    graph = tiny_models.graph_def(tmp_path / "graph.pb").read_bytes()
    (tmp_path / "cut.pb").write_bytes(graph[:-10])
    _text(tmp_path / "cut.json", '{"class_name": "Sequential", "config": [')
    assert _below(tmp_path) == ["cut", "cut.json", "cut.pb", "graph.pb", "whole"]


def test_of_a_training_only_the_newest_state_is_found(tmp_path: Path) -> None:
    for name in ("ckpt-1", "ckpt-2"):
        tiny_models.bundle(tmp_path / name, [{"v": np.zeros(2, np.float32)}])
    assert _below(tmp_path) == ["ckpt-1", "ckpt-2"]
    _text(tmp_path / "checkpoint", 'model_checkpoint_path: "ckpt-2"\n')
    tiny_models.tflite(tmp_path / "exported.tflite")
    assert _below(tmp_path) == ["ckpt-2", "exported.tflite"]


def test_archives_are_found_if_a_model_is_in_them(tmp_path: Path) -> None:
    model = tiny_models.saved_model(tmp_path / "folder")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(model, "model")
    with tarfile.open(tmp_path / "notes.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo("notes.txt"), io.BytesIO())
    shutil.make_archive(str(tmp_path / "model"), "zip", model)
    with zipfile.ZipFile(tmp_path / "notes.zip", "w") as packed:
        packed.writestr("notes.txt", "")
    shutil.rmtree(model)
    (tmp_path / "cut.tar.gz").write_bytes((tmp_path / "model.tar.gz").read_bytes()[:10])
    assert _below(tmp_path) == ["model.tar.gz", "model.zip"]


def test_results_of_ours_and_hidden_folders_are_left_out(tmp_path: Path) -> None:
    tiny_models.tflite(_text(tmp_path / "m.tflite", ""))
    for place in ("compatibility", ".git", "__pycache__", "parts/00001"):
        (tmp_path / place / "inputs").mkdir(parents=True)
        tiny_models.tflite(tmp_path / place / "inputs" / "n.tflite")
    _text(tmp_path / "compatibility" / "report.json", "{}")
    (tmp_path / "compatibility" / "results").mkdir()
    for name in ("plan.json", "run.json"):
        _text(tmp_path / "parts" / "00001" / name, "{}")
    assert _below(tmp_path) == ["m.tflite"]


def test_links_are_followed_inside_of_the_folder_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outside = tiny_models.tflite(tmp_path / "outside.tflite")
    hub = tmp_path / "hub"
    tiny_models.tflite(_text(hub / "blobs" / "0a1b", ""))
    (hub / "refs").mkdir()
    (hub / "snapshots" / "1").mkdir(parents=True)
    (hub / "snapshots" / "1" / "m.tflite").symlink_to("../../blobs/0a1b")
    (hub / "out.tflite").symlink_to(outside)
    (hub / "gone.tflite").symlink_to("nowhere")
    (hub / "again").symlink_to(hub, target_is_directory=True)
    with caplog.at_level(logging.WARNING, "loadmatrix"):
        assert _below(hub) == ["snapshots/1/m.tflite"]
    assert "1 link in" in caplog.text


@pytest.mark.skipif(not SHARED.is_dir(), reason="there are no models beside the project")
def test_every_model_at_hand_is_found() -> None:
    weights = {"h5-deepcut-thai", "h5-textgenrnn-weights", "h5-inaspeech-testfile"}
    named = {path.name for path in SHARED.iterdir() if path.is_dir()} - {"LICENSES"} - weights
    found = [path.relative_to(SHARED).parts[0] for path in models_below(SHARED)]
    assert sorted(found) == sorted(named)
