"""What packages recorded of their files, and what is found."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from matrix.environments.condition import differing
from matrix.environments.contents import recorded
from matrix.environments.listing import listed

TAG = "cpython-311"
SITE = "lib/python3.11/site-packages"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An environment with one package of one module, and a script of it."""
    record(tmp_path, "one-1.0", **{"one/__init__.py": "import json\n", "../../../bin/one": "run\n"})
    return tmp_path


def record(place: Path, name: str, **files: str) -> None:
    """Install a package: its files, and a list of them."""
    lines = []
    for path, text in files.items():
        file = place / SITE / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Path(os.path.normpath(file)).parent.mkdir(parents=True, exist_ok=True)
        Path(os.path.normpath(file)).write_text(text)
        lines.append(f"{path},{_hash(text)},{len(text)}")
    info = place / SITE / f"{name}.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,"]) + "\n")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def found(place: Path) -> list[str]:
    """What differs from what was recorded."""
    return [one.words for one in differing(place, None, listed(place, TAG))]


def test_files_as_they_were_recorded_are_right(place: Path) -> None:
    assert found(place) == []


@pytest.mark.parametrize("text", ["import jsom\n", "import json, os\n"])
def test_changed_content_is_found_whatever_its_size(place: Path, text: str) -> None:
    (place / SITE / "one" / "__init__.py").write_text(text)
    (wrong,) = differing(place, None, listed(place, TAG))
    assert wrong.words == "one/__init__.py is not what its package recorded"
    assert wrong.package == "one"


def test_script_outside_of_the_packages_counts(place: Path) -> None:
    (place / "bin" / "one").write_text("ruin\n")
    assert found(place) == ["bin/one is not what its package recorded"]


def test_missing_file_is_found(place: Path) -> None:
    (place / SITE / "one" / "__init__.py").unlink()
    assert found(place) == ["one/__init__.py is missing"]


def test_file_that_two_packages_bring_may_be_of_either(place: Path) -> None:
    record(place, "two-1.0", **{"one/__init__.py": "import os\n"})
    assert found(place) == []
    (place / SITE / "one" / "__init__.py").write_text("import re\n")
    assert found(place) == ["one/__init__.py is not what its package recorded"]


def test_package_without_its_list_is_found(place: Path) -> None:
    (place / SITE / "one-1.0.dist-info" / "RECORD").unlink()
    wrong = differing(place, None, listed(place, TAG))
    assert wrong[0].words == "one-1.0.dist-info/RECORD cannot be read (No such file or directory)"
    assert wrong[0].package == "one"


@pytest.mark.parametrize("content", [b"caf\xe9/__init__.py,sha256=x,9\n", b'"half a line,,'])
def test_list_that_is_no_list_ends_in_no_traceback(place: Path, content: bytes) -> None:
    (place / SITE / "one-1.0.dist-info" / "RECORD").write_bytes(content)
    assert found(place)


@pytest.mark.parametrize("name", ["zz.pth", "json.py", "one/added.so", "usercustomize.py"])
def test_file_of_no_package_is_found(place: Path, name: str) -> None:
    (place / SITE / name).write_text("import os\n")
    assert found(place) == [f"{name} belongs to no package"]


def test_what_a_backend_brings_is_of_no_concern(place: Path) -> None:
    for name in ("_virtualenv.py", "_virtualenv.pth", "one-1.0.dist-info/INSTALLER"):
        (place / SITE / name).write_text("x\n")
    (place / "bin" / "activate").write_text("x\n")
    (place / "pyvenv.cfg").write_text("x\n")
    assert found(place) == []


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX system")
def test_pipe_in_the_place_of_a_file_is_missing_and_never_opened(place: Path) -> None:
    (place / SITE / "one" / "__init__.py").unlink()
    os.mkfifo(place / SITE / "one" / "__init__.py")
    assert found(place) == ["one/__init__.py is missing"]


def test_names_that_lead_out_of_the_environment_are_not_read(place: Path) -> None:
    info = place / SITE / "far-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text(
        "../../../../../../etc/passwd,sha256=x,9\n/etc/passwd,sha256=x,9\n"
    )
    assert not [name for name in recorded(place).digests if "passwd" in name]
