"""What lies in an environment: every file with its size and time, and what differs from before.

It is made when an environment is stamped, and again whenever it is used: it takes less than a
tenth of a second, because nothing is opened. Times are whole seconds, as in bytecode: archives and
container images keep no more.

Bytecode is listed apart, and of one Python alone: any Python that somebody starts there adds some.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CACHE = "__pycache__"
# Ours, and what uv takes whenever it is asked about an environment.
_APART = frozenset({"loadmatrix.stamp", "loadmatrix.files", ".lock"})


@dataclass(frozen=True, kw_only=True)
class Listing:
    """All files below a folder by their names, with facts such as `120 1700000000`."""

    files: Mapping[str, str]
    bytecode: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The same for the same files."""
        return _digest(self.files)

    @property
    def bytecode_digest(self) -> str:
        """The same for the same bytecode."""
        return _digest(self.bytecode)


def listed(environment: Path, tag: str) -> Listing:
    """What lies there now; `tag` is that of its Python, such as `cpython-311`."""
    files: dict[str, str] = {}
    bytecode: dict[str, str] = {}
    foreign, mine = ".pyc", f".{tag}.pyc"
    folders = [""]
    root = str(environment)
    while folders:
        folder = folders.pop()
        compiled = folder.endswith(f"{CACHE}/")
        with os.scandir(f"{root}/{folder}") as entries:
            for entry in entries:
                name = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(f"{name}/")
                elif not compiled:
                    files[name] = _facts(entry)
                elif name.endswith(mine) or not name.endswith(foreign):
                    bytecode[name] = _facts(entry)
    for name in _APART:
        files.pop(name, None)
    return Listing(files=files, bytecode=bytecode)


def _facts(entry: os.DirEntry[str]) -> str:
    status = entry.stat(follow_symlinks=False)
    if stat.S_ISREG(status.st_mode):
        return f"{status.st_size} {int(status.st_mtime)}"
    if stat.S_ISLNK(status.st_mode):
        return f"-> {os.readlink(entry.path)}"  # noqa: PTH115 - thousands of times
    return "special"


def is_file(facts: str | None) -> bool:
    """Whether facts are those of a regular file."""
    return facts is not None and facts != "special" and not facts.startswith("-> ")


def _digest(files: Mapping[str, str]) -> str:
    lines = "\n".join(f"{name}\t{files[name]}" for name in sorted(files))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """The names of all files that are not what they were, in order."""
    return (name for name in sorted({*before, *now}) if before.get(name) != now.get(name))


def only_times_differ(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether the same files are there, in the same sizes: a copy may have lost its times."""
    return before.keys() == now.keys() and all(
        before[name] == now[name] or _is_touched(before[name], now[name]) for name in now
    )


def _is_touched(before: str, now: str) -> bool:
    return is_file(before) and is_file(now) and _size(before) == _size(now)


def _size(facts: str) -> int:
    return int(facts.partition(" ")[0])


def first_difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """In words: the first file that is not what it was, and how many there are."""
    names = list(differences(before, now))
    more = f", and {len(names) - 1:,} other files differ" if len(names) > 1 else ""
    return f"{difference(names[0], before.get(names[0]), now.get(names[0]))}{more}"


def difference(name: str, before: str | None, now: str | None) -> str:
    """In words: how one file differs from what it was."""
    shown = readable(name)
    if now is None:
        return f"{shown} is missing"
    if before is None:
        return f"{shown} was added"
    if not (is_file(before) and is_file(now)):
        return f"{shown} is {_kind(now)} instead of {_kind(before)}"
    if _size(before) == _size(now):
        return f"{shown} was changed"
    return f"{shown} has {_size(now):,} bytes instead of {_size(before):,}"


def _kind(facts: str) -> str:
    if facts.startswith("-> "):
        return f"a link to {readable(facts[3:])}"
    return "no file" if facts == "special" else "a file"


def readable(name: str) -> str:
    """A name for a sentence: within its packages, and harmless in a terminal."""
    within = name.rpartition("site-packages/")[2]
    return "".join(one if one.isprintable() else "?" for one in within)
