"""The releases where loading starts or stops, and why. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from matrix.catalogue.releases import catalogue
from matrix.plan.loaders import call_of, ease_of
from reports.report.cell_report import CellReport
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport
from reports.report.text import first_line

# An explanation is a sentence or two.
_MOST = 400


@dataclass(frozen=True, kw_only=True)
class Boundary:
    """A release from which on some loaders load no more, or only just begin to.

    `cell` is that of the release that cannot load it any more, or the last that cannot yet; `since`
    the last release with an answer before it, where those between have none: `between` says why.
    `why` is the explanation of its failure; what loads the model there, the headline says.
    `until` is the last release of a hole, after which loading begins `again`.
    """

    loaders: tuple[str, ...]
    stops: bool
    cell: str
    release: str
    since: str | None
    why: str
    between: str = "not tested"
    format: str = ""
    until: str = ""
    again: bool = False

    @property
    def text(self) -> str:
        """The boundary in a sentence or two."""
        calls = " and ".join(call_of(name, self.format) for name in self.loaders)
        verb = "load" if " and " in calls else "loads"
        why = self.why.rstrip(".")
        if not self.stops:
            since = (
                f" ({self.between} between {self.since} and {self.release})" if self.since else ""
            )
            earlier = f"; {'before' if self.again else 'earlier'}: {why}" if why else ""
            again = " again" if self.again else ""
            return f"{calls} {verb} it{again} from TensorFlow {self.release}{since}{earlier}."
        where = f"From TensorFlow {self.release},"
        if self.since:
            where = (
                f"Between TensorFlow {self.since} and {self.release} ({self.between} in between),"
            )
        if self.until and not self.since:
            hole = self.release if self.until == self.release else f"{self.release} - {self.until}"
            does = "do" if verb == "load" else "does"
            return f"In TensorFlow {hole}, {calls} {does} not load it{why and f': {why}'}."
        change = "stops loading it" if self.since else f"no longer {verb} it"
        if self.since and verb == "load":
            change = "stop loading it"
        return f"{where} {calls} {change}{why and f': {why}'}."


def boundaries(model: ModelReport) -> tuple[Boundary, ...]:
    """The boundaries of every loader that loads the model somewhere, oldest release first.

    Loaders that stop or begin at the same release for the same reason share one.
    """
    plain = [cell for cell in model.cells if cell.plain]
    loaders = dict.fromkeys(check.loader for cell in plain for check in cell.checks)
    single = [
        boundary
        for loader in sorted(loaders, key=ease_of)
        for boundary in boundaries_of(loader, model)
    ]
    order = {cell.id: place for place, cell in enumerate(model.cells)}
    merged: dict[tuple[str, bool, str, str, bool], Boundary] = {}
    for boundary in sorted(single, key=lambda boundary: order[boundary.cell]):
        again = (boundary.until, boundary.again)
        key = (boundary.release, boundary.stops, boundary.why, *again)
        names = (*merged[key].loaders, *boundary.loaders) if key in merged else boundary.loaders
        merged[key] = replace(boundary, loaders=names)
    return tuple(merged.values())


def boundaries_of(loader: str, model: ModelReport) -> Iterator[Boundary]:
    """The boundaries of one loader, only between two answers: no answer is no boundary.

    A hole whose releases were all tested is one sentence, and its reason is told once.
    """
    found = list(_changes(loader, model))
    for place, boundary in enumerate(found):
        before, after = found[place - 1] if place else None, found[place + 1 : place + 2]
        if boundary.stops and after:
            yield replace(boundary, until=_until(loader, model, boundary, after[0]))
        elif not boundary.stops and before:
            told = boundary.why == before.why
            yield replace(boundary, again=True, why="" if told else boundary.why)
        else:
            yield boundary


def _until(loader: str, model: ModelReport, stops: Boundary, begins: Boundary) -> str:
    """The last release of a hole, if each of its releases gave an answer."""
    releases = list(_by_release(loader, model))
    ids = [cell.id for cell, _ in releases]
    hole = releases[ids.index(stops.cell) : ids.index(begins.cell) + 1]
    near = all(are_neighbours(old, new) for (old, _), (new, _) in itertools.pairwise(hole))
    whole = near and begins.since is None and all(check.loads is False for _, check in hole)
    return minor_of(hole[-1][0]) if whole else ""


def _changes(loader: str, model: ModelReport) -> Iterator[Boundary]:
    """Each release where a loader stops or begins, by itself."""
    releases = list(_by_release(loader, model))
    answers = [pair for pair in releases if pair[1].loads is not None]
    for (old, before), (new, after) in itertools.pairwise(answers):
        if before.loads == after.loads:
            continue
        stops = bool(before.loads)
        cell, check = (new, after) if stops else (old, before)
        # That a loader came with a release says nothing about the model.
        if not stops and not check.kind.applies:
            continue
        reason = check.diagnosis.sentence if check.diagnosis else check.reason_alone
        yield Boundary(
            loaders=(loader,),
            stops=stops,
            cell=cell.id,
            release=minor_of(new),
            since=None if are_neighbours(old, new) else minor_of(old),
            # The path on the machine of the test is not for others to see.
            between=_between(
                releases[releases.index((old, before)) : releases.index((new, after))]
            ),
            why=first_line(reason.replace(model.path, model.name), _MOST),
            format=model.format,
        )


def _between(releases: Sequence[tuple[CellReport, CheckReport]]) -> str:
    """Why the releases between two answers have none; the first of them has one."""
    if len(releases) == 1:
        return "not tested"
    left_out = len(releases) > 1 and all(cell.is_predicted for cell, _ in releases[1:])
    return "not measured" if left_out else "no answer"


def _by_release(loader: str, model: ModelReport) -> Iterator[tuple[CellReport, CheckReport]]:
    """The cell that speaks for each release: one that loads, else one without answer."""
    for _, pythons in _releases(loader, model):
        yield min(pythons, key=lambda pair: (True, None, False).index(pair[1].loads))


def _releases(
    loader: str, model: ModelReport
) -> Iterator[tuple[str, list[tuple[CellReport, CheckReport]]]]:
    """What a loader did in the plain cells of each release, which are several with `--python`."""
    by_release: dict[str, list[tuple[CellReport, CheckReport]]] = {}
    for cell in model.cells:
        if cell.plain and (check := cell.best(loader)) is not None:
            by_release.setdefault(cell.tensorflow, []).append((cell, check))
    yield from by_release.items()


def python_matters(model: ModelReport) -> Iterator[str]:
    """A sentence for each loader that loads the model on some Pythons of a release only."""
    for loader in dict.fromkeys(name for cell in model.cells for name in cell.loaders):
        for release, pythons in _releases(loader, model):
            good = [_python(cell) for cell, check in pythons if check.loads]
            bad = [_python(cell) for cell, check in pythons if check.loads is False]
            if good and bad:
                where = f"on Python {', '.join(good)}, but not on {', '.join(bad)}"
                yield f"In TensorFlow {release}, {loader} loads it {where}."


def _python(cell: CellReport) -> str:
    return ".".join(cell.python.split(".")[:2])


def are_neighbours(old: CellReport, new: CellReport) -> bool:
    """Whether no minor release lies between two cells."""
    minors = [f"{release.minor[0]}.{release.minor[1]}" for release in catalogue()]
    places = [
        minors.index(name) if (name := minor_of(cell)) in minors else -9 for cell in (old, new)
    ]
    return places[1] - places[0] <= 1


def minor_of(cell: CellReport) -> str:
    """The minor release of a cell, such as `2.16`."""
    return ".".join(cell.tensorflow.split(".")[:2])
