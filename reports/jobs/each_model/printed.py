"""Prints each model of a call as it comes: as text, or as an element of one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from matrix.models_list.given_model import GivenModel
from matrix.parts.part import PART_SIZE
from matrix.shown import on_one_line, some_of
from reports.jobs.each_model.asked import Asked
from reports.jobs.each_model.in_parts import Show, shown_of_each
from reports.jobs.each_model.shown import Shown, json_text
from reports.output import echo

_MOST_NAMED = 20
_BETWEEN = "\n    "
_NO_MODELS = "[]\n}"


def print_each(asked: Asked, show: Show, head: Mapping[str, Any], amiss: str) -> list[int]:
    """Print what a call asks for; gives the code of each model.

    `head` is what the JSON document has beside its models. `amiss` are the words for a model
    whose code is not 0: of many, these are named at the end.
    """
    with closing(shown_of_each(asked.models, show)) as every:
        if asked.as_json:
            return _document(head, every)
        codes = _texts(every)
    if not asked.models:
        echo(f"Shard {asked.shard} has none of the models.")
    elif len(asked.models) > PART_SIZE:
        echo(f"\n{_summary(asked.models, codes, amiss)}")
    return codes


def _texts(every: Iterator[Shown]) -> list[int]:
    codes = list[int]()
    for one in every:
        echo(f"\n{one.text}" if codes else one.text)
        codes.append(one.code)
    return codes


def _document(head: Mapping[str, Any], every: Iterator[Shown]) -> list[int]:
    """One document, of which one model is in memory at a time; an error leaves it unfinished."""
    codes = list[int]()
    begin = json_text({**head, "models": []}).removesuffix(_NO_MODELS) + "["
    for one in every:
        element = one.text.replace("\n", _BETWEEN)
        echo(f"{',' if codes else begin}{_BETWEEN}{element}", end="")
        codes.append(one.code)
    echo("\n  ]\n}" if codes else f"{begin}]\n}}")
    return codes


def _summary(models: Sequence[GivenModel], codes: Sequence[int], amiss: str) -> str:
    every = f"{len(models):,} models,"
    found = [
        on_one_line(model.name or model.given)
        for model, code in zip(models, codes, strict=True)
        if code
    ]
    if not found:
        return f"{every} none of them {amiss}."
    return f"{every} {len(found):,} of them {amiss}: {some_of(found, _MOST_NAMED)}."
