"""The badge: the specifier as a small picture, and as JSON for shields.io."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from reports.report.report import Report
from reports.report.text import escape

LABEL = "tensorflow"
# Names that shields.io knows, and what they look like in a picture of our own. All carry white
# text with a contrast of at least 4.5.
_COLOURS = {
    "brightgreen": "#26792b",
    "green": "#4c7410",
    "orange": "#a85a00",
    "red": "#c0372d",
    "lightgrey": "#6a6a6a",
}
# A longer specifier makes a badge nobody reads; cutting it short would make it a lie.
_LONGEST = 40


@dataclass(frozen=True, kw_only=True)
class Badge:
    """What a badge says. Only the greens are good news."""

    message: str
    colour: str

    @property
    def positive(self) -> bool:
        return self.colour in ("brightgreen", "green")


def make_badge(report: Report) -> Badge:
    """One model: where it runs. Several: the same where they agree, else how many run at all."""
    badges = Badges(complete=report.complete)
    for model in report.models:
        badges.add(model)
    return badges.together()


@dataclass(kw_only=True)
class Badges:
    """The badges of models, taken one after the other, and the one that stands for all."""

    complete: bool
    _each: list[Badge] = field(default_factory=list)
    _verbs: set[str] = field(default_factory=set)
    _any_fast: bool = False

    def add(self, model: ModelReport) -> None:
        self._any_fast |= any(cell.plain and cell.is_predicted for cell in model.cells)
        badge = _of_model(model)
        self._each.append(badge)
        if badge.positive:
            self._verbs.add(model.works_in[0][0].partition(" ")[0])

    def together(self) -> Badge:
        """What is said of all of them."""
        if not self.complete:
            return Badge(message="test interrupted", colour="lightgrey")
        count = len(self._each)
        if self._any_fast and count > 1:
            return Badge(message=f"{count} models, partly predicted", colour="lightgrey")
        if not count:
            return Badge(message="not tested", colour="lightgrey")
        if len(set(self._each)) == 1:
            return self._each[0]
        good = sum(badge.positive for badge in self._each)
        verbs = sorted(self._verbs or {"runs"}, reverse=True)
        does = " or ".join(verb.removesuffix("s") for verb in verbs)
        return Badge(message=f"{good} of {count} models {does}", colour=_colour(good, count))


def _of_model(model: ModelReport) -> Badge:
    plain = [cell for cell in model.cells if cell.plain]
    answered = {cell.tensorflow for cell in plain if cell.loads is not None}
    if not answered:
        return Badge(message="no answer", colour="lightgrey")
    if any(cell.is_predicted for cell in plain):
        # What a fast run measured is chosen to be telling: a share of it says nothing of the rest.
        return Badge(message=_measured(model, answered), colour="lightgrey")
    if not model.works_in:
        return Badge(message="loads in no release", colour="red")
    verb = model.works_in[0][0]
    working = {cell.tensorflow for cell in plain if _does(cell, verb)}
    message = _where(model)
    if len(message) > _LONGEST:
        message = f"{verb} {len(working)} of {len(answered)} releases"
    # A model that loads and then answers otherwise, dies, or accepts no call is no good news.
    calls = any(check.has_calls for cell in plain for check in cell.checks)
    if calls and not any(cell.kind.agrees for cell in plain):
        return Badge(message=message, colour="orange")
    return Badge(message=message, colour=_colour(len(working), len(answered)))


def _measured(model: ModelReport, answered: set[str]) -> str:
    """Of a fast run only what was measured is told, and that it is not all."""
    verb = model.works_in[0][0] if model.works_in else "loads in"
    good = {c.tensorflow for c in model.cells if c.plain and _does(c, verb)}
    return f"{verb} {len(good)} of {len(answered)} measured, rest predicted"


def _does(cell: CellReport, verb: str) -> bool:
    return bool(cell.kind.agrees if verb == "runs in" else cell.loads)


def _where(model: ModelReport) -> str:
    """The releases alone where it runs in all that load it, else each with its verb."""
    works = [
        (verb.removesuffix(" in"), where.removeprefix("tensorflow"))
        for verb, where in model.works_in
    ]
    if [verb for verb, _ in works] == ["runs"]:
        return works[0][1]
    return ", ".join(f"{verb} {where}" for verb, where in works)


def _colour(good: int, all_of_them: int) -> str:
    return "brightgreen" if good == all_of_them else "green" if good else "red"


def render_json(report: Report) -> str:
    """For https://shields.io/badges/endpoint-badge."""
    return as_json(make_badge(report))


def as_json(badge: Badge) -> str:
    """A badge for https://shields.io/badges/endpoint-badge."""
    document = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": badge.message,
        "color": badge.colour,  # Nobody may recolour what is no good news.
        "isError": not badge.positive,
    }
    return json.dumps(document, indent=1) + "\n"


def render_svg(report: Report) -> str:
    """A flat badge, 20 pixels high."""
    return as_svg(make_badge(report))


def as_svg(badge: Badge) -> str:
    """The picture of a badge."""
    left, right = text_width(LABEL) + 12, text_width(badge.message) + 12
    says = escape(f"{LABEL}: {badge.message}")
    return _SVG.format(
        says=says,
        colour=_COLOURS[badge.colour],
        label=escape(LABEL),
        message=escape(badge.message),
        width=left + right,
        left=left,
        right=right,
        label_at=left / 2,
        message_at=left + right / 2,
        label_width=left - 12,
        message_width=right - 12,
    )


# `textLength` makes a reader without Verdana fit its own font into the same room.
_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" viewBox="0 0 {width} 20" \
role="img" aria-label="{says}">
<title>{says}</title>
<clipPath id="round"><rect width="{width}" height="20" rx="4"/></clipPath>
<g clip-path="url(#round)">
<rect width="{left}" height="20" fill="#3d444d"/>
<rect x="{left}" width="{right}" height="20" fill="{colour}"/>
</g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" \
font-size="11">
<text x="{label_at}" y="14" textLength="{label_width}">{label}</text>
<text x="{message_at}" y="14" textLength="{message_width}">{message}</text>
</g>
</svg>
"""

# Widths in Verdana at 11 pixels; what is not here is about as wide as a digit.
_WIDTHS = {
    **dict.fromkeys("ijl", 3.0),
    **dict.fromkeys(" .,!f", 4.0),
    **dict.fromkeys("rt*", 4.8),
    **dict.fromkeys("csz", 5.8),
    **dict.fromkeys("<>=+", 9.0),
    **dict.fromkeys("mw", 10.0),
}


def text_width(text: str) -> int:
    """About how many pixels a text takes in the font of a badge."""
    return round(sum(_WIDTHS.get(character, 7.0) for character in text))
