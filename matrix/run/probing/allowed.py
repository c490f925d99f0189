"""What a check may read: its model, its inputs, and the Python of the caller."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.catalogue.runtime import PROBE
from matrix.isolation.model_paths import listable_paths, readable_paths
from matrix.plan.check import Check
from matrix.plan.loaders import LOADERS
from matrix.plan.workarounds.attempts import SCRIPT

_INIT = "__init__.py"


@dataclass(frozen=True, kw_only=True)
class Reads:
    """Files and folders to read, and folders of which only the names may be read."""

    readable: tuple[Path, ...] = ()
    listable: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProbeReads:
    """What a probe may read: all that its checks may, and the probe itself.

    `staged` are the checks with the paths that the probe is given. `more` is what the caller lets
    every check read.
    """

    checks: Mapping[str, Check]
    staged: Mapping[str, Check]
    more: tuple[Path, ...]

    @functools.cached_property
    def by_check(self) -> Mapping[str, Reads]:
        """What each check reads of its own."""
        return {name: reads_of(check, self.staged[name]) for name, check in self.checks.items()}

    def readable_by(self, name: str) -> tuple[Path, ...]:
        """What one check may read."""
        return (*self.by_check[name].readable, *self.more)

    @functools.cached_property
    def readable(self) -> tuple[Path, ...]:
        """What the probe and any of its checks may read."""
        every = [path for name in self.checks for path in self.readable_by(name)]
        return (PROBE.parent, *dict.fromkeys(every))

    @functools.cached_property
    def listable(self) -> tuple[Path, ...]:
        """The folders of which any of its checks may read the names."""
        return _once([path for reads in self.by_check.values() for path in reads.listable])


def reads_of(check: Check, staged: Check) -> Reads:
    """What a check reads; `staged` is the same one with the paths that its probe is given."""
    readable, listable = list[Path](), list[Path]()
    for each in (check, staged):
        loader = LOADERS.get(each.loader) if each.loader != SCRIPT else None
        for path, is_prefix in _models(each, loader is not None and loader.path_is_prefix):
            readable += readable_paths(path, is_prefix=is_prefix)
            listable += listable_paths(path, is_prefix=is_prefix)
    readable += [one for file in check.inputs for one in (Path(file).resolve(), Path(file))]
    if check.custom_objects and check.custom_objects.endswith(".py"):
        own = Path(check.custom_objects)
        readable += importable(own)
        listable.append(_top(own).resolve())
    return Reads(readable=_once(readable), listable=_once(listable))


def _models(check: Check, is_prefix: bool) -> Iterator[tuple[Path, bool]]:
    yield Path(check.path), is_prefix
    if weights := check.options.get("weights"):
        yield Path(str(weights)), LOADERS[check.loader].weights_are_prefix


def _top(file: Path) -> Path:
    """The folder from which a file is imported: that above its packages."""
    folder = file.parent
    while (folder / _INIT).is_file():
        folder = folder.parent
    return folder


def importable(file: Path) -> Iterator[Path]:
    """A file, and what it can import from beside it: other files and packages, but no data."""
    yield from (file.resolve(), file.absolute())
    top = _top(file)
    yield from (path.resolve() for path in top.glob("*.py"))
    yield from (path.parent.resolve() for path in top.glob(f"*/{_INIT}"))


def _once(paths: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(paths))
