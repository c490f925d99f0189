"""The summary of a model: which releases load it, in which it runs, and with which loader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from packaging.version import Version

from matrix.catalogue.keras import KERAS
from matrix.model.facts import Format
from matrix.results.result import CellResult, ModelResult
from reports.build.headline import by_release, cell_loads, cell_runs, headline
from reports.build.made_inputs import is_ours, on_made_inputs
from reports.build.predicted import predicted_sentence
from reports.build.usual_call import usual_call, with_only
from reports.report.releases.ranges import Ranges, ranges_of

_KERAS_3 = 3


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What the plain cells say: of the tested releases only.

    `usual` is the loader of the call that is usual for the format. `loads` are the releases in
    which it loads the model, `runs` those among them where it also ran and answered as the
    reference. `loaders` has the ranges of each loader that was tried. `companions`
    has those of each set of packages that was tried beside TensorFlow, `keras` the versions of
    Keras 3 that were tried, and whether each loads: neither is mixed into the others.
    """

    text: str
    usual: str = ""
    loads: Ranges = field(default_factory=Ranges)
    runs: Ranges = field(default_factory=Ranges)
    loaders: Mapping[str, Ranges] = field(default_factory=dict)
    companions: Mapping[str, Ranges] = field(default_factory=dict)
    keras: Mapping[str, bool] = field(default_factory=dict)


def summarize(result: ModelResult, kind: Format = Format.UNKNOWN) -> Summary:
    """What a reader wants to know first; cells with something extra speak for themselves."""
    plain = [cell for cell in result.cells if cell.cell.plain]
    usual = usual_call(plain, kind)
    cells = with_only(usual, plain) if usual else plain
    return Summary(
        text=_of_the_usual_call(
            usual, plain, headline(cells, partial(is_ours, result), _untried(plain))
        )
        + _in_groups(result)
        + on_made_inputs(result)
        + predicted_sentence(plain),
        usual=usual,
        loads=ranges_of(by_release(cells, cell_loads)),
        runs=ranges_of(by_release(cells, cell_runs)),
        loaders={loader: _of_loader(loader, plain) for loader in _tried(plain)},
        companions=_companions(result),
        keras=_keras(result),
    )


def _untried(plain: Sequence[CellResult]) -> int:
    """In how many releases no loader applies to what the file is, so that none was tried."""
    return list(by_release(plain, lambda cell: cell.verdict.applies).values()).count(False)


def _of_the_usual_call(usual: str, plain: Sequence[CellResult], text: str) -> str:
    """A sentence on one call says so where another one is known to do more or less."""
    answers = {loader: by_release(with_only(loader, plain), cell_runs) for loader in _tried(plain)}
    applying = {check.loader for cell in plain for check in cell.checks if check.verdict.applies}
    others = [loader for loader in applying if loader != usual]
    everywhere = all(answers.get(usual, {None: False}).values())
    # Without any answer, the sentence has releases for its subject.
    is_on_the_model = text.startswith(("Loads", "Runs", "Does not load"))
    if (
        not is_on_the_model
        or everywhere
        or all(answers[loader] == answers[usual] for loader in others)
    ):
        return text
    return f"With its usual call, it {text[0].lower()}{text[1:]}"


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

    return ranges_of(by_release(cells, answer))


def _companions(result: ModelResult) -> dict[str, Ranges]:
    """The ranges with each set of companions, empty where the model loads with it nowhere."""
    sets: dict[str, list[CellResult]] = {}
    for cell in result.cells:
        if not cell.cell.plain and not cell.cell.has(KERAS):
            name = ", ".join(companion.name for companion in cell.cell.companions)
            sets.setdefault(name, []).append(cell)
    loads = {name: by_release(cells, cell_loads) for name, cells in sets.items()}
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
