"""The call that would write a card again, as people type it. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from matrix.called import call
from matrix.shown import on_one_line, some_of
from reports.card.described import Described, lost
from reports.card.made import Section

_MOST_NAMED = 5
# What stands for a model where nothing says which one.
_SOME = Described(name="MODEL", sha256="")


def matrix_call(models: Iterable[Described], card: Path, folder: Path, *options: str) -> str:
    """A run of models, from a folder, that writes this card."""
    words = dict.fromkeys(_word(model, card, folder) for model in models)
    return call("matrix", _line(*words, "--card", typed(card, folder), *options))


def update_of(section: Section, card: Path, folder: Path) -> str:
    """The sentence on how a section is brought up to date, with the options that it keeps."""
    if not section.models:
        return f"Run `{matrix_call([_SOME], card, folder)}` to write one."
    others = "any other options" if section.made else "the options"
    again = matrix_call(section.models, card, folder, *_kept(section, card, folder))
    return f"Run `{again}` to update it, with {others} that it was made with."


def _kept(section: Section, card: Path, folder: Path) -> Iterator[str]:
    """The options that a section keeps, as they are typed in a folder."""
    if section.made:
        yield from section.made.options
        if custom := section.made.custom_objects:
            place = typed(card.parent / custom.place, folder) if custom.place else custom.name
            yield from ("--custom-objects", place)


def _word(model: Described, card: Path, folder: Path) -> str:
    """What names a model in a call from a folder."""
    return typed(card.parent / model.place, folder) if model.place else model.given or model.name


def card_call(report: Path, card: Path, folder: Path) -> str:
    """The call that writes all models of a stored report into this card."""
    return call("card", _line(typed(report, folder), typed(card, folder)))


def _line(*words: str) -> str:
    return " ".join(shlex.quote(on_one_line(word)) for word in words)


def typed(path: Path, folder: Path) -> str:
    """A path as somebody types it in a folder."""
    return str(path.relative_to(folder) if path.is_relative_to(folder) else path)


def refusal(
    card: Path, old: Section, new: Sequence[Described], folder: Path, again: str = ""
) -> str:
    """Why a section must not take the place of another; empty where nothing of it is lost.

    `again` is a call that loses nothing; without it, a run of all models is.
    """
    gone = lost(old.models, new)
    if not gone:
        return ""
    again = again or matrix_call((*new, *gone), card, folder, *_kept(old, card, folder))
    names = some_of([model.name for model in gone], _MOST_NAMED)
    return (
        f"{card} describes {names} as well, which would be lost: the result is only about "
        f"{some_of([model.name for model in new], _MOST_NAMED)}. Name all its models in one call, "
        f"such as `{again}`, or remove the section from "
        "the card to replace it. The card was not changed."
    )
