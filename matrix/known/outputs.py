"""The large outputs of an answer: files of its cell, read to be kept with it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from matrix.known.answers import Answer
from matrix.run.probe_output.events import CheckRecord
from matrix.stored_files import plain_bytes


def with_outputs(
    answer: Answer, folder: Path, most: int
) -> tuple[Answer, Mapping[str, bytes]] | None:
    """An answer whose large outputs have names of their own, with their content.

    `None` where one cannot be read, or all take more than `most` bytes.
    """
    files: dict[str, bytes] = {}
    records: dict[str, CheckRecord] = {}
    for name, record in answer.verification.checks.items():
        records[name] = record
        if record.stored is None:
            continue
        content = _content(folder, record.stored, most - sum(map(len, files.values())))
        if content is None:
            return None
        ours = f"outputs-{len(files)}.npz"
        files[ours] = content
        records[name] = replace(record, stored=ours)
    seen = replace(answer.verification, checks=records)
    return replace(answer, verification=seen), files


def _content(folder: Path, name: str, most: int) -> bytes | None:
    """A file of a cell; no link is followed, as a model may have put one there."""
    path = folder / name
    with contextlib.suppress(OSError, ValueError):
        inside = path.resolve().is_relative_to(folder.resolve())
        return plain_bytes(path, most) if inside else None
    return None
