"""Renders the section of a model card as Markdown that every card renderer supports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matrix.errors import NothingTestable
from matrix.plan.variant import UNCOMPILED, Variant
from reports.card.described import as_code
from reports.card.folded import folded_grid, folded_reasons, where
from reports.card.for_readers import for_readers
from reports.card.home import NOWHERE, Home
from reports.card.hub_snippet import Shown, hub_snippet, shown_way
from reports.card.made import Made, made_in
from reports.card.markers import (
    Stamp,
    is_untouched,
    placed,
    section_of,
    stamp_of,
    stamped,
    without_markers,
)
from reports.formats.markdown import escape, with_code
from reports.report.model_report import ModelReport
from reports.report.remarks import why_uncompiled
from reports.report.report import Report

_MOST_WHY = 300


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card before and after; `state` says how its section stood: a word of `STATES`."""

    before: str | None
    after: str
    state: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


# How a section may stand, in the words a reader is told.
STATES = {
    "current": "is up to date",
    "absent": "has no compatibility section",
    "edited": "has a compatibility section that was edited by hand",
    "outdated": "has a compatibility section that is out of date",
}


def updated(report: Report, card: str | None, home: Home = NOWHERE) -> Card:
    """A card with the section of a report; a new one where `card` is `None`.

    A section whose results have not changed keeps its date, and so every byte.

    Raises:
        NothingTestable: the report is of a run that must not be published.
        UsageError: the markers of the card are unbalanced or doubled.
    """
    _refuse_unpublishable(report)
    old = section_of(card) if card is not None else None
    made = Made.of(report, home, made_in(old or ""))
    body = f"{made.line}\n{render(report, home)}"
    new = stamped(body, Stamp(tool=str(report.tool), date=report.started[:10]))
    if card is None:
        return Card(before=None, after=placed(_new_card(report), new), state="absent")
    if old is None:
        return Card(before=card, after=placed(card, new), state="absent")
    if not is_untouched(old):
        return Card(before=card, after=placed(card, new), state="edited")
    stamp = stamp_of(old)
    same = stamp is not None and stamped(body, stamp) == old.replace("\r\n", "\n")
    if same:
        return Card(before=card, after=card, state="current")
    return Card(before=card, after=placed(card, new), state="outdated")


def render(report: Report, home: Home = NOWHERE) -> str:
    """The text of the section, without markers and without a date: those stand in its stamp.

    `home` says what the card is the card of, and where models lie beside it.
    """
    lines = ["## TensorFlow compatibility", ""]
    several = len(report.models) > 1
    for model in report.models:
        lines += [f"### {escape(model.name)}", ""] if several else []
        lines.append(_without_paths("\n".join(_model(model, home)), model))
    return without_markers("\n".join(lines).strip())


def _model(model: ModelReport, home: Home) -> Iterator[str]:
    """What to do, the snippet, why it is as it is; all that is for those who doubt is folded."""
    guide = model.summary.guide
    uncompiled = why_uncompiled(
        model.summary, model.cells, lambda names, _: where(names, model.cells)
    )
    yield from (_told(guide or model.summary.text), "")
    if shown := shown_way(model):
        yield from (*_fenced(hub_snippet(model, shown, home)), "")
        if _is_uncompiled(shown):
            yield from (_told(uncompiled), "")
    yield from ("<details>", f"<summary>{_all_releases(model)}</summary>", "")
    yield from (folded_grid(model), "")
    if guide:
        yield from (_told(model.summary.text.removeprefix(guide).strip()), "")
    # Where loading starts and stops stands in the first sentences and in the grid.
    remarks = [line for line in model.remarks if line not in model.summary.boundaries]
    remarks = [line for line in remarks if not line.startswith("`compile=False`")]
    # What explains the snippet stands below it, what explains another call here.
    remarks += [uncompiled] if uncompiled and not (shown and _is_uncompiled(shown)) else []
    items = [*(f"- {_told(line)}" for line in remarks), *folded_reasons(model)]
    yield from (*items, *([""] if items else []), "</details>", "")
    yield from (
        f"`{as_code(model.name)}`, {model.format_in_words}, {model.digest_name} `{model.sha256}`.",
        "",
    )


def _all_releases(model: ModelReport) -> str:
    """What is folded: releases in which the file shows that nothing can load it are not tested."""
    tested = all(cell.kind.applies for cell in model.cells)
    return "All tested releases" if tested else "All releases, with those that were not tried"


def _is_uncompiled(shown: Shown) -> bool:
    return Variant.parse(shown.way.variant) == UNCOMPILED


def _told(text: str) -> str:
    return with_code(for_readers(text))


def _fenced(code: str) -> Iterator[str]:
    # A name may hold backticks: the fence is longer than any of them.
    longest = max(map(len, re.findall("`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}python", *code.splitlines(), fence)


def _without_paths(text: str, model: ModelReport) -> str:
    """The text of a model with its name in the place of every path on the machine of the test."""
    places = (model.facts.get("fetched"), model.facts.get("load_path"), model.path)
    for place in sorted({str(one) for one in places if one}, key=len, reverse=True):
        if "/" in place or "\\" in place:
            text = _named(escape(place), escape(model.name), _named(place, model.name, text))
    return text


def _named(place: str, name: str, text: str) -> str:
    # What follows `"/` is a place in the repository, which readers need.
    return re.sub(rf'(?<!"/){re.escape(place)}', lambda _: name, text)


def _refuse_unpublishable(report: Report) -> None:
    silent = [
        model.name for model in report.models if all(cell.loads is None for cell in model.cells)
    ]
    if not report.complete:
        raise NothingTestable(
            "The run was interrupted, so some results are missing. The card was not changed. "
            "Complete the run first."
        )
    if not report.models or silent:
        raise NothingTestable(
            f"The run gave no answer for {' and '.join(silent) or 'any model'}. The card was not "
            "changed. See the report for the reasons."
        )


# Names that the Hub knows; everything else about the model is for its publisher to say.
_LIBRARIES = {"keras_v3": "keras", "keras_h5": "keras", "keras_json": "keras", "tflite": "tflite"}


def _new_card(report: Report) -> str:
    kinds = dict.fromkeys(model.format for model in report.models)
    library = _LIBRARIES.get(next(iter(kinds)), "tensorflow")
    tags = "".join(f"- {tag}\n" for tag in ("tensorflow", *kinds))
    title = escape(report.models[0].name if len(report.models) == 1 else "Models")
    return f"---\nlibrary_name: {library}\ntags:\n{tags}---\n\n# {title}\n"
