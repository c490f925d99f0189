"""Ways to damage an environment, each with what the next run has to do about it.

Files of an environment are links into the cache of uv and into the shared bytecode. Every harm here
replaces a file and never writes into one, so that it stays in the environment it was meant for. Use
an own `--envdir` all the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from matrix.environments.building import python_of
from matrix.environments.contents import sites
from matrix.environments.environments import hold_on
from matrix.environments.stamp import STAMP

REBUILT = "rebuilding it"
COMPARED = "comparing the files of"


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One harm to the environment at a place; `said` are parts of what the next run logs.

    The verdicts of that run are those of one before the harm, and the run after it finds nothing.
    """

    name: str
    harm: Callable[[Path], None]
    said: tuple[str, ...]


def environments(envdir: Path) -> Iterator[Path]:
    """The finished environments in a cache folder."""
    return (stamp.parent for stamp in sorted((envdir / "envs").glob(f"*/{STAMP}")))


def without_h5py(place: Path) -> None:
    """A package that TensorFlow does not need to be imported is gone."""
    shutil.rmtree(_site(place) / "h5py")


def cut_library(place: Path) -> None:
    """The largest library has lost its second half."""
    library = max(_site(place).rglob("*.so"), key=lambda path: path.stat().st_size)
    content = library.read_bytes()
    _replace(library, content[: len(content) // 2])


def longer_source(place: Path) -> None:
    """A module has some bytes more, which run when it is imported."""
    source = _site(place) / "h5py" / "__init__.py"
    _replace(source, source.read_bytes() + b"\nraise ImportError('added to h5py')\n")


def path_file(place: Path) -> None:
    """A file that Python runs whenever it starts."""
    (_site(place) / "zz_added.pth").write_text("import sys; sys.h5py = None\n", encoding="utf-8")


def without_record(place: Path) -> None:
    """The list of the files of a package is gone."""
    next(_site(place).glob("h5py-*.dist-info/RECORD")).unlink()


def other_interpreter(place: Path) -> None:
    """The interpreter is a link to something else that starts."""
    python = python_of(place)
    python.unlink()
    python.symlink_to("/bin/true")


def empty_stamp(place: Path) -> None:
    """The power failed while the stamp was written."""
    _replace(place / STAMP, b"")


def garbage_lock(place: Path) -> None:
    """The file that says who uses the environment is no database."""
    _replace(hold_on(place).file, b"garbage" * 500)


DAMAGES = (
    Damage(name="h5py deleted", harm=without_h5py, said=("h5py/", "is missing", REBUILT)),
    Damage(name=".so cut", harm=cut_library, said=("bytes instead of", REBUILT)),
    Damage(
        name="bytes appended to a .py",
        harm=longer_source,
        said=("h5py/__init__.py has", "bytes instead of", REBUILT),
    ),
    Damage(name=".pth added", harm=path_file, said=("zz_added.pth was added", REBUILT)),
    Damage(name="RECORD deleted", harm=without_record, said=("RECORD is missing", REBUILT)),
    Damage(
        name="interpreter replaced",
        harm=other_interpreter,
        said=("is a link to /bin/true instead of", REBUILT),
    ),
    Damage(name="stamp empty", harm=empty_stamp, said=("installing TensorFlow",)),
    Damage(name="lock garbage", harm=garbage_lock, said=("was damaged", "replacing it")),
)


def _site(place: Path) -> Path:
    return sites(place)[0]


def _replace(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)
