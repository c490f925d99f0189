"""Damages a copy of a model in one of seven ways; a seed decides where."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

_MOST_BLOCK = 4096
_FEW_BYTES = 10
_SUFFIXES = (".h5", ".keras", ".pb", ".pbtxt", ".tflite", ".zip", ".json", ".bin", "")

# Damages one file of a copy or the copy as a whole; gives what it did, nothing where it cannot.
_Mutation = Callable[[Path, Random], str]


def copied(model: Path, folder: Path) -> Path:
    """A copy of a model, alone in a new folder, under its own name."""
    folder.mkdir(parents=True)
    place = folder / model.name
    if model.is_dir():
        shutil.copytree(model, place, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(model, place)
        # Weights of an architecture and parts of a checkpoint lie beside it under the same name.
        for other in model.parent.glob(f"{model.name.partition('.')[0]}.*"):
            if other.is_file() and other != model:
                shutil.copyfile(other, folder / other.name)
    return place


def mutated(place: Path, random: Random) -> tuple[Path, str, str]:
    """Damage a copy: where it is now, the kind of the damage, and in words what was done."""
    kinds = list(MUTATIONS)
    random.shuffle(kinds)
    before = set(place.parent.iterdir())
    for kind in kinds:
        if what := MUTATIONS[kind](place, random):
            # A file may have another name now.
            new = set(place.parent.iterdir()) - before
            return (new.pop() if new else place), kind, what
    return place, "none", "nothing could be changed"


def _files(place: Path) -> list[Path]:
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    return [file for file in files if file.is_file() and file.stat().st_size]


def _name(file: Path, place: Path) -> str:
    return file.relative_to(place).as_posix() if file != place else file.name


def _flip(place: Path, random: Random) -> str:
    file = random.choice(_files(place))
    content = bytearray(file.read_bytes())
    number = random.randint(1, 8)
    for _ in range(number):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    file.write_bytes(content)
    return f"{number} bits flipped in {_name(file, place)}"


def _cut(place: Path, random: Random) -> str:
    file = random.choice(_files(place))
    size = file.stat().st_size
    few = random.random() < 0.5 and size > _FEW_BYTES
    kept = size - random.randint(1, _FEW_BYTES) if few else int(size * random.random())
    with file.open("r+b") as opened:
        opened.truncate(kept)
    return f"{_name(file, place)} cut to {kept} of {size} bytes"


def _zero(place: Path, random: Random) -> str:
    file = random.choice(_files(place))
    content = bytearray(file.read_bytes())
    start = random.randrange(len(content))
    end = min(len(content), start + random.randint(16, _MOST_BLOCK))
    content[start:end] = bytes(end - start)
    file.write_bytes(content)
    return f"{end - start} bytes of {_name(file, place)} set to zero from {start} on"


def _append(place: Path, random: Random) -> str:
    file = random.choice(_files(place))
    added = random.randbytes(random.randint(1, _MOST_BLOCK))
    with file.open("ab") as opened:
        opened.write(added)
    return f"{len(added)} bytes appended to {_name(file, place)}"


def _swap(place: Path, random: Random) -> str:
    """Two files, or two members of an archive, in each other's place."""
    members = _members(place)
    if len(members) > 1:
        one, other = random.sample(sorted(members), 2)
        members[one], members[other] = members[other], members[one]
        _rewrite(place, members)
        return f"members {one} and {other} swapped"
    files = _files(place)
    if len(files) < 2:
        return ""
    first, second = random.sample(files, 2)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    return f"{_name(first, place)} and {_name(second, place)} swapped"


def _remove(place: Path, random: Random) -> str:
    members = _members(place)
    if len(members) > 1:
        gone = random.choice(sorted(members))
        del members[gone]
        _rewrite(place, members)
        return f"member {gone} removed"
    files = _files(place)
    if place.is_dir() and len(files) > 1:
        file = random.choice(files)
        file.unlink()
        return f"{_name(file, place)} removed"
    return ""


def _rename(place: Path, random: Random) -> str:
    """A file of a folder under another name, or a file with the suffix of another format."""
    file = random.choice(_files(place))
    suffix = random.choice([other for other in _SUFFIXES if other != file.suffix])
    new = file.with_name(f"{file.name.removesuffix(file.suffix) or file.name}{suffix}")
    if new.exists():
        return ""
    file.rename(new)
    return f"{_name(file, place)} renamed to {new.name}"


def _members(place: Path) -> dict[str, bytes]:
    if not place.is_file() or not zipfile.is_zipfile(place):
        return {}
    with zipfile.ZipFile(place) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _rewrite(place: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(place, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


MUTATIONS: Mapping[str, _Mutation] = {
    "bits": _flip,
    "cut": _cut,
    "zeros": _zero,
    "swapped": _swap,
    "appended": _append,
    "removed": _remove,
    "renamed": _rename,
}
