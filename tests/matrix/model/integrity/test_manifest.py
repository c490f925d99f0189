from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from matrix.errors import UsageError
from matrix.model.integrity.finding import Finding, Kind
from matrix.model.integrity.manifest import check_manifest, read_manifest, write_manifest
from matrix.model.opened_files import OpenedFiles
from tests import tiny_models


def check(model: Path, listed: Mapping[str, str], source: Path) -> tuple[Finding, ...]:
    with OpenedFiles() as opened:
        return check_manifest(model, listed, source, opened)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.saved_model(tmp_path / "m")


@pytest.fixture
def listed(model: Path) -> Path:
    path = model.with_name("m.sha256")
    path.write_text(write_manifest(model), encoding="utf-8")
    return path


def test_manifest_of_a_model_matches_it(model: Path, listed: Path) -> None:
    assert check(model, read_manifest(listed), listed) == ()


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_sha256sum_agrees(listed: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", listed.name], cwd=listed.parent, check=True)


def test_changed_missing_and_new_files_are_named(model: Path, listed: Path) -> None:
    (model / "saved_model.pb").write_bytes(b"other")
    (model / "assets" / "words.txt").unlink()
    (model / "new.txt").write_text("new")
    found = {
        one.file: (one.kind, one.damaged) for one in check(model, read_manifest(listed), listed)
    }
    assert found == {
        "saved_model.pb": (Kind.CHECKSUM, True),
        "assets/words.txt": (Kind.MISSING, True),
        "new.txt": (Kind.INCONSISTENT, False),
    }


@pytest.mark.parametrize("make", [tiny_models.hdf5, tiny_models.tflite, tiny_models.graph_def])
def test_flip_that_no_format_shows_is_found_by_the_manifest(make: object, tmp_path: Path) -> None:
    path: Path = make(tmp_path / "m.bin")  # type: ignore[operator]
    text = write_manifest(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (tmp_path / "sums").write_text(text)
    (found,) = check(path, read_manifest(tmp_path / "sums"), tmp_path / "sums")
    assert (found.kind, found.file) == (Kind.CHECKSUM, "m.bin")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("nonsense", "is not a `sha256sum`"),
        (f"{'0' * 64}  elsewhere.bin\n", "lists none of the files of"),
    ],
)
def test_manifest_that_makes_no_sense_is_a_sentence(
    model: Path, tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "sums"
    path.write_text(content)
    with pytest.raises(UsageError, match=sentence):
        check(model, read_manifest(path), path)


def test_manifest_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path / "nowhere")
