"""What keeps a model from running in all tested releases, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matrix.plan.loaders import call_of, ease_of
from matrix.results.verdicts import NOTHING_TO_CALL
from reports.build.boundaries import boundaries_of
from reports.formats.alike import alike, kind_of
from reports.overview.obstacles.because import Why, because, why_of
from reports.overview.obstacles.needed import with_packages
from reports.overview.obstacles.obstacle import Obstacle, ObstacleKind
from reports.overview.releases import (
    Tested,
    between,
    since,
    tested_releases,
    where_of,
    with_companions,
)
from reports.report.cause import Remedy
from reports.report.check_report import CheckReport
from reports.report.model_report import ModelReport


def obstacles_of(model: ModelReport) -> list[Obstacle]:
    """The obstacles of a model that was tested, the worst first."""
    releases = tested_releases(model)
    found = [
        *_loading(model, releases),
        *_running(model, releases),
        *_silent(model, releases),
        *_loader(model, releases),
    ]
    return sorted(found, key=lambda obstacle: obstacle.kind.rank)


def _loading(model: ModelReport, releases: Sequence[Tested]) -> Iterator[Obstacle]:
    """Where nothing loads it: everywhere, before the first release that does, between, after."""
    answered = [release for release in releases if release.loads is not None]
    good = [place for place, release in enumerate(answered) if release.loads]
    if not answered:
        return
    if not good:
        helped = [name for name, _ in with_companions(model)]
        kind = ObstacleKind.NEEDS if helped else ObstacleKind.NOWHERE
        # A release in which a loader was tried says more than one for which there is none.
        speakers = [release for release in answered if release.tried] or answered
        reasons = _by_reason(model, [(release, release.failure()) for release in speakers])
        if helped:
            reasons = [_beside_packages(model, reasons)]
        told = [(where_of(those, answered) if reasons[1:] else "", why) for those, why in reasons]
        yield because(model, kind, " or ".join(helped), told)
        return
    first, last = good[0], good[-1]
    if first:
        after, before = answered[first], answered[first - 1]
        # That its format or a loader came with a release says nothing about the model.
        if before.tried:
            where = since(before, after)
            why = why_of(model, before.failure(after.loading))
            yield because(model, ObstacleKind.BEGINS, where, [("", why)])
    if last + 1 < len(answered):
        before, after = answered[last], answered[last + 1]
        where = between(before, after)
        why = why_of(model, after.failure(before.loading))
        yield because(model, ObstacleKind.STOPS, where, [("", why)])
    holes = [release for release in answered[first:last] if not release.loads]
    if holes:
        near = answered[answered.index(holes[0]) - 1].loading
        found = _by_reason(model, [(hole, hole.failure(near)) for hole in holes])
        for those, why in sorted(found, key=lambda one: answered.index(one[0][0])):
            where = where_of(those, answered)
            yield because(model, ObstacleKind.HOLE, where, [("", why)])


def _by_reason(
    model: ModelReport, found: Sequence[tuple[Tested, CheckReport | None]]
) -> list[tuple[list[Tested], Why]]:
    """The releases of each reason, with what it says in the newest; that of the newest is last."""
    groups: dict[str, tuple[list[Tested], Why]] = {}
    for release, check in found:
        why = why_of(model, check)
        those, _ = groups.pop(key := kind_of(why.alike), ([], why))
        groups[key] = ([*those, release], why)
    return list(groups.values())


def _beside_packages(
    model: ModelReport, reasons: Sequence[tuple[list[Tested], Why]]
) -> tuple[list[Tested], Why]:
    """The reason of most releases, of equal ones the newest, and the packages as what helps.

    A remedy of a single release speaks of that release, and not of what the model needs.
    """
    those, why = max(reversed(reasons), key=lambda reason: len(reason[0]))
    return those, replace(why, remedies=tuple(with_packages(model)))


def _running(model: ModelReport, releases: Sequence[Tested]) -> Iterator[Obstacle]:
    """Where it loads and does not run as in the reference; what has nothing to call is no fault."""
    loading = [release for release in releases if release.loads and not release.runs]
    kinds: dict[ObstacleKind, list[tuple[Tested, CheckReport]]] = {}
    for release in loading:
        best = release.best
        if best is None or best.kind.agrees is True or _has_nothing_to_call(best):
            continue
        kind = ObstacleKind.DIFFERS if best.kind.agrees is False else ObstacleKind.CANNOT_RUN
        if best.runs is None:
            # It was stopped or blocked after the load: that says nothing about the model.
            kind = ObstacleKind.NO_ANSWER
        kinds.setdefault(kind, []).append((release, best))
    for kind, found in kinds.items():
        for those, why in _by_reason(model, found):
            yield because(model, kind, where_of(those, releases), [("", why)])


def _has_nothing_to_call(check: CheckReport) -> bool:
    error = check.error.type if check.error else ""
    return check.kind.answer is True and error in ("", NOTHING_TO_CALL)


def _silent(model: ModelReport, releases: Sequence[Tested]) -> Iterator[Obstacle]:
    """Where nothing is known of it, apart for each kind of reason; predictions are no gaps."""
    gaps: dict[tuple[str, str], list[tuple[Tested, CheckReport]]] = {}
    for release in releases:
        check = release.silence
        if release.loads is None and check is not None and not release.is_predicted:
            said = check.reason.replace(release.tensorflow, "").replace(release.minor, "")
            gaps.setdefault((check.verdict, alike(said)), []).append((release, check))
    for found in gaps.values():
        where = where_of([release for release, _ in found], releases)
        yield because(model, ObstacleKind.NO_ANSWER, where, [("", why_of(model, found[0][1]))])


def _loader(model: ModelReport, releases: Sequence[Tested]) -> Iterator[Obstacle]:
    """Where the usual call stops, and another one goes on."""
    loading = {check.loader for release in releases for check in release.loading}
    if not loading:
        return
    usual = model.summary.usual if model.summary.usual in loading else min(loading, key=ease_of)
    going_on = {cell.id: release for release in releases if release.loads for cell in release.cells}
    for boundary in boundaries_of(usual, model):
        if boundary.stops and boundary.cell in going_on:
            cell = next(cell for cell in model.cells if cell.id == boundary.cell)
            where = f"between {boundary.since} and" if boundary.since else "at"
            text = _other_way(model, going_on[cell.id], boundary.release)
            helps = (Remedy(text=text, verified=True),)
            yield because(
                model,
                ObstacleKind.LOADER_STOPS,
                f"{where} {boundary.release}",
                [("", replace(why_of(model, cell.best(usual)), remedies=helps))],
                call_of(usual, model.format),
            )


def _other_way(model: ModelReport, release: Tested, minor: str) -> str:
    """The way that the headline of a model names for a release."""
    ids = {cell.id for cell in model.cells if cell.tensorflow == release.tensorflow}
    way = next((one for one in model.summary.ways if ids.intersection(one.cells)), None)
    loader = way.loader if way else release.loading[0].loader
    begin = f"Install {way.install} and load" if way and way.install else "Load"
    return f"{begin} it with {call_of(loader, model.format)}, which loads it in {minor}."
