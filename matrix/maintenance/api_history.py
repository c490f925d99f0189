"""Asks each release in its own environment for its ops, their kernels and its Keras classes.

They hardly change from one release to the next, so each is stored as spans of
releases in which it was the same: `[first, last, definition]`, first and last as places in the list
of cells. The file is the same, byte for byte, wherever it is made from the same releases.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.cache import cache_folder
from matrix.catalogue.api_history import PLACE
from matrix.catalogue.cell import Cell
from matrix.catalogue.companions import tf_keras_beside
from matrix.catalogue.releases import catalogue
from matrix.environments import command
from matrix.environments.environments import Environments
from matrix.environments.programs.interpreters import installed
from matrix.errors import LoadmatrixError
from matrix.maintenance.spans import compressed, spans

COLLECTOR = Path(__file__).resolve().parents[2] / "probe" / "collectors" / "vocabulary.py"
_SECONDS = 300


def refresh(say: Callable[[str], None], place: Path = PLACE) -> int:
    """Ask every release of the catalogue, write the file; returns its size in bytes."""
    answers = [collected(cell, COLLECTOR, say) for cell in cells()]
    data = packed(answers)
    place.write_bytes(data)
    return len(data)


def packed(answers: Sequence[Mapping[str, Any]]) -> bytes:
    """What the collector said of each release, oldest first, drawn together and compressed."""
    document = {
        "schema": 1,
        "releases": [answer["tensorflow"] for answer in answers],
        "keras": {
            space: [answer["keras"].get(space, {}).get("version", "") for answer in answers]
            for space in ("keras", "tf_keras")
        },
        "ops": spans([answer["ops"] for answer in answers]),
        "kernels": spans([answer["kernels"] for answer in answers]),
        "classes": {
            space: spans([answer["keras"].get(space, {}).get("classes", {}) for answer in answers])
            for space in ("keras", "tf_keras")
        },
    }
    return compressed(document)


def cells() -> list[Cell]:
    """One cell per release, with tf-keras beside it where that exists: it changes no op."""
    pythons = installed()
    found = []
    for release in catalogue():
        usable = [python for python in release.pythons if python in pythons]
        python = usable[-1] if usable else release.pythons[-1]
        plain = Cell(release=release, python=python)
        beside = (tf_keras_beside(release),) if release.tf_keras else ()
        found.append(replace(plain, companions=beside))
    return found


def collected(cell: Cell, collector: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """What a collector of the probe answers in the environment of a cell.

    Raises:
        LoadmatrixError: it gave no answer.
    """
    environments = Environments(folder=cache_folder())
    with environments.ready(cell) as python, tempfile.TemporaryDirectory() as scratch:
        say(f"asking {cell.id}")
        result = Path(scratch, "answer.json")
        done = command.run(
            [python, "-I", collector, result],
            folder=scratch,
            variables={"HOME": scratch, "TF_CPP_MIN_LOG_LEVEL": "3"},
            timeout=_SECONDS,
        )
        if not result.exists():
            words = done.stderr.strip().splitlines()[-1:]
            raise LoadmatrixError(f"{cell.id} gave no answer to {collector.stem}: {''.join(words)}")
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return answer
