"""The badge: the specifier as a small picture, and as JSON for shields.io."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.version import Version

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.releases import Release, catalogue
from matrix.files import write_text
from reports.formats.templates.filling import fill
from reports.gate.requirements import Gate, Requirement, unmet
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.releases.ranges import release_spans
from reports.report.report import Report

LABEL = "tensorflow"
# Names that shields.io knows, and what they look like in a picture of our own. All carry white
# text with a contrast of at least 4.5.
_COLOURS = {
    "brightgreen": "#26792b",
    "yellow": "#7d6600",
    "orange": "#a85a00",
    "red": "#c0372d",
    "lightgrey": "#6a6a6a",
}
# A longer specifier makes a badge nobody reads; cutting it short would make it a lie.
_LONGEST = 40


# The colours of models that do what they should in some release.
_GOOD = ("brightgreen", "yellow")


@dataclass(frozen=True, kw_only=True)
class Badge:
    """What a badge says. Bright green is for every release that answered, red for none of them."""

    message: str
    colour: str

    @property
    def positive(self) -> bool:
        return self.colour == "brightgreen"

    @property
    def is_error(self) -> bool:
        """Whether the model runs nowhere, or misses what is required."""
        return self.colour in ("red", "orange")


def make_badge(report: Report, gate: Gate | None = None) -> Badge:
    """One model: where its usual call works. Several: how many work, and where all of these do.

    With the requirements of a gate it says of how many of the releases required they are met.
    """
    badges = Badges(complete=report.complete, gate=gate)
    for model in report.models:
        badges.add(model)
    return badges.together()


@dataclass(kw_only=True)
class Badges:
    """The badges of models, taken one after the other, and the one that stands for all.

    `_shared` are the releases in which every model works that works in any, `_tested` all releases
    that any model was tested in.
    """

    complete: bool
    gate: Gate | None = None
    _each: list[Badge] = field(default_factory=list)
    _verbs: set[str] = field(default_factory=set)
    _any_fast: bool = False
    _working: int = 0
    _shared: set[str] | None = None
    _tested: set[str] = field(default_factory=set)

    @property
    def _asks(self) -> bool:
        return self.gate is not None and bool(self.gate.requirements)

    def add(self, model: ModelReport) -> None:
        self._any_fast |= any(cell.plain and cell.is_predicted for cell in model.cells)
        if self.gate is not None and self._asks:
            self._each.append(_of_requirements(model, self.gate))
            return
        badge = _of_model(model)
        self._each.append(badge)
        self._tested |= {cell.tensorflow for cell in model.cells if cell.plain}
        if badge.colour in _GOOD and model.works_in:
            verb = model.works_in[0][0]
            self._working += 1
            self._verbs.add(verb.partition(" ")[0].removesuffix("s"))
            where = _working_in(model, verb)
            self._shared = where if self._shared is None else self._shared & where

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
        return self._of_requirements() if self._asks else self._of_several()

    def _of_requirements(self) -> Badge:
        good = sum(badge.positive for badge in self._each)
        message = f"{good} of {len(self._each)} models meet what is required"
        missed = any(badge.is_error for badge in self._each)
        colour = "red" if missed else colour_of(good, len(self._each)) if good else "yellow"
        return Badge(message=message, colour=colour)

    def _of_several(self) -> Badge:
        """In which releases all run that run anywhere; else how many of them run everywhere."""
        count, good = len(self._each), sum(badge.positive for badge in self._each)
        does = " or ".join(sorted(self._verbs or {"run"}, reverse=True))
        if good == count:
            message = f"{count} of {count} models {does} in all tested releases"
            return Badge(message=message, colour="brightgreen")
        told = f"{self._working} of {count} models {does}"
        if not self._working:
            # Of several, the best that is known of any.
            colours = {badge.colour for badge in self._each}
            best = next(one for one in ("yellow", "orange", "red", "lightgrey") if one in colours)
            return Badge(message=f"{told} with the usual call", colour=best)
        if not self._shared:
            return Badge(message=f"{told}, in different releases", colour="yellow")
        where = release_spans(self._shared, list(self._tested))
        message = f"{told} ({where})"
        if len(message) > _LONGEST:
            message = f"{told} in {len(self._shared)} shared releases"
        return Badge(message=message, colour="yellow")


def _of_requirements(model: ModelReport, gate: Gate) -> Badge:
    """In how many of the releases that a publisher asks for a model does what is asked.

    What a declaration excuses is not done all the same, and what was not tested is not known:
    neither is missed, so that neither is red.
    """
    releases = [one for ask in gate.requirements for one in catalogue() if _is_asked(one, ask)]
    asked = {release.minor for release in releases}
    short = [
        miss
        for requirement in gate.requirements
        for miss in unmet(model, requirement, gate, catalogue())
    ]
    good = len(asked - {Version(CellId.parse(miss.cell).version).release[:2] for miss in short})
    missed = any(miss.answered and miss.excused_by is None for miss in short)
    colour = "red" if missed else "brightgreen" if good == len(asked) else "yellow"
    return Badge(message=f"{good} of {len(asked)} required releases", colour=colour)


def _is_asked(release: Release, requirement: Requirement) -> bool:
    return bool(release.matching(requirement.tensorflow))


def _of_model(model: ModelReport) -> Badge:
    plain = [cell for cell in model.cells if cell.plain]
    checks = [(cell.tensorflow, _usual(model, cell)) for cell in plain]
    answered = {release for release, check in checks if check.loads is not None}
    if not answered:
        return Badge(message="no answer", colour="lightgrey")
    predicted = any(cell.is_predicted for cell in plain)
    if not model.works_in and not predicted:
        return _of_other_calls(plain, len(answered))
    verb = model.works_in[0][0] if model.works_in else "loads in"
    working = _working_in(model, verb)
    if predicted:
        # What a fast run measured is chosen to be telling: a share of it says nothing of the rest.
        message = f"{verb} {len(working)} of {len(answered)} measured, rest predicted"
        return Badge(message=message, colour="lightgrey")
    share = f"{len(working)} of {len(answered)}"
    message = f"{_where(model)} ({share})"
    if len(message) > _LONGEST:
        message = f"{verb} {share} releases"
    # A model that loads and then answers otherwise, dies, or accepts no call is no good news.
    calls = any(check.has_calls for cell in plain for check in cell.checks)
    if calls and not any(check.kind.agrees for _, check in checks):
        return Badge(message=message, colour="orange")
    return Badge(message=message, colour=colour_of(len(working), len(answered)))


def _of_other_calls(plain: Sequence[CellReport], answered: int) -> Badge:
    """What is left of a model that its usual call loads nowhere."""
    if not any(cell.loads for cell in plain):
        return Badge(message="loads in no release", colour="red")
    runs = any(cell.kind.agrees for cell in plain)
    return Badge(message=f"usual call: 0 of {answered}", colour="yellow" if runs else "orange")


def _working_in(model: ModelReport, verb: str) -> set[str]:
    """The releases in which the usual call does what a verb of `works_in` says."""
    plain = [cell for cell in model.cells if cell.plain]
    return {cell.tensorflow for cell in plain if _does(_usual(model, cell), verb)}


def _usual(model: ModelReport, cell: CellReport) -> CheckReport | CellReport:
    """What the usual call did in a cell; of reports that name none, what the best loader did."""
    return (model.summary.usual and cell.best(model.summary.usual)) or cell


def _does(check: CheckReport | CellReport, verb: str) -> bool:
    return bool(check.kind.agrees if verb == "runs in" else check.loads)


def _where(model: ModelReport) -> str:
    """The releases alone where it runs in all that load it, else each with its verb."""
    works = [
        (verb.removesuffix(" in"), where.removeprefix("tensorflow"))
        for verb, where in model.works_in
    ]
    if [verb for verb, _ in works] == ["runs"]:
        return works[0][1]
    return ", ".join(f"{verb} {where}" for verb, where in works)


def colour_of(good: int, all_of_them: int) -> str:
    """Green is for all of them."""
    return "brightgreen" if good == all_of_them else "yellow" if good else "red"


def render_json(report: Report) -> str:
    """For https://shields.io/badges/endpoint-badge."""
    return as_json(make_badge(report))


def as_json(badge: Badge) -> str:
    """A badge for https://shields.io/badges/endpoint-badge."""
    document = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": badge.message,
        "color": badge.colour,
        "isError": badge.is_error,  # Nobody may recolour it.
    }
    return json.dumps(document, indent=1) + "\n"


def write_required(report: Report, folder: Path, gate: Gate) -> None:
    """Write the badge of what is required, in the place of that of the usual call.

    Raises:
        OSError: it could not be written.
    """
    badge = make_badge(report, gate)
    write_text(folder / "badge.json", as_json(badge))
    write_text(folder / "badge.svg", as_svg(badge))


def render_svg(report: Report) -> str:
    """A flat badge, 20 pixels high."""
    return as_svg(make_badge(report))


def as_svg(badge: Badge) -> str:
    """The picture of a badge."""
    left, right = text_width(LABEL) + 12, text_width(badge.message) + 12
    values = {"left": left, "right": right, "colour": _COLOURS[badge.colour]}
    return str(fill("badge.svg", label=LABEL, message=badge.message, **values))


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
