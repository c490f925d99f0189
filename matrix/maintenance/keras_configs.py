"""Asks each release what its Keras writes into configurations, and what it takes of all others.

First every release saves small models; what stands in their files, of all releases together, is
then put to each release, class by class and value by value (`probe/collectors/configurations.py`).
Answers are stored as the places of the releases that refuse a value.
"""

from __future__ import annotations

import json
import lzma
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matrix.cache import cache_folder
from matrix.catalogue.cell import Cell
from matrix.catalogue.keras_configs import PLACE, SPACES, token
from matrix.catalogue.releases import catalogue
from matrix.environments import command
from matrix.environments.environments import Environments
from matrix.errors import LoadmatrixError
from matrix.maintenance.api_history import cells

Say = Callable[[str], None]
Document = dict[str, Any]

COLLECTOR = Path(__file__).resolve().parents[2] / "probe" / "collectors" / "configurations.py"
_SECONDS = 1800
_POLICY = {"config": {"name": "mixed_float16"}, "registered_name": None}
# What a configuration may have of any layer, and files show for few: the first layer of a
# Sequential has its input, and any layer may have a policy.
_OF_ANY_LAYER: Mapping[str, Sequence[Any]] = {
    "batch_input_shape": ([None, 8],),
    "batch_shape": ([None, 8],),
    "dtype": (
        "float32",
        "float64",
        "mixed_float16",
        {"class_name": "Policy", "module": "keras.mixed_precision", **_POLICY},
        {"class_name": "DTypePolicy", "module": "keras", **_POLICY},
    ),
    "trainable": (True, False),
}


def refresh(say: Say, place: Path = PLACE) -> int:
    """Ask every release of the catalogue, write the file; returns its size in bytes."""
    every = [(cell, _spaces(cell)) for cell in cells()]
    written = [_asked(cell, spaces, say, "written") for cell, spaces in every]
    values = _values(written)
    taken = [
        _asked(cell, spaces, say, "taken", _questions(values, answer["written"]))
        for (cell, spaces), answer in zip(every, written, strict=True)
    ]
    data = packed(written, taken)
    place.write_bytes(data)
    return len(data)


def _spaces(cell: Cell) -> tuple[str, ...]:
    """What is asked in a cell: a Keras 3 that several releases have in the newest of them only."""
    release = cell.release
    newest = [one for one in catalogue() if one.keras == release.keras][-1]
    own = ("keras",) if not cell.keras_3 or release == newest else ()
    return (*own, "tf_keras") if release.tf_keras else own


def packed(written: Sequence[Document], taken: Sequence[Document]) -> bytes:
    """What the collector said of each release, oldest first, drawn together and compressed."""
    document: Document = {
        "schema": 1,
        "releases": [answer["tensorflow"] for answer in written],
        "keras_versions": {
            space: [version or "" for version in _forth([a["keras"].get(space) for a in written])]
            for space in SPACES
        },
    }
    for space in SPACES:
        document[space] = _drawn(_forth([one["taken"].get(space) for one in taken]))
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return lzma.compress(text.encode(), preset=9)


def _forth(answers: Sequence[Any]) -> list[Any]:
    """The answers, with the next one for a release that was not asked; `None` before the first."""
    found = list(answers)
    first = next((place for place, answer in enumerate(found) if answer is not None), len(found))
    for place in range(len(found) - 2, first, -1):
        if found[place] is None:
            found[place] = found[place + 1]
    return found


def _values(written: Sequence[Document]) -> Document:
    """What any Keras wrote: form, class, key, kind of value, and the shortest value of the kind."""
    found: Document = {}
    for answer in written:
        for form, name, entry in _classes(answer["written"].values()):
            for key, kinds in entry["values"].items():
                known = found.setdefault(form, {}).setdefault(name, {}).setdefault(key, {})
                for kind, value in kinds.items():
                    known[kind] = min(known.get(kind, value), value, key=_length)
    for classes in found.values():
        for keys in classes.values():
            if "trainable" in keys:
                _ask_of_any_layer(keys)
    return found


def _ask_of_any_layer(keys: Document) -> None:
    for key, values in _OF_ANY_LAYER.items():
        for value in values:
            keys.setdefault(key, {}).setdefault(token(value), value)


def _length(value: Any) -> tuple[int, str]:
    text = json.dumps(value, sort_keys=True)
    return len(text), text


def _classes(spaces: Any) -> Iterator[tuple[str, str, Document]]:
    for forms in spaces:
        for form, classes in forms.items():
            for name, entry in classes.items():
                yield form, name, entry


def _questions(values: Document, own: Mapping[str, Document]) -> Document:
    return {space: {"values": values, "whole": whole} for space, whole in own.items()}


def _drawn(answers: Sequence[Document | None]) -> Document:
    """Form and class with the places where it was asked, where it refuses what, and needs what."""
    drawn: Document = {}
    for place, answer in enumerate(answers):
        for form, classes in (answer or {}).items():
            for name, said in classes.items():
                entry = drawn.setdefault(form, {}).setdefault(
                    name, {"asked": [], "never": [], "open": [], "refused": {}, "required": {}}
                )
                _add(entry, said, place)
    return drawn


def _add(entry: Document, said: Mapping[str, Any], place: int) -> None:
    if said.get("never"):
        entry["never"].append(place)
        return
    entry["asked"].append(place)
    if said["open"]:
        entry["open"].append(place)
    for key in said["required"]:
        entry["required"].setdefault(key, []).append(place)
    for key, kinds in said["accepted"].items():
        for kind in kinds:
            entry["refused"].setdefault(key, {}).setdefault(kind, [])
    for key, kinds in said["refused"].items():
        for kind in kinds:
            entry["refused"].setdefault(key, {}).setdefault(kind, []).append(place)


def _asked(
    cell: Cell, spaces: Sequence[str], say: Say, mode: str, questions: Document | None = None
) -> Document:
    environments = Environments(folder=cache_folder())
    with environments.ready(cell) as python, tempfile.TemporaryDirectory() as scratch:
        say(f"asking {cell.id} what its Keras {'writes' if questions is None else 'takes'}")
        result, asked = Path(scratch, "result.json"), Path(scratch, "questions.json")
        words: list[str | Path] = [python, "-I", COLLECTOR, mode, ",".join(spaces), result]
        if questions is not None:
            asked.write_text(json.dumps(questions), encoding="utf-8")
            words.append(asked)
        done = command.run(
            words,
            folder=scratch,
            variables={"HOME": scratch, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""},
            timeout=_SECONDS,
        )
        if not result.exists():
            last = "".join(done.lines[-1:])
            raise LoadmatrixError(f"{cell.id} did not say what its Keras takes: {last}")
        answer: Document = json.loads(result.read_text(encoding="utf-8"))
        return answer
