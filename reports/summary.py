"""The sentence a reader takes away: which releases load the model, as a PEP 440 specifier."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.version import Version

from matrix import verdicts
from matrix.keras_versions import KERAS
from matrix.releases import catalogue
from matrix.results import CellResult, ModelResult
from matrix.verdicts import Verdict

_KERAS_3 = 3


@dataclass(frozen=True, kw_only=True)
class Summary:
    """`specifier` is empty where nothing loads. It speaks of the tested releases only.

    `loaders` has a specifier for each loader that was tried in the plain cells. `companions` has
    one for each set of packages that was tried beside TensorFlow, `keras` the versions of Keras 3
    that were tried, and whether each loads: neither is mixed into the specifier.
    """

    specifier: str
    text: str
    loaders: Mapping[str, str] = field(default_factory=dict)
    companions: Mapping[str, str] = field(default_factory=dict)
    keras: Mapping[str, bool] = field(default_factory=dict)


def summarize(result: ModelResult) -> Summary:
    """What the plain cells say; cells with something extra installed speak for themselves."""
    said = _summary_of_plain(result)
    return replace(said, companions=_companions(result), keras=_keras(result))


def _companions(result: ModelResult) -> dict[str, str]:
    """A specifier for each set of companions, empty where the model loads with it nowhere."""
    sets: dict[str, list[CellResult]] = {}
    for cell in result.cells:
        if not cell.cell.plain and not cell.cell.has(KERAS):
            name = ", ".join(companion.name for companion in cell.cell.companions)
            sets.setdefault(name, []).append(cell)
    found = {}
    for name, cells in sets.items():
        loads = _loads(cells, cell_loads)
        if any(answer is not None for answer in loads.values()):
            found[name] = specifier_of(loads, _newest(cells)) if any(loads.values()) else ""
    return found


def _keras(result: ModelResult) -> dict[str, bool]:
    """Which versions of Keras 3 load a model, where several of them were tried."""
    if not any(cell.cell.has(KERAS) for cell in result.cells):
        return {}
    found: dict[Version, bool] = {}
    for cell in result.cells:
        best, version = cell.best(KERAS), cell.keras_version
        answer = loads_there(best.verdict) if best else None
        alone = cell.cell.plain or cell.cell.has(KERAS)
        if alone and answer is not None and version and version.major >= _KERAS_3:
            found[version] = found.get(version, False) or answer
    return {str(version): found[version] for version in sorted(found)}


def _summary_of_plain(result: ModelResult) -> Summary:
    plain = [cell for cell in result.cells if cell.cell.plain]
    loads = _loads(plain, cell_loads)
    known = [version for version, answer in loads.items() if answer is not None]
    good = [version for version, answer in loads.items() if answer]
    if not plain:
        return Summary(specifier="", text="Only cells with other packages were tested.")
    if not known:
        text = "No release gave an answer: see the table for the reasons."
        return Summary(specifier="", text=text)
    if not good:
        text = f"Loads in none of the {len(known)} tested TensorFlow releases."
        return Summary(specifier="", text=text + _gaps(plain))
    specifier = specifier_of(loads, _newest(plain))
    text = f"Loads in {len(good)} of {len(known)} tested TensorFlow releases: {specifier}"
    return Summary(
        specifier=specifier,
        text=f"{text}{_limits(known, good)}.{_gaps(plain)}",
        loaders={loader: _specifier_for(loader, plain) for loader in _tried(plain)},
    )


def _tried(cells: Sequence[CellResult]) -> list[str]:
    return list(dict.fromkeys(check.loader for cell in cells for check in cell.checks))


def _specifier_for(loader: str, cells: Sequence[CellResult]) -> str:
    def answer(cell: CellResult) -> bool | None:
        best = cell.best(loader)
        return loads_there(best.verdict) if best else None

    loads = _loads(cells, answer)
    return specifier_of(loads, _newest(cells)) if any(loads.values()) else ""


def _filled(loads: Mapping[Version, bool | None]) -> dict[Version, bool | None]:
    """The same, with the minors between the tested ones that nobody tested: they have no answer."""
    tested = {version.release[:2] for version in loads}
    between = {
        release.version: None
        for release in catalogue()
        if min(loads) < release.version < max(loads) and release.minor not in tested
    }
    return dict(sorted({**loads, **between}.items()))


def _newest(cells: Sequence[CellResult]) -> set[Version]:
    """The releases that stand for their minor; untested ones do."""
    patches = {cell.cell.release.version for cell in cells if not cell.cell.release.newest_patch}
    tested = {cell.cell.release.version for cell in cells}
    return (tested | {release.version for release in catalogue()}) - patches


def specifier_of(loads: Mapping[Version, bool | None], newest: Collection[Version]) -> str:
    """A specifier that admits the releases that load and excludes the tested ones that do not.

    `loads` maps releases, oldest first, to whether they load, `None` where there is no answer:
    those are excluded too, for it is never a guess between two tested points. A release in
    `newest`, the newest patch of its minor, stands for its minor where it is the only one tested.
    """
    loads = _filled(loads)
    versions = list(loads)
    good = [version for version in versions if loads[version]]
    first, last = versions.index(good[0]), versions.index(good[-1])
    whole = {
        v for v in newest if sum(v.release[:2] == other.release[:2] for other in versions) == 1
    }
    parts = [f">={_named(good[0], whole)}"]
    holes = [version for version in versions[first:last] if not loads[version]]
    parts += [f"!={_named(hole, whole)}{'.*' if hole in whole else ''}" for hole in holes]
    if after := versions[last + 1 :]:
        parts.append(f"<{_named(after[0], whole)}")
    elif good[-1] in whole:
        # Beyond the newest release that was tested nothing is known.
        parts.append(f"<{good[-1].major}.{good[-1].minor + 1}")
    else:
        parts.append(f"<={good[-1]}")
    return "tensorflow" + ",".join(parts)


def _named(version: Version, whole: Collection[Version]) -> str:
    return f"{version.major}.{version.minor}" if version in whole else str(version)


def _loads(
    cells: Sequence[CellResult], answer_of: Callable[[CellResult], bool | None]
) -> dict[Version, bool | None]:
    """Whether each release loads, on any of its Pythons; `None` where there is no answer."""
    found: dict[Version, bool | None] = {}
    for cell in cells:
        version = cell.cell.release.version
        answer = answer_of(cell)
        before = found.get(version)
        found[version] = answer if before is None else before or bool(answer)
    return found


def cell_loads(cell: CellResult) -> bool | None:
    """Whether any loader loads it there; `None` where none did but one of them has no answer."""
    answers = [loads_there(check.verdict) for check in cell.checks]
    return True if True in answers else None if None in answers else False


def loads_there(verdict: Verdict) -> bool | None:
    """Whether a verdict says that the model loads; `None` where it is no answer.

    `not-applicable` is a no: a release before the format existed cannot load it. Running out of
    time or memory before the load is none: with more of it the model might load.
    """
    if isinstance(verdict, verdicts.NotApplicable):
        return False
    if verdicts.is_load(verdict):
        return True
    return False if isinstance(verdict, verdicts.Fails | verdicts.Crashed) else None


def _limits(known: Sequence[Version], good: Sequence[Version]) -> str:
    """Where the range ends only because the test did."""
    ends = [f"older than {known[0]}"] if good[0] == known[0] else []
    ends += [f"newer than {known[-1]}"] if good[-1] == known[-1] else []
    return f" ({' and '.join(ends)}: not tested)" if ends else ""


def _gaps(cells: Sequence[CellResult]) -> str:
    silent = [cell.cell.id for cell in cells if cell_loads(cell) is None]
    return f" No answer for {', '.join(silent)}." if silent else ""
