"""Environments that are built for real, from a lock and tiny wheels of our own: no network."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from packaging.version import Version

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import Release
from matrix.environments.contents import sites
from matrix.environments.environments import Environments
from matrix.environments.programs.uv_program import found

VERSION = "2.99.0"
H5PY = "3.99.0"
# As TensorFlow does: what is missing shows when a model is loaded, not when it is imported.
_LAZY = """
def __getattr__(name):
    import importlib
    return importlib.import_module("tensorflow." + name)
"""
needs_uv = pytest.mark.skipif(not found(), reason="uv is not installed")


@pytest.fixture
def cell() -> Cell:
    """A cell of a release that no catalogue knows, on the Python of the tests."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    release = Release(
        version=Version(VERSION),
        patches=(),
        pythons=(python,),
        distributions={},
        keras="3.0",
        tf_keras=None,
        pins=(),
        graphdef=0,
        installed_mb=1,
    )
    return Cell(release=release, python=python)


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where the installers look, with a cache of uv that is of this test alone."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    return folder


@pytest.fixture
def wheel(wheels: Path) -> Path:
    """The wheel of a tiny TensorFlow."""
    files = {
        "tensorflow/__init__.py": _LAZY
        + f"__version__ = {VERSION!r}\nfrom tensorflow import part\n",
        "tensorflow/part.py": "",
        "tensorflow/saved_model.py": "def load(path, **_):\n    raise ValueError('the model')\n",
    }
    return make_wheel(wheels, "tensorflow", VERSION, files)


@pytest.fixture
def h5py(wheels: Path) -> Path:
    """The wheel of a tiny h5py, which no TensorFlow imports by itself."""
    files = {"h5py/__init__.py": "File = None\n", "h5py/defs.so": "machine code\n"}
    return make_wheel(wheels, "h5py", H5PY, files)


def make_wheel(
    folder: Path, name: str, version: str, files: Mapping[str, str], *, wrong: bool = False
) -> Path:
    """A wheel with a RECORD, as every builder makes it; `wrong` is what some make of it."""
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    said = {path: f"{text}?" if wrong else text for path, text in files.items()}
    record = [f"{path},{_hash(text)},{len(text)}" for path, text in said.items()]
    files = {**files, f"{info}/RECORD": "\n".join([*record, f"{info}/RECORD,,"]) + "\n"}
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


@pytest.fixture
def environments(tmp_path: Path, wheel: Path, h5py: Path) -> Environments:
    """A cache folder of its own, with a lock for the tiny packages."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    pythons = {python: Path(sys.executable).resolve()}
    found = Environments(folder=tmp_path / "cache", pythons=pythons)
    write_lock(found, digest_of(wheel), h5py=digest_of(h5py))
    return found


def digest_of(wheel: Path) -> str:
    """The hash that a lock has of a wheel."""
    return hashlib.sha256(wheel.read_bytes()).hexdigest()


def write_lock(
    environments: Environments, digest: str, *, h5py: str = "", comment: str = ""
) -> None:
    """The lock of the tiny TensorFlow, and of the tiny h5py where its hash is given."""
    path = environments.folder / "locks" / f"{VERSION}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"tensorflow=={VERSION} \\\n    --hash=sha256:{digest}\n"]
    lines += [f"h5py=={H5PY} \\\n    --hash=sha256:{h5py}\n"] if h5py else []
    path.write_text(comment + "".join(lines))


def built(environments: Environments, cell: Cell) -> Path:
    """The Python of the environment of a cell, made ready."""
    with environments.ready(cell) as python:
        return python


def version_in(python: Path) -> str:
    """The version of TensorFlow that a Python imports."""
    program = "import tensorflow; print(tensorflow.__version__)"
    done = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def place(environments: Environments, cell: Cell) -> Path:
    """A finished environment."""
    return built(environments, cell).parent.parent


@pytest.fixture
def again(environments: Environments, cell: Cell) -> Callable[[], Path]:
    """Make the environment ready once more."""
    return lambda: built(environments, cell)


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """Everything that was said since it was last asked."""
    caplog.set_level(logging.INFO, "loadmatrix")

    def all_of_it() -> str:
        text = "\n".join(caplog.messages)
        caplog.clear()
        return text

    return all_of_it


def site(place: Path) -> Path:
    """The packages of an environment."""
    return sites(place)[0]


def rewritten(path: Path, text: str) -> None:
    """Another file in its place, which is no link into the cache of uv."""
    path.unlink()
    path.write_text(text)


def in_place(path: Path, text: str, *, quietly: bool = False) -> None:
    """Other bytes in the same file, in the cache of uv as well."""
    status = path.stat()
    with path.open("r+") as file:
        file.write(text)
        file.truncate()
    if quietly:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
