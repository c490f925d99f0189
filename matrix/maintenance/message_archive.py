"""Draws together what the collector said of each release, into one archive.

Most sentences stay the same for many releases, so each has its editions as spans. An edition is a
TensorFlow release, a tf-keras beside one, or a version of Keras 3. The archive is the same, byte
for byte, wherever it is made from the same answers.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import sys
import zipfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from matrix.catalogue.message_words import groups, literals, runs, words
from matrix.catalogue.messages import BLOCK, IDS, INDEX, KERAS, NUMBERS, TENSORFLOW, TF_KERAS
from matrix.schemas import SCHEMA

# An edition with what was read of it.
Answer = tuple[tuple[str, str], Mapping[str, Any]]
_Origin = tuple[str, str, str, str]

_BLOCK_BYTES = 96_000
# A sentence is filed under one group of each part: a wrap, a cut or another wording loses some.
_PART, _MOST_PARTS = 4, 4
_MOST_ORIGINS = 6
# What Python itself says, and some package in its place: it tells nothing of who said it.
_OF_PYTHON = re.compile(
    r"(?:.{0,60} )?(?:object has no attribute|has no attribute|is not defined|is not callable"
    r"|object is not \w+|unexpected keyword argument|missing \d required positional arguments?"
    r"|takes (?:no|\d|{}) (?:positional )?arguments?|out of range|not enough values to unpack"
    r"|No module named|No such file or directory|invalid syntax|cannot import name)[^a-zA-Z]*"
)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def packed(answers: Sequence[Answer]) -> bytes:
    """The archive of what was read of each edition, in the order of the editions."""
    editions = [edition for edition, _ in answers]
    found = _as_one(_found(answers))
    # Neighbours in the alphabet are alike, which keeps a block small.
    templates = sorted(filter(_can_be_found, found))
    spans: dict[str, int] = {}
    entries = [[template, _origins(found[template], spans)] for template in templates]
    blocks, firsts = _blocks(entries)
    numbers, ids = _index(templates)
    index = {
        "schema": SCHEMA,
        "editions": editions,
        "spans": [json.loads(text) for text in spans],
        "firsts": firsts,
        "size": len(templates),
    }
    members = {INDEX: _json(index), NUMBERS: _bytes(numbers), IDS: _bytes(ids)}
    members.update({BLOCK.format(n): block.encode() for n, block in enumerate(blocks)})
    return _archive(members)


def _found(answers: Sequence[Answer]) -> dict[str, dict[_Origin, set[int]]]:
    """Every template with its origins, each with the places of the editions that have it."""
    found: dict[str, dict[_Origin, set[int]]] = defaultdict(lambda: defaultdict(set))
    for place, (edition, answer) in enumerate(answers):
        for template, package, module, function, kind in answer["raised"]:
            if _belongs(package, edition):
                found[template][package, module, function, kind].add(place)
        if edition[0] == TENSORFLOW:
            for template, library in answer["native"]:
                found[template]["native", library, "", ""].add(place)
    return found


def _as_one(
    found: Mapping[str, Mapping[_Origin, set[int]]],
) -> dict[str, dict[_Origin, set[int]]]:
    """Templates of the same words as one: quotes, stops and case are not what they are found by."""
    alike: dict[tuple[tuple[str, ...], ...], list[str]] = defaultdict(list)
    for template in sorted(found):
        alike[tuple(tuple(words(text)) for text in literals(template))].append(template)
    merged: dict[str, dict[_Origin, set[int]]] = {}
    for templates in alike.values():
        # That of most editions stands for all.
        shown = max(templates, key=lambda template: len(set().union(*found[template].values())))
        origins = merged.setdefault(shown, defaultdict(set))
        for template in templates:
            for origin, places in found[template].items():
                origins[origin] |= places
    return merged


def _belongs(package: str, edition: tuple[str, str]) -> bool:
    """Whether a package is read for an edition: Keras 3 is an edition of its own."""
    space, version = edition
    if space in (KERAS, TF_KERAS):
        return package == space
    return package != TF_KERAS and (package != KERAS or not _brings_keras_3(version))


def _brings_keras_3(version: str) -> bool:
    major, minor = version.split(".")[:2]
    return (int(major), int(minor)) >= (2, 16)


def _origins(found: Mapping[_Origin, set[int]], spans: dict[str, int]) -> list[list[Any]]:
    """The origins with the most editions, those of one package as one where there are many."""
    if len(found) > _MOST_ORIGINS:
        merged: dict[_Origin, set[int]] = defaultdict(set)
        largest = {
            package: max(of_package, key=lambda one: (len(found[one]), one))
            for package, of_package in itertools.groupby(sorted(found), key=lambda one: one[0])
        }
        for origin, places in found.items():
            merged[largest[origin[0]]] |= places
        found = merged
    return [
        [*origin, spans.setdefault(json.dumps(_spans(places)), len(spans))]
        for origin, places in sorted(found.items())
    ]


def _spans(places: Iterable[int]) -> list[list[int]]:
    spans: list[list[int]] = []
    for place in sorted(places):
        if spans and spans[-1][1] == place - 1:
            spans[-1][1] = place
        else:
            spans.append([place, place])
    return spans


def _blocks(entries: Sequence[Any]) -> tuple[list[str], list[int]]:
    blocks: list[str] = []
    firsts: list[int] = []
    held: list[str] = []
    for number, entry in enumerate(entries):
        if not held:
            firsts.append(number)
        held.append(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
        if sum(map(len, held)) >= _BLOCK_BYTES or number == len(entries) - 1:
            blocks.append("[" + ",\n".join(held) + "]")
            held = []
    return blocks, firsts


def _can_be_found(template: str) -> bool:
    return bool(_groups_of(template)) and not _OF_PYTHON.fullmatch(template)


def _groups_of(template: str) -> list[int]:
    return [number for run in runs(template) for number in groups(run)]


def _index(templates: Sequence[str]) -> tuple[array[int], array[int]]:
    """The numbers of groups in order, and the sentence of each."""
    every = [_groups_of(template) for template in templates]
    common = Counter(itertools.chain.from_iterable(map(set, every)))
    pairs = sorted(
        (number, identity)
        for identity, numbers in enumerate(every)
        for number in _chosen(numbers, common)
    )
    return array("I", [one for one, _ in pairs]), array("I", [one for _, one in pairs])


def _chosen(numbers: Sequence[int], common: Mapping[int, int]) -> set[int]:
    """The rarest group of each part of a sentence: a prefix or an end may be lost."""
    size = max(_PART, -(-len(numbers) // _MOST_PARTS))
    parts: Iterator[Sequence[int]] = (
        numbers[start : start + size] for start in range(0, len(numbers), size)
    )
    return {min(part, key=lambda number: (common[number], number)) for part in parts}


def _json(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = array("I", numbers)
        numbers.byteswap()
    return numbers.tobytes()


def _archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive without a date of its own."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            archive.writestr(info, data, zipfile.ZIP_LZMA)
    return target.getvalue()
