"""Seven ways to damage each kind of model: the finding names the file, every time."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.model.codecs.protobuf import message_class
from matrix.model.examine import examine
from matrix.model.integrity.finding import Finding, Kind
from tests import tiny_models
from tests.conftest import SHARED

MODELS = SHARED / "models"

# How each kind is made, and the file that stands for it when it is damaged.
MADE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "saved_model": (lambda folder: tiny_models.saved_model(folder / "m"), "saved_model.pb"),
    "keras_v3": (lambda folder: tiny_models.keras(folder / "m.keras"), "m.keras"),
    "keras_h5": (lambda folder: tiny_models.hdf5(folder / "m.h5"), "m.h5"),
    "tflite": (lambda folder: tiny_models.tflite(folder / "m.tflite"), "m.tflite"),
    "checkpoint": (lambda folder: tiny_models.checkpoint(folder / "m"), "model.ckpt.index"),
    "graph_def": (lambda folder: tiny_models.graph_def(folder / "m.pb"), "m.pb"),
}
each_kind = pytest.mark.parametrize("kind", MADE)


@pytest.fixture
def made(kind: str, tmp_path: Path) -> tuple[Path, Path]:
    """A sound model of a kind, and its main file."""
    make, main = MADE[kind]
    model = make(tmp_path)
    return model, model / main if model.is_dir() else model


def only(findings: tuple[Finding, ...]) -> Finding:
    (one,) = findings
    return one


@each_kind
def test_sound_model_has_no_findings(made: tuple[Path, Path]) -> None:
    assert examine(made[0]) == ()


@each_kind
def test_file_that_was_cut_short_is_named(made: tuple[Path, Path]) -> None:
    model, main = made
    whole = main.read_bytes()
    for share in (0.05, 0.5, 0.98):
        main.write_bytes(whole[: int(len(whole) * share)])
        first = examine(model)[0]
        assert (first.damaged, first.file) == (True, main.name)
        assert main.name in first.sentence


@each_kind
def test_empty_file_is_named(made: tuple[Path, Path]) -> None:
    model, main = made
    main.write_bytes(b"")
    first = examine(model)[0]
    assert (first.kind, first.file) == (Kind.EMPTY, main.name)


@each_kind
def test_git_lfs_pointer_is_no_model(made: tuple[Path, Path]) -> None:
    model, main = made
    main.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")
    first = examine(model)[0]
    assert (first.kind, first.file) == (Kind.LFS_POINTER, main.name)
    assert "12,345 bytes was not downloaded" in first.sentence


@each_kind
def test_web_page_is_no_model(made: tuple[Path, Path]) -> None:
    model, main = made
    main.write_text("<!DOCTYPE html>\n<html>Not found</html>")
    first = examine(model)[0]
    assert (first.kind, first.file) == (Kind.WEB_PAGE, main.name)


@each_kind
@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_mode_that_lets_nobody_read_is_named_with_its_owner(made: tuple[Path, Path]) -> None:
    model, main = made
    main.chmod(0o000)
    try:
        found = [one for one in examine(model) if one.kind is Kind.UNREADABLE]
    finally:
        main.chmod(0o600)
    assert only(tuple(found)).file == main.name
    assert f"mode 000, owner {main.owner()}" in found[0].sentence
    # Root reads everything: what this user can read is not claimed to be unreadable.
    assert found[0].damaged == (os.geteuid() != 0)


@pytest.mark.parametrize(
    ("kind", "name", "what"),
    [
        ("saved_model", "m.keras", "m.keras is a folder, but its name is that of a zip file"),
        ("keras_v3", "m.h5", "m.h5 is a zip file, but its name is that of an HDF5 file"),
        ("keras_h5", "m.keras", "m.keras is an HDF5 file, but its name is that of a zip file"),
        ("tflite", "m.h5", "m.h5 is a TensorFlow Lite model, but its name"),
        ("checkpoint", "m.keras", "m.keras is a folder, but its name is that of a zip file"),
        ("graph_def", "m.tflite", "m.tflite is not a TensorFlow Lite model, as its name says"),
        ("graph_def", "m.h5", "m.h5 is not an HDF5 file, as its name says"),
    ],
)
def test_wrong_name_is_told(made: tuple[Path, Path], name: str, what: str) -> None:
    renamed = made[0].rename(made[0].with_name(name))
    first = examine(renamed)[0]
    assert (first.kind, first.file) == (Kind.WRONG_NAME, name)
    assert first.sentence.startswith(what)


@pytest.mark.parametrize(
    ("kind", "file", "at"),
    [
        ("saved_model", "variables/variables.data-00000-of-00001", 99),
        ("saved_model", "variables/variables.index", 20),
        ("saved_model", "saved_model.pb", 3),
        ("keras_v3", "", 400),
        ("keras_v3", "", -30),
        ("keras_h5", "", 40),
        ("keras_h5", "", -200),
        ("tflite", "", 0),
        ("checkpoint", "model.ckpt.data-00000-of-00002", 700),
        ("checkpoint", "model.ckpt.data-00001-of-00002", 4),
        ("checkpoint", "model.ckpt.index", -60),
        ("graph_def", "", 1),
    ],
)
def test_flipped_byte_is_found_where_a_format_shows_it(
    made: tuple[Path, Path], file: str, at: int
) -> None:
    place = made[0] / file if file else made[0]
    content = bytearray(place.read_bytes())
    content[at] ^= 0xFF
    place.write_bytes(content)
    first = examine(made[0])[0]
    assert (first.damaged, first.file) == (True, file or place.name)


@pytest.mark.parametrize("kind", ["checkpoint"])
def test_every_byte_of_a_checkpoint_counts(made: tuple[Path, Path]) -> None:
    for place in made[0].glob("model.ckpt.data-*"):
        whole = place.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 50)):
            place.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert only(examine(made[0])).file == place.name
        place.write_bytes(whole)


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("saved_model", "saved_model.pb"),
        ("saved_model", "variables/variables.index"),
        ("saved_model", "variables/variables.data-00000-of-00001"),
        ("saved_model", "assets/words.txt"),
        ("checkpoint", "model.ckpt.data-00001-of-00002"),
    ],
)
def test_part_that_is_not_there_is_named(made: tuple[Path, Path], lost: str) -> None:
    (made[0] / lost).unlink()
    first = examine(made[0])[0]
    assert (first.kind, first.file) == (Kind.MISSING, lost)


@pytest.mark.parametrize("kind", ["saved_model"])
def test_tensor_that_does_not_match_is_called_by_its_name(made: tuple[Path, Path]) -> None:
    shard = made[0] / "variables/variables.data-00000-of-00001"
    shard.write_bytes(b"\xff" + shard.read_bytes()[1:])
    assert "v of 1 tensor does not match the checksum" in only(examine(made[0])).sentence


@pytest.mark.parametrize("kind", ["checkpoint"])
def test_checkpoint_named_by_its_prefix_is_examined(made: tuple[Path, Path]) -> None:
    (made[0] / "model.ckpt.data-00001-of-00002").write_bytes(b"")
    (made[0] / "unrelated.pb").write_bytes(b"\xff\xff")
    first = only(examine(made[0] / "model.ckpt"))
    assert (first.kind, first.file) == (Kind.EMPTY, "model.ckpt.data-00001-of-00002")


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither")
@pytest.mark.parametrize("kind", ["saved_model"])
def test_links_that_lead_nowhere_and_pipes_are_told_and_never_opened(
    made: tuple[Path, Path],
) -> None:
    (made[0] / "assets" / "words.txt").unlink()
    (made[0] / "assets" / "words.txt").symlink_to("/nowhere/words.txt")
    os.mkfifo(made[0] / "assets" / "pipe")
    found = {one.file: one.kind for one in examine(made[0])}
    assert found["assets/words.txt"] is Kind.BROKEN_LINK
    assert found["assets/pipe"] is Kind.SPECIAL_FILE


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root lists every folder")
@pytest.mark.parametrize("kind", ["saved_model"])
def test_folder_that_may_not_be_listed_is_named(made: tuple[Path, Path]) -> None:
    (made[0] / "variables").chmod(0o000)
    try:
        first = examine(made[0])[0]
    finally:
        (made[0] / "variables").chmod(0o700)
    assert (first.kind, first.file) == (Kind.UNREADABLE, "variables")


@pytest.mark.parametrize("kind", ["keras_v3"])
def test_bomb_is_not_unpacked(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matrix.model.integrity.archives._MOST_UNPACKED", -(10**9))
    assert only(examine(made[0])).kind is Kind.NOT_CHECKED


@pytest.mark.skipif(not MODELS.exists(), reason="the real models are not here")
def test_no_real_model_is_called_damaged() -> None:
    damaged = {"sm2-serving-tftext-regression-incomplete"}
    wrong = {
        model.name
        for model in MODELS.iterdir()
        if model.is_dir() and any(one.damaged for one in examine(model))
    }
    assert wrong == damaged


@pytest.mark.skipif(not MODELS.exists(), reason="the real models are not here")
@pytest.mark.parametrize("name", ["k3-sleepecg-ws", "h5-inaspeech-testfile", "tfl-serving-sigdef"])
def test_real_model_cut_short_is_damaged(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS / name, tmp_path / "m"))
    file = next(one for one in folder.iterdir() if one.is_file())
    file.write_bytes(file.read_bytes()[: file.stat().st_size * 2 // 3])
    assert examine(folder)[0].file == file.name


def test_asset_of_tensorflow_1_is_missed_where_only_a_collection_names_it(tmp_path: Path) -> None:
    meta = message_class("tensorflow.MetaGraphDef")()
    meta.graph_def.node.add(name="n", op="NoOp")
    asset = message_class("tensorflow.AssetFileDef")(filename="words.txt")
    packed = meta.collection_def["saved_model_assets"].any_list.value.add()
    packed.type_url = "type.googleapis.com/tensorflow.AssetFileDef"
    packed.value = asset.SerializeToString()
    model = message_class("tensorflow.SavedModel")(meta_graphs=[meta])
    (tmp_path / "saved_model.pb").write_bytes(model.SerializeToString())
    found = [one for one in examine(tmp_path) if one.kind is Kind.MISSING]
    assert [one.file for one in found] == ["assets/words.txt"]
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "words.txt").write_text("a")
    assert examine(tmp_path) == ()


@pytest.mark.parametrize("name", ["graph.meta", "graph.pbtxt", "graph.txt"])
def test_graph_in_text_form_is_sound_whatever_it_is_named(tmp_path: Path, name: str) -> None:
    text = 'meta_info_def { tags: "serve" }\ngraph_def { node { name: "x" op: "NoOp" } }\n'
    (tmp_path / name).write_text(text, "utf-8")
    assert not [finding for finding in examine(tmp_path / name) if finding.damaged]
