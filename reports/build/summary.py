"""The summary sentence: which releases load the model, and in which it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.version import Version

from matrix.catalogue.keras import KERAS
from matrix.results import verdicts
from matrix.results.result import CellResult, ModelResult
from matrix.results.verdicts import Verdict
from reports.build.made_inputs import on_made_inputs
from reports.report.ranges import Ranges, any_of, in_words, minor_name, ranges_of, spans

_KERAS_3 = 3
_DIFFERS, _CALL_FAILS, _NOT_CALLED = "outputs differ", "no call succeeds", "not called (no inputs)"
# The best of them is what is said of a release.
_HOW_IT_ENDED = (_DIFFERS, _CALL_FAILS, _NOT_CALLED)
# What the probe raises where it cannot make the inputs.
_NO_INPUTS = {"NoInputs": _NOT_CALLED}

_Answer = Callable[[CellResult], bool | None]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the plain cells say: of the tested releases only.

    `loads` are the releases that load the model, `runs` those among them where it also ran and
    answered as the reference. `loaders` has the ranges of each loader that was tried. `companions`
    has those of each set of packages that was tried beside TensorFlow, `keras` the versions of
    Keras 3 that were tried, and whether each loads: neither is mixed into the others.
    """

    text: str
    loads: Ranges = field(default_factory=Ranges)
    runs: Ranges = field(default_factory=Ranges)
    loaders: Mapping[str, Ranges] = field(default_factory=dict)
    companions: Mapping[str, Ranges] = field(default_factory=dict)
    keras: Mapping[str, bool] = field(default_factory=dict)


def summarize(result: ModelResult) -> Summary:
    """What a reader wants to know first; cells with something extra speak for themselves."""
    plain = [cell for cell in result.cells if cell.cell.plain]
    return Summary(
        text=_text(plain) + _in_groups(result) + on_made_inputs(result),
        loads=ranges_of(_by_release(plain, cell_loads)),
        runs=ranges_of(_by_release(plain, _cell_runs)),
        loaders={loader: _of_loader(loader, plain) for loader in _tried(plain)},
        companions=_companions(result),
        keras=_keras(result),
    )


def _in_groups(result: ModelResult) -> str:
    """That releases which run do not answer alike; the remarks say how far apart they are."""
    told = [
        f"{grouping.loader} gives different outputs in {len(grouping.cells)} groups of releases"
        for grouping in result.groups
    ]
    return f" {' and '.join(dict.fromkeys(told))}; it is unknown which is correct." if told else ""


def _tried(cells: Sequence[CellResult]) -> list[str]:
    return list(dict.fromkeys(check.loader for cell in cells for check in cell.checks))


def _of_loader(loader: str, cells: Sequence[CellResult]) -> Ranges:
    def answer(cell: CellResult) -> bool | None:
        best = cell.best(loader)
        return best.verdict.loads if best else None

    return ranges_of(_by_release(cells, answer))


def _companions(result: ModelResult) -> dict[str, Ranges]:
    """The ranges with each set of companions, empty where the model loads with it nowhere."""
    sets: dict[str, list[CellResult]] = {}
    for cell in result.cells:
        if not cell.cell.plain and not cell.cell.has(KERAS):
            name = ", ".join(companion.name for companion in cell.cell.companions)
            sets.setdefault(name, []).append(cell)
    loads = {name: _by_release(cells, cell_loads) for name, cells in sets.items()}
    return {
        name: ranges_of(answers)
        for name, answers in loads.items()
        if any(answer is not None for answer in answers.values())
    }


def _keras(result: ModelResult) -> dict[str, bool]:
    """Which versions of Keras 3 load a model, where several of them were tried."""
    if not any(cell.cell.has(KERAS) for cell in result.cells):
        return {}
    loads: dict[Version, bool] = {}
    for cell in result.cells:
        best, version = cell.best(KERAS), cell.keras_version
        answer = best.verdict.loads if best else None
        alone = cell.cell.plain or cell.cell.has(KERAS)
        if alone and answer is not None and version and version.major >= _KERAS_3:
            loads[version] = loads.get(version, False) or answer
    return {str(version): loads[version] for version in sorted(loads)}


