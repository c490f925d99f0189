"""Renders the section of a model card as Markdown that every card renderer supports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matrix.errors import NothingTestable
from reports.card.markers import (
    Stamp,
    is_untouched,
    placed,
    section_of,
    stamp_of,
    stamped,
    without_markers,
)
from reports.formats.markdown import escape, grid, notes, with_code
from reports.formats.table import make_table
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.summary_report import LoadingAdvice

_DIGEST = re.compile(r"SHA-256 `([0-9a-f]{64})`")


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


def updated(report: Report, card: str | None) -> Card:
    """A card with the section of a report; a new one where `card` is `None`.

    A section whose results have not changed keeps its date, and so every byte.

    Raises:
        NothingTestable: the report is of a run that must not be published.
        UsageError: the markers of the card are unbalanced or doubled.
    """
    _refuse_unpublishable(report)
    body = render(report)
    new = stamped(body, Stamp(tool=str(report.tool), date=report.started[:10]))
    if card is None:
        return Card(before=None, after=placed(_new_card(report), new), state="absent")
    old = section_of(card)
    if old is None:
        return Card(before=card, after=placed(card, new), state="absent")
    if not is_untouched(old):
        return Card(before=card, after=placed(card, new), state="edited")
    stamp = stamp_of(old)
    same = stamp is not None and stamped(body, stamp) == old.replace("\r\n", "\n")
    if same:
        return Card(before=card, after=card, state="current")
    return Card(before=card, after=placed(card, new), state="outdated")


def digests_in(section: str) -> tuple[str, ...]:
    """The SHA-256 of every model that a section speaks of."""
    return tuple(_DIGEST.findall(section))


def render(report: Report) -> str:
    """The text of the section, without markers and without a date: those stand in its stamp."""
    lines = ["## TensorFlow compatibility", ""]
    several = len(report.models) > 1
    for model in report.models:
        lines += [f"### {escape(model.name)}", ""] if several else []
        lines += _model(model, "####" if several else "###")
    return without_markers("\n".join(lines).strip())


def _model(model: ModelReport, heading: str) -> Iterator[str]:
    table = make_table(model)
    yield from (f"**{with_code(model.summary.text)}**", "")
    yield from (f"- {with_code(line)}" for line in model.lines[1:])
    yield from ("", grid(table), "")
    if model.summary.ways:
        yield from (f"{heading} How to load it", "")
        for way in model.summary.ways:
            yield from _way(way)
    if table.notes:
        yield from ("<details>", "<summary>Why it does not run everywhere</summary>", "")
        yield from (*notes(table), "", "</details>", "")
    yield from (f"`{_code(model.name)}`, {model.format}, SHA-256 `{model.sha256}`.", "")


def _way(way: LoadingAdvice) -> Iterator[str]:
    beside = f" with `{_code(way.install)}`" if way.install else ""
    yield from (f"TensorFlow {escape(way.releases)}{beside}:", "")
    # A name may hold backticks: the fence is longer than any of them.
    longest = max(map(len, re.findall("`+", way.snippet)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}python", *way.snippet.splitlines(), fence, "")


def _code(text: str) -> str:
    """Text between backticks: one line, without any that would end it."""
    return "".join(c if c.isprintable() and c != "`" else " " for c in text)


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
