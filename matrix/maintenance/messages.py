"""Reads the sentences of every release in its own environment, and those of every Keras 3.

Environments have the newest Keras 3, so its other versions are unpacked and read by themselves.
Nothing is imported: the collector reads files.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.keras import KerasRelease, keras_releases
from matrix.catalogue.messages import KERAS, PLACE, TENSORFLOW, TF_KERAS
from matrix.catalogue.releases import catalogue
from matrix.environments import command
from matrix.environments.environments import Environments
from matrix.environments.programs.uv_program import uv
from matrix.errors import LoadmatrixError
from matrix.maintenance.api_history import cells
from matrix.maintenance.message_archive import Answer, packed

Say = Callable[[str], None]

COLLECTOR = Path(__file__).resolve().parents[2] / "probe" / "collectors" / "messages.py"
_SECONDS = 900


def editions() -> list[tuple[str, str]]:
    """What is read: each TensorFlow release, each tf-keras beside one, each Keras 3."""
    releases = catalogue()
    return [
        *((TENSORFLOW, str(release.version)) for release in releases),
        *((TF_KERAS, str(release.version)) for release in releases if release.tf_keras),
        *((KERAS, str(entry.version)) for entry in keras_releases()),
    ]


def refresh(say: Say, place: Path = PLACE) -> int:
    """Read every edition, write the archive; returns its size in bytes."""
    answers: dict[tuple[str, str], dict[str, Any]] = {}
    for cell in cells():
        answer = _of_release(cell, say)
        # tf-keras stands in the environment of its release.
        version = str(cell.release.version)
        answers[TENSORFLOW, version] = answers[TF_KERAS, version] = answer
    for entry in keras_releases():
        answers[KERAS, str(entry.version)] = _of_keras(entry, say)
    ordered: list[Answer] = [(edition, answers[edition]) for edition in editions()]
    data = packed(ordered)
    place.write_bytes(data)
    return len(data)


def _of_release(cell: Cell, say: Say) -> dict[str, Any]:
    with Environments(folder=cache_folder()).ready(cell) as python:
        say(f"reading {cell.id}")
        return _collected(python)


def _of_keras(entry: KerasRelease, say: Say) -> dict[str, Any]:
    requirement = entry.companion.requirement
    with tempfile.TemporaryDirectory() as site:
        say(f"reading {requirement}")
        words = [uv(), "pip", "install", "--quiet", "--no-deps", "--target", site]
        done = command.run([*words, "--python", sys.executable, requirement])
        if done.returncode != 0:
            last = "".join(done.lines[-1:])
            raise LoadmatrixError(f"{requirement} could not be installed: {last}")
        return _collected(Path(sys.executable), site)


def _collected(python: Path, *site: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch, "messages.json")
        words: list[str | Path] = [python, "-I", "-B", COLLECTOR, result, *site]
        done = command.run(words, folder=scratch, timeout=_SECONDS)
        if not result.exists():
            last = "".join(done.lines[-1:])
            raise LoadmatrixError(f"The messages of {python} could not be read: {last}")
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return answer
