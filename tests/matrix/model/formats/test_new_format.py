"""A new model format is two files: a reader, and its name. Shown in a copy of the project."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TESTS

PROJECT = TESTS.parent
ROOMS = ("matrix", "probe", "reports")
READER = '''
"""Toy models: four bytes of magic, a name, and a checksum at the end."""

import zlib

from matrix.model.facts import Format, FormatFacts
from matrix.model.formats.reader import DetectedModel, Evidence, FormatReader
from matrix.model.formats.signatures import Signature
from matrix.model.integrity.finding import Kind, damage

TOY = Signature(
    kind="toy",
    words="a toy model",
    magic=((0, b"TOY!"),),
    suffixes=(".toy",),
    rename="a name that ends in .toy",
)


def _read(file, opened):
    if not TOY.matches_head(file.head):
        return None
    facts = FormatFacts(format=Format.TOY, layers={file.content()[4:-4].decode(): 1})
    return DetectedModel(path=file.path, facts=facts)


def _verify(file, opened):
    content = file.opened.content()
    if zlib.crc32(content[:-4]) != int.from_bytes(content[-4:], "little"):
        yield damage(Kind.CHECKSUM, file.name, f"{file.name} does not match its checksum.")


READER = FormatReader(
    formats=(Format.TOY,),
    signatures=(TOY,),
    evidence=Evidence.MAGIC,
    read=_read,
    verify=_verify,
    checked="the checksum matches",
)
'''
SAYS = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from matrix.errors import LoadmatrixError
from matrix.model.inspection import Inspection, inspect_path
from matrix.options.reading import read_options
from matrix.plan.planning import planned
from reports.build import inspection_json

path = Path(sys.argv[1])
seen = inspect_path(path)
said = {"text": inspection_json.text(seen, ())}
if isinstance(seen, Inspection):
    said |= {"format": seen.facts.format.value, "layers": dict(seen.facts.layers)}
    said |= {"findings": [one.to_dict() for one in seen.findings], "notes": list(seen.facts.notes)}
    try:
        planned(read_options([str(path), "--tensorflow", "==2.15.*"], path.parent))
    except LoadmatrixError as error:
        said |= {"plan": str(error), "code": error.exit_code}
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a format more."""
    copy = tmp_path_factory.mktemp("project")
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "locks")
        shutil.copytree(PROJECT / room, copy / room, ignore=ignored)
    (copy / "matrix/model/formats/readers/toy.py").write_text(READER, encoding="utf-8")
    names = copy / "matrix/model/facts.py"
    text = names.read_text(encoding="utf-8")
    for first, line in _LINES.items():
        text = text.replace(first, f"{line}\n{first}", 1)
    names.write_text(text, encoding="utf-8")
    return copy


# What a format more is in the file of names, and in front of which lines.
_LINES = {
    "    SAVED_MODEL =": '    TOY = "toy"',
    "    Format.SAVED_MODEL:": '    Format.TOY: "toy model",',
}


@pytest.fixture
def says(project: Path, tmp_path: Path) -> Any:
    """What the project with that format says of a file of this content under a name."""

    def said(name: str, content: bytes) -> dict[str, Any]:
        path = tmp_path / name
        path.write_bytes(content)
        command = [sys.executable, "-c", SAYS, str(path)]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(project)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    return said


def _toy(name: bytes = b"duck") -> bytes:
    import zlib

    content = b"TOY!" + name
    return content + zlib.crc32(content).to_bytes(4, "little")


def test_new_format_is_two_files(project: Path) -> None:
    changed = [
        file.relative_to(project).as_posix()
        for file in sorted(project.rglob("*"))
        if file.is_file() and not _same(file, PROJECT / file.relative_to(project))
    ]
    assert changed == ["matrix/model/facts.py", "matrix/model/formats/readers/toy.py"]


def _same(file: Path, other: Path) -> bool:
    return "__pycache__" in file.parts or (other.exists() and filecmp.cmp(file, other, False))


def test_new_format_is_detected_and_read(says: Any) -> None:
    said = says("m.toy", _toy())
    assert (said["format"], said["layers"]) == ("toy", {"duck": 1})
    assert (said["findings"], said["notes"]) == ([], [])
    assert "the checksum matches" in said["text"]


def test_new_format_is_verified(says: Any) -> None:
    (finding,) = says("m.toy", _toy()[:-1] + b"?")["findings"]
    assert (finding["kind"], finding["severity"]) == ("checksum", "damaged")
    # It has no loader: all that would read it are concerned.
    assert finding["readers"] is None


def test_name_that_promises_another_format_is_told(says: Any) -> None:
    said = says("m.h5", _toy())
    assert said["notes"] == ["Its extension is .h5, but its content is toy."]
    (finding,) = said["findings"]
    assert finding["sentence"].startswith(
        "m.h5 is a toy model, but its name is that of an HDF5 file"
    )
    assert finding["sentence"].endswith("rename it to a name that ends in .toy.")


def test_other_content_under_its_name_is_told(says: Any) -> None:
    assert "m.toy is not a toy model, as its name says" in says("m.toy", b"\x02\x03nothing")["text"]


def test_format_without_a_loader_is_not_planned(says: Any) -> None:
    said = says("m.toy", _toy())
    assert said["code"] == 3
    assert "no loader" in said["plan"]
    assert "toy" in said["plan"]
