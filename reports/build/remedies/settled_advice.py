"""Settles advice with what a run measured: verified, refuted or still untested. Pure.

An advice names cells of the run: those of its releases, or of this one, that have what it
installs, with its loader and variant. Where the model loads in some of them, the advice says in
which; where it fails in all that gave an answer, the run has refuted it and nobody is told.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.version import Version

from matrix.catalogue.api_history import api_history
from matrix.catalogue.runtime import PYTHON
from matrix.plan.loaders import LOADERS
from matrix.plan.loaders.tfsm_layer import endpoint_of
from matrix.plan.snippet import ShownCell, ShownModel, quoted
from matrix.plan.variant import ONLY, UNCOMPILED, Variant
from matrix.results.result import CellResult, CheckResult
from matrix.versions import version_of
from reports.build.remedies.failed_check import FailedCheck
from reports.build.remedies.snippets import snippet
from reports.build.remedies.verified_remedies import loads_without
from reports.diagnosis.advising.advice import Advice, Releases
from reports.report.cause import Remedy
from reports.report.releases.ranges import cell_spans, release_spans

# What the snippets of rules call, which know of no model.
_ANY_SIGNATURE = re.compile(r"(['\"])serving_default\1")
_NAMED = frozenset({"keras", "tf_keras"})


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """A check in a cell that an advice names, and whether it did what the advice promises."""

    cell: CellResult
    check: CheckResult
    helped: bool


def settled(advice: Remedy, failed: FailedCheck) -> Remedy | None:
    """The advice as this run leaves it: `None` where it was tried in vain."""
    if not isinstance(advice, Advice):
        return advice
    if advice.workaround and (done := _attempted(advice, failed)) is not None:
        return done if done.verified else None
    if not _has_an_effect(advice):
        return _untested(advice, failed)
    found = list(_tried(advice, failed))
    exact = [one for one in found if _adds_nothing_else(advice, failed, one.cell)]
    if found and not exact:
        # Tried with more beside it: that is another remedy, or in vain.
        return None
    found = exact
    helped = [one for one in found if one.helped]
    if not found:
        # Nothing was tried where it sends a reader: a release of this run that does it is better.
        helped = [one for one in _in_any_release(advice, failed) if one.helped]
    if helped:
        return _verified(advice, failed, helped, found)
    return None if _refuted(advice, failed, found) else _untested(advice, failed)


def _has_an_effect(advice: Advice) -> bool:
    """Whether it says how to load, so that checks can tell whether it helps."""
    loads = advice.loader or advice.requirement or advice.variant is not None
    return bool(loads) or advice.releases is not None


def _attempted(advice: Advice, failed: FailedCheck) -> Remedy | None:
    """What became of the script that does what the advice says, if one was tried here."""
    same = [
        attempt
        for attempt in failed.cell.attempts
        if attempt.loader == failed.check.loader and attempt.name.startswith(advice.workaround)
    ]
    if not same:
        return None
    good = next((attempt for attempt in same if attempt.loaded), None)
    script, here = (good.script, (failed.cell.cell.id,)) if good else ("", ())
    return Remedy(text=advice.text, snippet=script, verified=good is not None, cells=here)


def _tried(advice: Advice, failed: FailedCheck) -> Iterator[_Tried]:
    for cell in failed.result.cells:
        if not _is_named(advice, failed, cell):
            continue
        named = [check for check in cell.checks if _is_meant(advice, failed, check)]
        best = min(named, key=lambda check: check.verdict.rank, default=None)
        helped = failed.helps(best) if best else None
        # A loader that cannot exist there helps nobody.
        if best and (helped is not None or not best.verdict.applies):
            yield _Tried(cell=cell, check=best, helped=bool(helped))


def _is_named(advice: Advice, failed: FailedCheck, cell: CellResult) -> bool:
    """Whether a cell is one that the advice sends its reader to."""
    release = cell.cell.release.version
    if cell.cell.runtime != PYTHON:
        return False
    if advice.releases is not None and not _within(advice.releases, release):
        return False
    if advice.releases is None and release != failed.cell.cell.release.version:
        return False
    if advice.requirement:
        return _has(cell, advice.requirement)
    if advice.releases is None:
        return cell is failed.cell
    # The release alone, or with what the model needs everywhere.
    has_all = all(map(cell.cell.has, failed.needed))
    return has_all if failed.needed else cell.cell.plain


def _is_meant(advice: Advice, failed: FailedCheck, check: CheckResult) -> bool:
    """Whether a check loads as the advice says, or like the one that failed."""
    loader, own = advice.loader or failed.check.loader, failed.check.loader
    if advice.variant is not None and advice.variant != check.variant:
        return False
    if own in _NAMED and loader in _NAMED and not advice.requirement:
        # A Keras that is told to load otherwise is the one that failed, and the Keras of another
        # release has one of both names.
        return check.loader in (_NAMED if advice.releases is not None else {own})
    return check.loader == loader


@functools.cache
def _within(releases: Releases, version: Version) -> bool:
    return version in releases


def _has(cell: CellResult, requirement: str) -> bool:
    """Whether a cell has what the advice installs, in a version that it allows."""
    wanted = _parsed(requirement)
    pinned = {companion.name: companion.pinned for companion in cell.cell.companions}
    found = version_of(cell.environment.version_of(wanted.name) or pinned.get(wanted.name))
    if found is None:
        return cell.cell.has(wanted.name)
    return wanted.specifier.contains(found, prereleases=True)


def _adds_nothing_else(advice: Advice, failed: FailedCheck, cell: CellResult) -> bool:
    """Whether a cell has no other packages than the one that failed, but what is advised."""
    allowed = {companion.name for companion in failed.cell.cell.companions} | failed.needed
    if advice.requirement:
        allowed.add(_parsed(advice.requirement).name)
    return allowed.issuperset(companion.name for companion in cell.cell.companions)


@functools.cache
def _parsed(requirement: str) -> Requirement:
    return Requirement(requirement)


def _verified(
    advice: Advice, failed: FailedCheck, helped: Sequence[_Tried], found: Sequence[_Tried]
) -> Remedy | None:
    """The advice with the releases of this run that bear it out."""
    if advice.requirement and all(loads_without(failed, one.check) for one in helped):
        # What changes nothing is no remedy.
        return None
    every = _in_any_release(advice, failed)
    if _says_otherwise(every, found):
        # The run knows better: in which releases it loads, whichever were advised.
        helped = [one for one in every if one.helped]
        text = _measured(failed, every)
    else:
        text = advice.text if advice.releases is None else _with_cells(advice, failed, found)
    # Of newer releases without an end the nearest asks least of a reader, of others the newest.
    newer = advice.releases is not None and advice.releases.first and not advice.releases.last
    # What one of them needs loads in all: it is the code that holds for every cell.
    careful = [one for one in helped if one.check.variant == UNCOMPILED] or helped
    best = careful[0 if newer else -1]
    return Remedy(
        text=text,
        snippet=failed.code(best.cell, best.check),
        verified=True,
        cells=(best.cell.cell.id, *(one.cell.cell.id for one in helped if one is not best)),
    )


def _in_any_release(advice: Advice, failed: FailedCheck) -> list[_Tried]:
    """What was tried as the advice says in any release, where nothing but the release matters."""
    if advice.releases is None or advice.requirement:
        return []
    everywhere = replace(advice, releases=Releases())
    found = _tried(everywhere, failed)
    return [one for one in found if _adds_nothing_else(advice, failed, one.cell)]


def _says_otherwise(every: Sequence[_Tried], found: Sequence[_Tried]) -> bool:
    """Whether it loads outside the advised releases too, or not in all of them."""
    good = sum(one.helped for one in every)
    return bool(every) and (good > len(found) or any(not one.helped for one in found))


def _measured(failed: FailedCheck, every: Sequence[_Tried]) -> str:
    """The releases of this run in which it loads, and those in which it does not."""
    tested = [str(one.cell.cell.release.version) for one in every]
    good, bad = (
        release_spans(
            [str(one.cell.cell.release.version) for one in every if one.helped is helped], tested
        )
        for helped in (True, False)
    )
    does, do_not = ("runs", "run") if failed.calling else ("loads", "load")
    but = f" and does not {do_not} in {bad}" if bad else ""
    beside = _beside(failed, every)
    there = "with that" if beside else "there"
    return f"Load it with TensorFlow {good}{beside}. In this run, it {does} {there}{but}."


def _beside(failed: FailedCheck, every: Sequence[_Tried]) -> str:
    """What was installed wherever it loads: the release alone would not load it."""
    named = sorted(
        package
        for package in failed.needed
        if all(one.cell.cell.has(package) for one in every if one.helped)
    )
    return f" and {' and '.join(named)}" if named else ""


def _with_cells(advice: Advice, failed: FailedCheck, found: Sequence[_Tried]) -> str:
    good = cell_spans([one.cell.cell.id for one in found if one.helped], failed.order)
    bad = cell_spans([one.cell.cell.id for one in found if not one.helped], failed.order)
    does = "runs" if failed.calling else "loads"
    but = f", but not in {bad}" if bad else ""
    return f"{advice.text} In this run, it {does} in {good}{but}."


def _refuted(advice: Advice, failed: FailedCheck, found: Sequence[_Tried]) -> bool:
    """Whether the run has tried it in vain; what failed here says nothing of other releases."""
    if advice.releases is None:
        return bool(found)
    own = failed.cell.cell.release.version
    if any(one.cell.cell.release.version != own for one in found):
        return True
    # Nothing but the release that failed is named.
    return _only(advice.releases, own)


@functools.cache
def _only(releases: Releases, own: Version) -> bool:
    """Whether a release is the only one of the history that an advice names."""
    named = {
        version.release[:2]
        for version in map(Version, api_history().releases)
        if version in releases
    }
    return named == {own.release[:2]}


def _untested(advice: Advice, failed: FailedCheck) -> Advice:
    """What nobody tried, with the call for this very model where the advice names a loader."""
    code = advice.snippet
    if code and advice.loader in LOADERS:
        installs = [f"# {line}" for line in code.splitlines() if line.startswith("pip ")]
        shown = ShownCell(tensorflow=_release_of(advice, failed))
        variant = variant_of(advice, failed, advice.loader)
        call = snippet(advice.loader, variant, failed.model, shown)
        code = "\n".join([*installs, call])
    return replace(advice, snippet=_with_own_signature(code, failed.model))


def _with_own_signature(code: str, model: ShownModel) -> str:
    """The code with a signature that the model has; without one there is nothing to call."""
    names = [name for name in model.signatures if not name.startswith("__saved_model_")]
    if not names:
        return "" if "signatures[" in code else code
    return _ANY_SIGNATURE.sub(lambda _: quoted(endpoint_of(names)), code)


def variant_of(advice: Advice, failed: FailedCheck, loader: str) -> Variant:
    """How a loader loads where nobody tried what an advice says: as it says, or as was tried."""
    if advice.variant is not None:
        return advice.variant
    own = failed.check.loader
    return failed.check.variant if loader == own or {loader, own} <= _NAMED else ONLY


def _release_of(advice: Advice, failed: FailedCheck) -> str:
    """A release that the advice is about."""
    own, named = failed.cell.cell.release.version, advice.releases
    if named is None or own in named:
        return str(own)
    return named.first or named.last
