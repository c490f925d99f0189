"""The first sentences of a report: where a model runs, and where it only loads. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from matrix.catalogue.releases import catalogue
from matrix.results import verdicts
from matrix.results.result import CellResult, CheckResult, Source
from matrix.results.verdicts import Verdict
from reports.report.releases.ranges import (
    Ranges,
    any_of,
    in_words,
    minor_name,
    ranges_of,
    release_spans,
    spans,
)

Answers = Mapping[Version, bool | None]

_TESTED = "tested TensorFlow releases"
_DIFFERS, _NOTHING = "outputs differ", "nothing to call"
_CALL_FAILS, _NO_INPUTS = "no call succeeds", "not called: no inputs"
_OURS = "the generated inputs may be invalid"
# What the probe raises where it cannot make the inputs.
_NOT_CALLED = {"NoInputs": _NO_INPUTS, "": _NOTHING, verdicts.NOTHING_TO_CALL: _NOTHING}


def by_release(
    cells: Sequence[CellResult], answer_of: Callable[[CellResult], bool | None]
) -> dict[Version, bool | None]:
    """Yes where any Python of a release says so, no where all of them do; else no answer."""
    by_version: dict[Version, list[bool | None]] = {}
    for cell in cells:
        by_version.setdefault(cell.cell.release.version, []).append(answer_of(cell))
    return {version: any_of(answers) for version, answers in by_version.items()}


def cell_loads(cell: CellResult) -> bool | None:
    """Whether any loader loads it there; `None` where none did but one of them has no answer."""
    return any_of(check.verdict.loads for check in cell.checks)


def cell_runs(cell: CellResult) -> bool | None:
    """Whether any loader gives a model that runs and answers as the reference."""
    return any_of(check.verdict.runs for check in cell.checks)


def headline(
    plain: Sequence[CellResult], ours: Callable[[CheckResult], bool], untried: int = 0
) -> str:
    """Where the model runs or else loads, of the plain cells, and what became of the others.

    `ours` says of a check that its calls may have failed for inputs that this tool made. `untried`
    is the number of releases in which nothing was tried, as the file shows that nothing can load.
    """
    loads = by_release(plain, cell_loads)
    answered = [version for version, answer in loads.items() if answer is not None]
    good = [version for version, answer in loads.items() if answer]
    if not plain:
        return "Only cells with additional packages were tested."
    if not answered:
        return "No release gave an answer. See the table for the reasons."
    if not good:
        none = f"Loads in none of the {len(answered) - untried} {_TESTED}"
        if len(answered) == 1 and not untried:
            none = "Does not load in the only tested TensorFlow release"
        if len(answered) == untried:
            none = f"Loads in no release: none of {untried} was tried"
        more = _not_tried(untried if untried < len(answered) else 0)
        return f"{none}{_not_tested(loads, answered)}.{more}{_silent(plain)}"
    runs = by_release(plain, cell_runs)
    running = [version for version in good if runs[version]]
    names = [str(version) for version in answered]
    releases = _Releases(plain=plain, answered=names, good=good, running=running, ours=ours)
    shown = runs if running else loads
    share = f"{len(running or good)} of {len(answered) - untried} {_TESTED}"
    ranges = in_words(ranges_of(shown).parts, [str(version) for version in sorted(shown)])
    where = f"{ranges}{_not_tested(shown, answered)}"
    told = f"{releases.verb} in {share}: {where}.{releases.others}"
    return f"{told}{_not_tried(untried)}{_silent(plain)}"


def _not_tried(untried: int) -> str:
    """The releases in which the file shows that nothing can load it: apart from what was tested."""
    return f" {untried} more {'was' if untried == 1 else 'were'} not tried." if untried else ""


def _not_tested(shown: Answers, answered: Sequence[Version]) -> str:
    """The releases that nobody asked: below and above those that were, and between them."""
    ranges: Ranges = ranges_of(shown)
    asked = {name for version in shown for name in (str(version), minor_name(version))}
    order = list(_known_names(ranges))
    first, last = min(shown), max(shown)
    places = [place for place, name in enumerate(order) if name in asked]
    inner = order[places[0] : places[-1] + 1] if places else []
    unasked = [name for name in inner if name not in asked]
    # Where the first or last release that was asked loads it, others may as well.
    below = shown[answered[0]] or (places and places[0] > 0)
    above = shown[answered[-1]] or (places and places[-1] < len(order) - 1)
    parts = [f"below {_end(first, ranges.order[:1])}"] if below else []
    parts += [spans(unasked, order)] if unasked else []
    parts += [f"above {_end(last, ranges.order[-1:])}"] if above else []
    return f" (not tested: {', '.join(parts)})" if parts else ""


def _known_names(ranges: Ranges) -> Iterator[str]:
    """Every minor release, oldest first; patches in the place of one that was tested by them."""
    for release in catalogue():
        minor = f"{release.minor[0]}.{release.minor[1]}"
        patches = [name for name in ranges.order if name.startswith(f"{minor}.")]
        yield from patches or [minor]


def _end(version: Version, named: Sequence[str]) -> str:
    """A tested release as the ranges name it: a patch where its minor was tested by patches."""
    return next((name for name in named if name == str(version)), minor_name(version))


@dataclass(frozen=True, kw_only=True)
class _Releases:
    """The releases that load a model, and those among them where it runs."""

    plain: Sequence[CellResult]
    answered: Sequence[str]
    good: Sequence[Version]
    running: Sequence[Version]
    ours: Callable[[CheckResult], bool]

    @property
    def verb(self) -> str:
        """What the model does in the releases that come first; `Loads` alone is no blame."""
        if self.running:
            return "Loads and runs" if self.running == self.good else "Runs"
        ends = {self._end_of(version) for version in self.good}
        return "Loads" if ends & {_NOTHING, _DIFFERS} else "Loads only"

    @property
    def others(self) -> str:
        """What a model does in releases that load it but where it does not run as in the others."""
        ends: dict[str, list[str]] = {}
        for version in self.good:
            if version not in self.running:
                ends.setdefault(self._end_of(version), []).append(str(version))
        # What is said of our inputs follows in a sentence of its own.
        if not self.running and list(ends) in ([_NOTHING], [_OURS]):
            return ""
        text = "; ".join(self._told(end, names) for end, names in ends.items())
        return f" {text[0].upper()}{text[1:]}." if text else ""

    def _told(self, end: str, names: Sequence[str]) -> str:
        where = self._spans(names)
        # Where nothing runs, the sentence before has said that it only loads.
        alone = not self.running or end == _DIFFERS
        return f"{end} in {where}" if alone else f"loads only in {where} ({end})"

    def _spans(self, names: Sequence[str]) -> str:
        return release_spans(names, self.answered)

    def _checks(self, version: Version) -> Iterator[CheckResult]:
        for cell in self.plain:
            if cell.cell.release.version == version:
                yield from cell.checks

    def _end_of(self, version: Version) -> str:
        """Why a release that loads it is not one where it runs: the best that came of a call."""
        ends = [
            _OURS if self.ours(check) else _after_the_load(check.verdict)
            for check in self._checks(version)
            if check.verdict.is_load
        ]
        last = (_OURS, _NO_INPUTS, _NOTHING)
        order = (_DIFFERS, *(end for end in ends if end not in last), *last)
        return next((end for end in order if end in ends), _NOTHING)


def _after_the_load(verdict: Verdict) -> str:
    """What became of the calls of a model that is in memory."""
    if verdict.agrees is False:
        return _DIFFERS
    evidence = verdict.evidence
    if evidence.exit is not None or evidence.reason is not None:
        return f"{verdict.word} when called"
    kind = evidence.error.type if evidence.error else ""
    return _NOT_CALLED.get(kind, _CALL_FAILS)


def _silent(cells: Sequence[CellResult]) -> str:
    silent = [
        cell.cell.id
        for cell in cells
        if cell_loads(cell) is None and cell.source is not Source.PREDICTED
    ]
    return f" No answer for {', '.join(silent)}." if silent else ""
