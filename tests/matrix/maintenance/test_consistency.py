"""The parts of the catalogue agree, and what one of them lacks is named."""

from __future__ import annotations

import json
import lzma
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.catalogue.releases import CATALOGUE
from matrix.maintenance.consistency import problems

README = Path(__file__).resolve().parents[3] / "README.md"


def test_no_part_of_the_catalogue_lacks_a_release_of_another() -> None:
    assert problems() == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The catalogue in a folder where tests may break it, with the README beside it."""
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(README, folder)
    return folder


def _found(copy: Path) -> list[str]:
    return problems(copy, copy / "README.md")


def _cut(path: Path, pattern: str) -> None:
    text = path.read_text(encoding="utf-8")
    shorter = re.sub(pattern, "", text, count=1, flags=re.MULTILINE | re.DOTALL)
    assert shorter != text
    path.write_text(shorter, encoding="utf-8")


def _without_release(version: str) -> Callable[[Path], None]:
    pattern = rf'^\[\[release\]\]\ntensorflow = "{re.escape(version)}".*?(?=^\[\[|\Z)'
    return lambda folder: _cut(folder / "releases.toml", pattern)


def _without_fit(package: str, minor: str) -> Callable[[Path], None]:
    pattern = rf'(?<=^\[companion\.{package}\.fits\]\n)((?:"[^\n]*\n)*?)"{minor}" = [^\n]*\n'

    def cut(folder: Path) -> None:
        path = folder / "companions.toml"
        text = path.read_text(encoding="utf-8")
        shorter = re.sub(pattern, r"\1", text, count=1, flags=re.MULTILINE)
        assert shorter != text
        path.write_text(shorter, encoding="utf-8")

    return cut


def _without_keras(version: str) -> Callable[[Path], None]:
    pattern = rf'^\[\[keras\]\]\nversion = "{re.escape(version)}"\n[^\n]*\n[^\n]*\n'
    return lambda folder: _cut(folder / "keras.toml", pattern)


def _without_lock(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "locks" / name).unlink()


def _without_history(version: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        path = folder / "api_history.json.xz"
        document = json.loads(lzma.decompress(path.read_bytes()))
        place = document["releases"].index(version)
        for versions in (document["releases"], *document["keras"].values()):
            del versions[place]
        path.write_bytes(lzma.compress(json.dumps(document).encode()))

    return cut


def _without_details(version: str) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        path = folder / "op_details.json.xz"
        document = json.loads(lzma.decompress(path.read_bytes()))
        document["releases"].remove(version)
        path.write_bytes(lzma.compress(json.dumps(document).encode()))

    return cut


def _without_messages(edition: list[str]) -> Callable[[Path], None]:
    def cut(folder: Path) -> None:
        path = folder / "messages.zip"
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        index = json.loads(members["index.json"])
        index["editions"].remove(edition)
        members["index.json"] = json.dumps(index).encode()
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return cut


def _another_keras(folder: Path) -> None:
    path = folder / "api_history.json.xz"
    document = json.loads(lzma.decompress(path.read_bytes()))
    document["keras"]["keras"][-1] = "3.0.0"
    path.write_bytes(lzma.compress(json.dumps(document).encode()))


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        pytest.param(_without_lock("2.9.3.txt"), "locks/2.9.3.txt is missing.", id="lock"),
        pytest.param(
            _without_lock("2.18.1+tf_keras.txt"),
            "locks/2.18.1+tf_keras.txt is missing.",
            id="lock-of-tf-keras",
        ),
        pytest.param(
            _without_fit("tensorflow-text", "2.13"),
            "companions.toml: tensorflow-text lacks TensorFlow 2.13.",
            id="companion-in-between",
        ),
        pytest.param(
            _without_fit("keras-hub", "2.21"),
            "companions.toml: keras-hub lacks TensorFlow 2.21.",
            id="companion-of-the-newest",
        ),
        pytest.param(
            _without_keras("3.9.2"),
            "keras.toml has no version between 3.8.0 and 3.10.0.",
            id="keras-in-between",
        ),
        pytest.param(
            _without_keras("3.15.1"),
            "keras.toml lacks Keras 3.15.1 of TensorFlow 2.21.0.",
            id="newest-keras",
        ),
        pytest.param(
            _without_history("2.4.4"), "api_history.json.xz lacks 2.4.4.", id="api-history"
        ),
        pytest.param(
            _without_details("2.4.4"), "op_details.json.xz lacks 2.4.4.", id="details-of-ops"
        ),
        pytest.param(
            _without_messages(["tensorflow", "2.4.4"]),
            "messages.zip lacks tensorflow 2.4.4.",
            id="messages",
        ),
        pytest.param(
            _without_messages(["keras", "3.5.0"]),
            "messages.zip lacks keras 3.5.0.",
            id="messages-of-keras",
        ),
        pytest.param(
            _another_keras,
            "api_history.json.xz has Keras 3.0.0 for 2.21.0, not 3.15.1.",
            id="keras-of-the-api-history",
        ),
    ],
)
def test_what_one_part_lacks_is_named(
    copy: Path, cut: Callable[[Path], None], expected: str
) -> None:
    assert _found(copy) == []
    cut(copy)
    assert expected in _found(copy)


def test_release_that_the_catalogue_lacks_is_named_by_every_other_part(copy: Path) -> None:
    _without_release("2.15.1")(copy)
    assert {
        "releases.toml has no release between 2.14 and 2.16.",
        "locks/2.15.1.txt belongs to no release.",
        "companions.toml: tensorflow-text names TensorFlow 2.15, which is not a known release.",
        "api_history.json.xz names 2.15.1, which is not a known release.",
        "op_details.json.xz names 2.15.1, which is not a known release.",
        "messages.zip has tensorflow 2.15.1, which is not a known release.",
    } <= set(_found(copy))


def test_newest_release_that_the_catalogue_lacks_is_named_by_the_readme_too(copy: Path) -> None:
    _without_release("2.21.0")(copy)
    found = _found(copy)
    assert "README.md does not contain (1.15 to 2.20), the range of the known releases." in found
    assert "locks/2.21.0+tf_keras.txt belongs to no release." in found
