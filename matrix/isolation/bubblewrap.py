"""bubblewrap: a file system with nothing in it but what a probe reads, and no network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from matrix.isolation.launch import Launch
from matrix.isolation.needed_paths import needed_paths
from probe.walls import places

# Links on most systems of today, folders on others.
_LINKED = ("/lib", "/lib32", "/lib64", "/bin", "/sbin")
# What root could write although it has no privileges left: it owns these.
_KERNEL = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi")


def bubblewrap(launch: Launch) -> Launch:
    """The same process in a root of its own, which ends with the process that started it.

    Descriptors pass. What is not bound does not exist there, so of a folder that is to be listed
    only what is read is seen. All but the scratch is read-only: memory cannot be filled by files.
    """
    return replace(launch, command=("bwrap", *_arguments(launch), "--", *launch.command))


def _arguments(launch: Launch) -> Iterator[str]:
    yield from _spaces(launch)
    yield from ("--die-with-parent", "--new-session", "--chdir", str(launch.folder))
    yield from _system()
    yield from ("--proc", "/proc")
    for name in _KERNEL:
        yield from _bound(Path("/proc", name))
    yield from ("--dev", "/dev", "--dir", "/tmp")  # noqa: S108 - it is empty
    # Folders before what is in them, and a scratch before what is read in it.
    needed, readable = needed_paths(launch), [path.resolve() for path in launch.readable]
    outside, apart = [*needed, *readable], {*launch.writable, Path("/usr")}
    above = frozenset(apart.union(outside))
    for path in _sorted(outside):
        if path not in apart and not _is_below(path, above):
            yield from _linked(path) if path in needed else _bound(path)
    known = frozenset((*outside, *launch.writable, *map(Path, (*places.SYSTEM, "/proc", "/dev"))))
    for link in dict.fromkeys(link for path in launch.readable for link in _links(path)):
        if link not in known and not _is_below(link, known):
            yield from ("--symlink", str(link.readlink()), str(link))
    for path in launch.writable:
        yield from ("--bind", str(path), str(path))
    for path in _sorted(readable):
        if any(path.is_relative_to(scratch) and path != scratch for scratch in launch.writable):
            yield from _bound(path)
    yield from ("--remount-ro", "/dev", "--remount-ro", "/")


def _is_below(path: Path, folders: frozenset[Path]) -> bool:
    """Whether a path is in one of some folders, of which there may be one for each model."""
    return any(folder in folders for folder in path.parents)


def _spaces(launch: Launch) -> Iterator[str]:
    """Namespaces; root keeps its own of users, or other people's files would be nobody's."""
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try")
    if not launch.network:
        yield "--unshare-net"
    if os.geteuid() == 0:
        yield from ("--cap-drop", "ALL")
        # To read files whatever their mode, as root does outside.
        yield from ("--cap-add", "CAP_DAC_OVERRIDE", "--cap-add", "CAP_DAC_READ_SEARCH")
    else:
        yield "--unshare-user"


def _system() -> Iterator[str]:
    for path in map(Path, places.SYSTEM):
        if str(path) in _LINKED and path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from _bound(path)
    for name in (*places.ETC, *places.SYS):
        yield from _bound(Path(name))


def _bound(path: Path) -> Iterator[str]:
    if path.exists():
        yield from ("--ro-bind", str(path), str(path))


def _linked(path: Path) -> Iterator[str]:
    if path.is_symlink() and path.is_file():
        # As a link: a Python finds its library by where it leads.
        yield from ("--symlink", str(path.readlink()), str(path))
    else:
        yield from _bound(path)


def _links(path: Path) -> Iterator[Path]:
    """The links that lead from the name of a path to where it really is."""
    place = Path(path.anchor)
    for part in path.parts[1:] if path.exists() else ():
        place /= part
        if place.is_symlink():
            yield place
            yield from _links(Path(os.path.normpath(place.parent / place.readlink())))
            place = place.resolve()


def _sorted(paths: Iterable[Path]) -> list[Path]:
    return sorted(dict.fromkeys(paths), key=lambda path: len(path.parts))
