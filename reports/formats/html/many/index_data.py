"""The rows of the overview as compact JSON: columns, letters for verdicts, each text once."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.plan.prediction import EXPECTED, UNKNOWN
from matrix.results.verdicts import Predicted
from matrix.shown import on_one_line
from matrix.versions import version_of
from reports.formats.grid import place_of
from reports.formats.html.addresses import addresses
from reports.formats.html.many.model_script import FORMAT, key_of
from reports.formats.verdict_style import classes_of
from reports.overview.model_state import ModelState, state_of
from reports.overview.obstacles.groups import all_obstacles
from reports.overview.row import OverviewRow
from reports.report.cause import Cause

# The letter of a cell that a model does not have, and of the first verdict.
_ABSENT, _FIRST = ".", ord("A")
# So many characters of a digest tell a file of another report from ours.
_SHORT = 12


@dataclass(frozen=True)
class Numbers:
    """Numbers for texts, each kept once."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        return self.numbers.setdefault(on_one_line(text), len(self.numbers))

    @property
    def texts(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self.numbers)


def group_key(key: str) -> str:
    """The name of a group of obstacles in addresses: the same in every report."""
    return hashlib.sha256(on_one_line(key).encode("utf-8", "backslashreplace")).hexdigest()[:8]


def cells_of(rows: Sequence[OverviewRow]) -> tuple[list[str], list[str]]:
    """The cells with TensorFlow alone and the others, each oldest release first."""
    found = {name: CellId.parse(name) for row in rows for name, _ in row.verdicts}

    def age(name: str) -> tuple[object, ...]:
        cell = found[name]
        return (version_of(cell.version) or Version("0"), *cell.order)

    names = sorted(found, key=age)
    plain = [name for name in names if found[name].is_plain]
    return plain, [name for name in names if not found[name].is_plain]


def words_of(rows: Sequence[OverviewRow]) -> list[str]:
    """The verdicts that occur, the best first."""
    return sorted({word for row in rows for _, word in row.verdicts}, key=place_of)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A verdict as it is shown; `expected` is what was predicted where that is all there is."""

    word: str
    expected: str = UNKNOWN

    @property
    def said(self) -> str:
        """`fails`, `predicted to load`."""
        return EXPECTED[self.expected] if self.word == Predicted.word else self.word

    @property
    def order(self) -> tuple[int, int]:
        """The best is first."""
        return place_of(self.word), list(EXPECTED).index(self.expected)


def kinds_of(row: OverviewRow) -> dict[str, Kind]:
    """What is shown of each cell of a model."""
    expected = dict(row.expected)
    return {
        cell: Kind(word=word, expected=expected.get(cell, UNKNOWN)) for cell, word in row.verdicts
    }


def index_data(rows: Sequence[OverviewRow], named: Mapping[int, str]) -> dict[str, Any]:
    """What the script of the overview works with; `named` are the names to show, by place.

    A model is one entry in each column of `models`: `key` is what addresses call it, `file` its
    file. `verdicts` has one letter a cell: `A` is the first of `words`, with its classes and how it
    is said; a dot means that the model has no such cell. `stands` has pairs of a group and a text,
    as numbers.
    """
    plain, others = cells_of(rows)
    kinds = sorted(
        {kind for row in rows for kind in kinds_of(row).values()}, key=lambda kind: kind.order
    )
    formats, states = Numbers(), list(ModelState)
    groups, texts = Numbers(), Numbers()
    letters = {kind: chr(_FIRST + number) for number, kind in enumerate(kinds)}
    cells = (*plain, *others)

    def verdicts(row: OverviewRow) -> str:
        found = kinds_of(row)
        return "".join(letters[found[cell]] if cell in found else _ABSENT for cell in cells)

    def stands(row: OverviewRow) -> list[list[int]]:
        return [
            [groups.number(o.key), texts.number(o.reason if row.untested else o.brief)]
            for o in all_obstacles(row)
        ]

    models = {
        "key": addresses([(row.name, row.path) for row in rows]),
        "file": [key_of(row.place) for row in rows],
        "name": [named[row.place] for row in rows],
        "sha256": [row.sha256[:_SHORT] for row in rows],
        "format": [formats.number(row.format_in_words) for row in rows],
        "state": [states.index(state_of(row)) for row in rows],
        "works": [texts.number(row.works_in) for row in rows],
        "stands": [stands(row) for row in rows],
        "verdicts": [verdicts(row) for row in rows],
    }
    return {
        "format": FORMAT,
        "cells": cells,
        "plain": len(plain),
        "words": [kind.word for kind in kinds],
        "classes": [classes_of(kind.word, kind.expected) for kind in kinds],
        "said": [kind.said for kind in kinds],
        "formats": formats.texts,
        "states": [state.value for state in states],
        "groups": [group_key(key) for key in groups.texts],
        "causes": _causes_by_group(rows, groups),
        "texts": texts.texts,
        "models": models,
    }


def _causes_by_group(rows: Sequence[OverviewRow], groups: Numbers) -> list[str]:
    """The word of the cause of each group, in the order of the groups."""
    causes = {on_one_line(o.key): o.cause for row in rows for o in all_obstacles(row)}
    return [causes[key] for key in groups.texts]


def causes_of(rows: Sequence[OverviewRow]) -> list[tuple[str, str, int]]:
    """The causes that occur: word, title, and how many models have it; most models first."""
    counts = Counter(cause for row in rows for cause in {o.cause for o in all_obstacles(row)})
    titles = {cause.value: cause.title for cause in Cause}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(word, titles.get(word, word), count) for word, count in ordered]
