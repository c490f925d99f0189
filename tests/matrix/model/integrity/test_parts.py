"""Parts of Keras files that are missing, encrypted, something else, or behind the end."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from matrix.model.examine import examine
from matrix.model.integrity.finding import Kind
from tests import tiny_models


def _members(path: Path, **changed: bytes | None) -> None:
    """Write a zip file again with other members; `None` leaves one out."""
    with zipfile.ZipFile(path) as archive:
        members: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**members, **changed}.items():
            if content is not None:
                archive.writestr(name, content)


def _found(path: Path) -> list[tuple[Kind, bool]]:
    return [(one.kind, one.damaged) for one in examine(path)]


def test_parts_of_a_keras_file_that_are_missing_or_something_else_are_told(tmp_path: Path) -> None:
    path = tiny_models.keras(tmp_path / "m.keras")
    assert _found(path) == []
    _members(path, **{"metadata.json": None})
    assert _found(path) == [(Kind.MISSING, False)]
    _members(path, **{"metadata.json": b"{}", "config.json": b'{"keras_version": "3.3.3"}'})
    assert _found(path) == [(Kind.INCONSISTENT, True)]
    path = tiny_models.keras(tmp_path / "n.keras")
    _members(path, **{"model.weights.h5": None})
    assert _found(path) == [(Kind.MISSING, True)]


def test_encrypted_member_of_a_keras_file_is_named(tmp_path: Path) -> None:
    path = tiny_models.keras(tmp_path / "m.keras")
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + flags] |= 1
    path.write_bytes(content)
    (found,) = examine(path)
    assert (found.kind, found.damaged) == (Kind.ENCRYPTED, True)
    assert "Loaders have no password" in found.sentence


def test_configuration_of_an_hdf5_file_that_does_not_parse_is_damage(tmp_path: Path) -> None:
    path = tiny_models.hdf5(tmp_path / "m.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = '{"class_name": "Sequential", "conf'
    assert _found(path) == [(Kind.UNPARSABLE, True)]


@pytest.mark.parametrize("make", [tiny_models.keras, tiny_models.hdf5])
def test_bytes_behind_the_end_are_told_and_no_damage(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path / ("m.keras" if make is tiny_models.keras else "m.h5"))
    with path.open("ab") as file:
        file.write(b"x" * 77)
    (found,) = examine(path)
    assert (found.kind, found.damaged) == (Kind.INCONSISTENT, False)
    assert "77 bytes after its end" in found.sentence


def test_metadata_of_keras_that_does_not_parse_is_damage(tmp_path: Path) -> None:
    folder = tiny_models.saved_model(tmp_path / "m")
    node = b"\x1a\x04root\x22\x0f_tf_keras_model\x2a\x05{\x00\x00\x00}"
    (folder / "keras_metadata.pb").write_bytes(b"\x0a" + bytes([len(node)]) + node)
    (found,) = examine(folder)
    assert (found.kind, found.file) == (Kind.UNPARSABLE, "keras_metadata.pb")
    # A length that flipped leaves the outermost field whole.
    torn = node.replace(b"\x22\x0f", b"\x22\x7f")
    (folder / "keras_metadata.pb").write_bytes(b"\x0a" + bytes([len(torn)]) + torn)
    assert _found(folder) == [(Kind.UNPARSABLE, True)]
    assert "the entry of root is not valid JSON" in found.sentence


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("stored", [True, False])
def test_member_that_declares_what_the_file_cannot_hold_is_damage(
    tmp_path: Path, method: int, stored: bool
) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("config.json", "{}")
    content = bytearray(path.read_bytes())
    entry = content.find(b"PK\x01\x02")
    for place in (24, 20) if stored else (24,):
        content[entry + place : entry + place + 4] = (2**32 - 16).to_bytes(4, "little")
    path.write_bytes(content)
    (found,) = examine(path)
    assert (found.kind, found.damaged) == (Kind.INCONSISTENT, True)
    assert "declares 4,294,967,280 bytes, which the file cannot hold" in found.sentence
