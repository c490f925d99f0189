"""Copies of models that are damaged, or that have a name which misleads."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# A model as `made.jsonl` has it.
Made = Mapping[str, Any]
_KEPT = 0.6


def damaged(made: Made, act: str, part: str, folder: Path, place: str) -> Made:
    """A copy of a model in `folder / place`, damaged; paths are relative to `folder`.

    `part` is the file within the model that is damaged, empty where the model is one file; for
    `rename` it is the new suffix.
    """
    source = folder / made["path"]
    copy = folder / place / source.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, copy, dirs_exist_ok=True)
    else:
        # Checkpoints are several files, and architectures have their weights beside them.
        for file in source.parent.glob(f"{source.name}*"):
            shutil.copy(file, copy.parent / file.name)
    if act == "rename":
        copy = copy.rename(copy.with_suffix(part))
    else:
        _ACTS[act](copy / part if part and source.is_dir() else copy.with_name(copy.name + part))
    told = {"id": f"{made['id']}!{act}", "path": str(copy.relative_to(folder))}
    return {**made, **told}


def _cut(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * _KEPT)])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _lose(file: Path) -> None:
    file.unlink()


def _flip(file: Path) -> None:
    """One bit of the byte in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _garble(file: Path) -> None:
    """Text that is no JSON any more."""
    file.write_text(file.read_text("utf-8").replace('"', "'", 3), "utf-8")


def _page(file: Path) -> None:
    file.write_text("<!DOCTYPE html><html><body>Not found</body></html>\n", "utf-8")


def _end(file: Path) -> None:
    """Its last bytes are zeros, as an interrupted copy leaves them."""
    content = file.read_bytes()
    file.write_bytes(content[:-64] + bytes(min(64, len(content))))


_ACTS: Mapping[str, Callable[[Path], None]] = {
    "cut": _cut,
    "empty": _empty,
    "lose": _lose,
    "flip": _flip,
    "garble": _garble,
    "page": _page,
    "end": _end,
}