def _by_release(cells: Sequence[CellResult], answer_of: _Answer) -> dict[Version, bool | None]:
    """Yes where any Python of a release says so, no where all of them do; else no answer."""
    by_version: dict[Version, list[bool | None]] = {}
    for cell in cells:
        by_version.setdefault(cell.cell.release.version, []).append(answer_of(cell))
    return {version: any_of(answers) for version, answers in by_version.items()}


def cell_loads(cell: CellResult) -> bool | None:
    """Whether any loader loads it there; `None` where none did but one of them has no answer."""
    return any_of(check.verdict.loads for check in cell.checks)


def _cell_runs(cell: CellResult) -> bool | None:
    """Whether any loader gives a model that runs and answers as the reference."""
    return any_of(check.verdict.runs for check in cell.checks)


# --- the sentence -------------------------------------------------------------------------------


def _text(plain: Sequence[CellResult]) -> str:
    loads = _by_release(plain, cell_loads)
    answered = [version for version, answer in loads.items() if answer is not None]
    good = [version for version, answer in loads.items() if answer]
    if not plain:
        return "Only cells with additional packages were tested."
    if not answered:
        return "No release gave an answer. See the table for the reasons."
    if not good:
        return f"Loads in none of the {len(answered)} tested TensorFlow releases.{_silent(plain)}"
    ranges, runs = ranges_of(loads), _by_release(plain, _cell_runs)
    running = [version for version in good if runs[version]]
    does = "Loads and runs" if running == good else "Loads"
    where = f"{in_words(ranges.parts)}{_not_tested(loads, ranges)}"
    head = f"{does} in {len(good)} of {len(answered)} tested TensorFlow releases: {where}."
    return f"{head}{_how_it_runs(plain, good, running)}{_silent(plain)}"


def _not_tested(loads: Mapping[Version, bool | None], ranges: Ranges) -> str:
    """Where the ranges end only because the test did."""
    answered = [version for version, answer in loads.items() if answer is not None]
    asked = {name for version in loads for name in (str(version), minor_name(version))}
    unasked = [name for name in ranges.untested if name not in asked]
    parts = [f"below {answered[0]}"] if loads[answered[0]] else []
    parts += [spans(unasked, ranges.untested)] if unasked else []
    parts += [f"above {answered[-1]}"] if loads[answered[-1]] else []
    return f" (not tested: {', '.join(parts)})" if parts else ""


def _how_it_runs(
    plain: Sequence[CellResult], good: Sequence[Version], running: Sequence[Version]
) -> str:
    """What a model does in releases that load it but where it does not run as in the others."""
    if len(running) == len(good):
        return ""
    order = [str(version) for version in good]
    reasons: dict[str, list[str]] = {}
    for version in good:
        if version not in running and (what := _instead(plain, version)):
            reasons.setdefault(what, []).append(str(version))
    parts = [f"{what} in {spans(names, order)}" for what, names in reasons.items()]
    if running:
        runs = ranges_of(_by_release(plain, _cell_runs))
        parts.insert(0, f"runs in {len(running)}: {in_words(runs.parts)}")
    elif not parts:
        return ""
    said = "; ".join(parts)
    return f" {said[0].upper()}{said[1:]}."


def _instead(plain: Sequence[CellResult], version: Version) -> str:
    """Why a release that loads the model is not one where it runs."""
    checks = [
        check for cell in plain if cell.cell.release.version == version for check in cell.checks
    ]
    said = [_after_the_load(check.verdict) for check in checks]
    return next((text for text in _HOW_IT_ENDED if text in said), "")


def _after_the_load(verdict: Verdict) -> str:
    """What became of the calls of a model that is in memory; empty where there was none to make."""
    if verdict.agrees is False:
        return _DIFFERS
    evidence = verdict.evidence
    if not verdict.loads or (evidence.error is None and evidence.exit is None):
        return ""
    kind = evidence.error.type if evidence.error else None
    return "" if kind in ("", verdicts.NOTHING_TO_CALL) else _NO_INPUTS.get(str(kind), _CALL_FAILS)


def _silent(cells: Sequence[CellResult]) -> str:
    silent = [cell.cell.id for cell in cells if cell_loads(cell) is None]
    return f" No answer for {', '.join(silent)}." if silent else ""
