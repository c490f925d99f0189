"""Asks each release in its own environment for its ops, their kernels and its Keras classes.

They hardly change from one release to the next, so each is stored as spans of
releases in which it was the same: `[first, last, definition]`, first and last as places in the list
of cells. The file is the same, byte for byte, wherever it is made from the same releases.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from matrix.environments.interpreters import installed
from matrix.errors import LoadmatrixError

COLLECTOR = Path(__file__).resolve().parents[2] / "probe" / "collectors" / "vocabulary.py"
_SECONDS = 300


def refresh(say: Callable[[str], None], place: Path = PLACE) -> int:
    """Ask every release of the catalogue, write the file; returns its size in bytes."""
    answers = [_collected(cell, say) for cell in cells()]
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
        "ops": _spans([answer["ops"] for answer in answers]),
        "kernels": _spans([answer["kernels"] for answer in answers]),
        "classes": {
            space: _spans([answer["keras"].get(space, {}).get("classes", {}) for answer in answers])
            for space in ("keras", "tf_keras")
        },
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return lzma.compress(text.encode(), preset=9)


def _spans(answers: Sequence[Mapping[str, Any]]) -> dict[str, list[list[Any]]]:
    names: Iterable[str] = sorted(set().union(*answers))
    return {name: _spans_of(name, answers) for name in names}


def _spans_of(name: str, answers: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    spans: list[list[Any]] = []
    for index, known in enumerate(answers):
        if name not in known:
            continue
        if spans and spans[-1][1] == index - 1 and spans[-1][2] == known[name]:
            spans[-1][1] = index
        else:
            spans.append([index, index, known[name]])
    return spans


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


def _collected(cell: Cell, say: Callable[[str], None]) -> dict[str, Any]:
    environments = Environments(folder=cache_folder())
    with environments.ready(cell) as python, tempfile.TemporaryDirectory() as scratch:
        say(f"asking {cell.id}")
        result = Path(scratch, "vocabulary.json")
        done = command.run(
            [python, "-I", COLLECTOR, result],
            folder=scratch,
            variables={"HOME": scratch, "TF_CPP_MIN_LOG_LEVEL": "3"},
            timeout=_SECONDS,
        )
        if not result.exists():
            words = done.stderr.strip().splitlines()[-1:]
            raise LoadmatrixError(f"{cell.id} did not list its ops and classes: {''.join(words)}")
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return answer
