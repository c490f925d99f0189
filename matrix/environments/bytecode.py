"""One copy of the bytecode for all environments, as uv keeps one copy of the sources.

The bytecode that importing TensorFlow needs is 40 to 50 MB per environment, and making it takes
some 5 CPU seconds. Environments built from the same wheels (with tf-keras beside it, after a new
lock, after `--discard`) share it through hardlinks. Python checks it against its source as always.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matrix.environments.listing import CACHE
from matrix.log import logger

_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class BytecodeStore:
    """A folder of bytecode files for one Python (`tag` is like `cpython-311`).

    A file is named after the place, time and size of its source, then after its content: wheels
    often carry one time for all their files, and a `version.py` keeps its size over releases. The
    last part is the digest of the bytecode itself. Python compares only time and size, so whoever
    writes into a file of one environment would write into that of all; such a file is removed.
    """

    folder: Path
    tag: str

    def restore(self, environment: Path) -> None:
        """Link what is known into a fresh environment."""
        stored = self._stored()
        outsides = {name.partition("-")[0] for name in stored}
        for source in _sources(environment) if stored else ():
            outside = _outside(environment, source)
            if outside in outsides and (name := f"{outside}-{_content(source)}") in stored:
                self._put(stored[name], self._bytecode(source))

    def keep(self, environment: Path) -> None:
        """Take in what a first import has left in an environment."""
        self._place.mkdir(parents=True, exist_ok=True)
        stored = self._stored()
        taken_in = {path.stat().st_ino for path in stored.values()}
        for source in _sources(environment):
            compiled = self._bytecode(source)
            if not compiled.is_file() or compiled.stat().st_ino in taken_in:
                continue
            name = f"{_outside(environment, source)}-{_content(source)}"
            if name not in stored or not self._put(stored[name], compiled):
                _link(compiled, self._place / f"{name}-{_content(compiled)}")

    @property
    def _place(self) -> Path:
        return self.folder / self.tag

    def _stored(self) -> dict[str, Path]:
        """The files of the store by what they are the bytecode of."""
        # A name that begins with a point is a link that another process is just making.
        return {path.name.rpartition("-")[0]: path for path in self._place.glob("[!.]*-*-*")}

    def _put(self, stored: Path, compiled: Path) -> bool:
        """Link a file of the store into an environment, unless it is not what was stored."""
        try:
            sound = _content(stored) == stored.name.rpartition("-")[2]
        except OSError:
            return False
        if sound:
            _link(stored, compiled)
        else:
            _LOG.info("the bytecode %s was changed since it was stored: removing it", stored)
            stored.unlink(missing_ok=True)
        return sound

    def _bytecode(self, source: Path) -> Path:
        return source.parent / CACHE / f"{source.stem}.{self.tag}.pyc"


def _sources(environment: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(environment):
        yield from (Path(folder, name) for name in files if name.endswith(".py"))


def _outside(environment: Path, source: Path) -> str:
    status = source.stat()
    facts = f"{source.relative_to(environment)}|{status.st_mtime_ns}|{status.st_size}"
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def _content(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()[:32]


def _link(existing: Path, new: Path) -> None:
    """A hardlink in the place of whatever is there; a filesystem without them keeps its copy."""
    new.parent.mkdir(exist_ok=True)
    partial = new.with_name(f".{new.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        partial.hardlink_to(existing)
        partial.replace(new)
