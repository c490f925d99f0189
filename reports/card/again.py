"""The call that would write a card again, as people type it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from matrix.called import call
from matrix.shown import on_one_line, some_of
from reports.card.described import Described, lost

_MOST_NAMED = 5


def matrix_call(models: Iterable[str], card: Path, folder: Path) -> str:
    """A run of models, from a folder, that writes this card."""
    return call("matrix", _line(*dict.fromkeys(models), "--card", typed(card, folder)))


def card_call(report: Path, card: Path, folder: Path) -> str:
    """The call that writes all models of a stored report into this card."""
    return call("card", _line(typed(report, folder), typed(card, folder)))


def _line(*words: str) -> str:
    return " ".join(shlex.quote(on_one_line(word)) for word in words)


def typed(path: Path, folder: Path) -> str:
    """A path as somebody types it in a folder."""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def refusal(
    card: Path, old: Sequence[Described], new: Sequence[Described], folder: Path, again: str = ""
) -> str:
    """Why a section must not take the place of another; empty where nothing of it is lost.

    `again` is a call that loses nothing; without it, a run of all models is.
    """
    gone = lost(old, new)
    if not gone:
        return ""
    names = some_of([model.name for model in gone], _MOST_NAMED)
    models = (model.path or model.name for model in (*new, *gone))
    return (
        f"{card} describes {names} as well, which would be lost: the result is only about "
        f"{some_of([model.name for model in new], _MOST_NAMED)}. Name all its models in one call, "
        f"such as `{again or matrix_call(models, card, folder)}`, or remove the section from the "
        "card to replace it. The card was not changed."
    )
