"""A prediction: what a loader will do with a model in a cell, from the bytes of the file alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LOADS, FAILS, UNKNOWN = "loads", "fails", "unknown"
# How each is told, the best first: never without the word.
EXPECTED: Mapping[str, str] = {
    LOADS: "predicted to load",
    UNKNOWN: "not predicted",
    FAILS: "predicted to fail",
}

# What is open of a file that another generation of Keras compiled: part of its reason.
PERHAPS_UNCOMPILED = "perhaps only with compile=False"


@dataclass(frozen=True, kw_only=True, slots=True)
class Prediction:
    """What is expected of one loader in one cell; never a result.

    `cell` is the id of the cell, `tensorflow` its version. `verdict` is `loads`, `fails` or
    `unknown`, `why` the reason with the fact behind it, and `rule` the rule that decided.
    """

    tensorflow: str
    loader: str
    verdict: str
    why: str
    rule: str
    cell: str

    def __repr__(self) -> str:
        return f"<Prediction {self.cell} {self.loader}: {self.verdict}>"

    @property
    def sentence(self) -> str:
        """How it is told: never without the word `predicted`."""
        return f"{EXPECTED[self.verdict]}: {self.why}"


Predictions = tuple[Prediction, ...]


def to_documents(predictions: Predictions) -> list[dict[str, Any]]:
    """The predictions of a model as JSON: cells of which the same is said stand together."""
    together: dict[tuple[str, str, str, str], list[str]] = {}
    for one in predictions:
        together.setdefault((one.loader, one.verdict, one.why, one.rule), []).append(one.cell)
    names = ("loader", "verdict", "why", "rule")
    return [
        {**dict(zip(names, said, strict=True)), "cells": cells} for said, cells in together.items()
    ]


def from_documents(
    documents: Iterable[Mapping[str, Any]], versions: Mapping[str, str], loaders: Sequence[str]
) -> Predictions:
    """The predictions back, in the order of the cells and then of the loaders.

    `versions` has the TensorFlow of each cell. Of cells, loaders and verdicts that are not known
    nothing is kept.
    """
    said = {
        (cell, entry["loader"]): Prediction(
            tensorflow=versions[cell],
            loader=entry["loader"],
            verdict=entry["verdict"],
            why=entry["why"],
            rule=entry["rule"],
            cell=cell,
        )
        for entry in documents
        for cell in entry["cells"]
        if cell in versions and entry["verdict"] in EXPECTED
    }
    pairs = ((cell, loader) for cell in versions for loader in loaders)
    return tuple(said[pair] for pair in pairs if pair in said)
