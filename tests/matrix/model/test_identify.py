"""What is this path? Decided by content."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from matrix.errors import LoadmatrixError, NothingTestable, UsageError
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts
from matrix.model.identify import identify

WORDS = [kind.value for kind in Format]
NOT_AS_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)


def _saved_model(folder: Path) -> Path:
    message = message_class("tensorflow.SavedModel")()
    message.meta_graphs.add().meta_info_def.tensorflow_version = "2.15.0"
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(message.SerializeToString())
    (folder / "variables" / "variables.index").write_bytes(b"index")
    return folder


def _h5(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = "{}"
    return path


def _zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("metadata.json", "{}")
    return path


def _refused(path: Path) -> str:
    with pytest.raises(NothingTestable) as caught:
        identify(path)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_folder_with_a_saved_model_is_one(tmp_path: Path) -> None:
    facts = identify(_saved_model(tmp_path / "m"))
    assert (facts.format, facts.tensorflow) == (Format.SAVED_MODEL_V1, "2.15.0")


def test_folder_with_a_saved_model_in_text_is_one(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pbtxt").write_text("saved_model_schema_version: 1", encoding="utf-8")
    assert identify(tmp_path).format is Format.SAVED_MODEL


@pytest.mark.parametrize("name", ["m.h5", "m.keras", "m.pb", "m"])
def test_hdf5_is_recognised_under_any_name(tmp_path: Path, name: str) -> None:
    assert identify(_h5(tmp_path / name)).format is Format.KERAS_H5


@pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.zip", "m"])
def test_keras_zip_is_recognised_under_any_name(tmp_path: Path, name: str) -> None:
    assert identify(_zip(tmp_path / name)).format is Format.KERAS_V3


def test_link_to_a_model_is_the_model(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(_h5(tmp_path / "m.h5"))
    facts = identify(tmp_path / "link")
    assert (facts.path, facts.format) == (tmp_path / "link", Format.KERAS_H5)


def test_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone does not exist\. Give the path of a model"):
        identify(tmp_path / "gone")


@pytest.mark.parametrize("target", ["gone", "link"], ids=["dangling", "to-itself"])
def test_link_that_leads_nowhere_is_called_one(tmp_path: Path, target: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / target)
    with pytest.raises(UsageError, match="It is a link to a missing file"):
        identify(tmp_path / "link")


def test_path_through_a_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        identify(_h5(tmp_path / "m.h5") / "inside")


def test_name_too_long_for_the_filesystem_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        identify(tmp_path / ("x" * 5000))


def test_empty_file_is_called_empty(tmp_path: Path) -> None:
    (tmp_path / "m.h5").touch()
    assert "is empty" in _refused(tmp_path / "m.h5")


def test_page_in_place_of_a_model_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "m.keras").write_text("<html>404", encoding="utf-8")
    assert "is an HTML page" in _refused(tmp_path / "m.keras")


def test_empty_folder_is_no_model(tmp_path: Path) -> None:
    assert "is an empty folder" in _refused(tmp_path)


def test_highest_of_numbered_versions_is_tested(tmp_path: Path) -> None:
    for version in ("2", "10", "9"):
        _saved_model(tmp_path / version)
    facts = identify(tmp_path)
    assert (facts.path, facts.load_path) == (tmp_path, tmp_path / "10")
    assert facts.notes == ("The folder has 3 versions; the highest, 10, is tested.",)


def test_only_model_in_a_folder_is_the_model(tmp_path: Path) -> None:
    path = _h5(tmp_path / "m.h5")
    (tmp_path / "README.md").write_text("about", encoding="utf-8")
    facts = identify(tmp_path)
    assert (facts.load_path, facts.format) == (path, Format.KERAS_H5)


def test_folder_with_several_models_gets_a_hint(tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5", "c.h5"):
        _h5(tmp_path / name)
    _saved_model(tmp_path / "export")
    assert _refused(tmp_path) == (
        f"{tmp_path} contains 4 models: a.h5, b.h5, c.h5 and 1 more. Give the path of one, or all "
        f"of them with --models-from {tmp_path}."
    )


def test_folder_in_place_of_the_model_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").mkdir()
    _refused(tmp_path)


@pytest.mark.parametrize("keep", [0, 3, -1], ids=["empty", "beginning", "all-but-one"])
def test_saved_model_that_is_cut_short_is_told(tmp_path: Path, keep: int) -> None:
    path = _saved_model(tmp_path / "m") / "saved_model.pb"
    path.write_bytes(path.read_bytes()[:keep])
    assert str(path) in _refused(tmp_path / "m")


@NOT_AS_ROOT
def test_unreadable_file_is_told_with_its_mode(tmp_path: Path) -> None:
    path = _h5(tmp_path / "m.h5")
    path.chmod(0o200)
    assert f"{path} may not be read by this user (mode 200" in _refused(path)


@NOT_AS_ROOT
def test_unreadable_part_of_a_saved_model_is_told(tmp_path: Path) -> None:
    part = _saved_model(tmp_path / "m") / "variables" / "variables.index"
    part.chmod(0)
    assert str(part) in _refused(tmp_path / "m")


@NOT_AS_ROOT
def test_unreadable_folder_within_a_saved_model_is_told(tmp_path: Path) -> None:
    folder = _saved_model(tmp_path / "m") / "variables"
    folder.chmod(0)
    try:
        assert str(folder) in _refused(tmp_path / "m")
    finally:
        folder.chmod(0o700)


@NOT_AS_ROOT
@pytest.mark.parametrize("name", ["m.h5", "saved"])
def test_model_behind_a_closed_folder_is_told(tmp_path: Path, name: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    try:
        with pytest.raises(LoadmatrixError):
            identify(closed / name)
    finally:
        closed.chmod(0o700)


def _digest(facts: ModelFacts) -> str:
    assert len(facts.sha256) == 64
    return facts.sha256


def test_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    path = _h5(tmp_path / "m.h5")
    facts = identify(path)
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert facts.size_bytes == path.stat().st_size


def test_digest_of_a_folder_does_not_depend_on_its_place(tmp_path: Path) -> None:
    one, other = _saved_model(tmp_path / "one"), _saved_model(tmp_path / "two" / "deep")
    assert _digest(identify(one)) == _digest(identify(other))


@pytest.mark.parametrize("change", ["content", "name", "addition"])
def test_digest_of_a_folder_covers_every_file(tmp_path: Path, change: str) -> None:
    folder = _saved_model(tmp_path / "m")
    before, part = _digest(identify(folder)), folder / "variables" / "variables.index"
    if change == "content":
        part.write_bytes(b"INDEX")
    elif change == "name":
        part.rename(part.with_name("other.index"))
    else:
        (folder / "new").touch()
    assert _digest(identify(folder)) != before


def test_size_of_a_folder_is_that_of_its_files(tmp_path: Path) -> None:
    folder = _saved_model(tmp_path / "m")
    expected = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert identify(folder).size_bytes == expected


@pytest.mark.skipif(os.name == "nt", reason="Windows names are Unicode")
def test_file_name_that_is_no_unicode_does_not_hinder(tmp_path: Path) -> None:
    folder = _saved_model(tmp_path / "m")
    try:
        (folder / os.fsdecode(b"asset\xff")).touch()
    except OSError:
        pytest.skip("this filesystem takes Unicode names only")
    assert _digest(identify(folder))


def test_facts_survive_their_document(tmp_path: Path) -> None:
    facts = identify(_saved_model(tmp_path / "m"))
    assert ModelFacts.from_dict(facts.to_dict()) == facts


def test_model_is_not_changed_by_looking(tmp_path: Path) -> None:
    path = _h5(tmp_path / "m.h5")
    path.chmod(0o400)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    identify(path)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def _answer(path: Path) -> str:
    try:
        return identify(path).format.value
    except NothingTestable as refusal:
        return str(refusal)


@pytest.mark.parametrize("make", [_h5, _zip], ids=["hdf5", "zip"])
def test_damage_anywhere_is_an_answer_and_never_a_surprise(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = tmp_path / "m"
    whole = make(path).read_bytes()
    for place in range(8, len(whole), max(1, len(whole) // 60)):
        for damaged in (whole[:place], whole[:place] + b"\xa5\x5a" + whole[place + 2 :]):
            path.write_bytes(damaged)
            answer = _answer(path)
            assert answer in WORDS or str(path) in answer
