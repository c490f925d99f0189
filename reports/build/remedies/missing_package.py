"""A failure because of a missing package: which one, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from matrix.catalogue.companions import packages
from matrix.catalogue.op_packages import bringing
from matrix.plan.required_packages import MissingPackage, is_of
from reports.diagnosis.advising.advice import Advice
from reports.diagnosis.advising.direction import spans_of
from reports.report.cause import Cause, Diagnosis

_OF_COMPANIONS = frozenset({Cause.UNREGISTERED_OP, Cause.MISSING_CUSTOM_OBJECT})


def with_needs(diagnosis: Diagnosis, needs: Sequence[MissingPackage]) -> Diagnosis:
    """The package that brings what is missing is what a reader must know."""
    if diagnosis.cause not in _OF_COMPANIONS:
        return diagnosis
    name = diagnosis.subject.rpartition(">")[2]
    need = next((package for package in needs if _brings(package, diagnosis.subject, name)), None)
    if need is None and diagnosis.cause is Cause.UNREGISTERED_OP:
        package = bringing(diagnosis.subject)
        name = package.name if package and package.install else ""
        need = next((missing for missing in needs if missing.package == name), None)
    if need is None:
        return diagnosis
    return replace(
        diagnosis,
        subject=need.package,
        explanation=f"`{diagnosis.subject}` comes from {need.package}, which is not imported here.",
        remedies=(_installing(need),) if need.requirement else tuple(_elsewhere(need)),
    )


def _installing(need: MissingPackage) -> Advice:
    return Advice(
        text=f"Install {need.requirement} and import {need.module} before you load the model"
        + (", and pass its objects to the loader." if _handed(need) else "."),
        snippet="\n".join(
            [f"pip install '{need.requirement}'", f"import {need.module}", *_handed(need)]
        ),
        requirement=need.requirement or "",
    )


def _elsewhere(need: MissingPackage) -> Iterator[Advice]:
    """To the releases that a package has versions for, where it has none for this one."""
    yield Advice(text=f"{need.package} cannot be installed here: it has {need.reason}.")
    package = packages().get(need.package)
    fits = package.fits.items() if package else ()
    for releases in spans_of("{}.{}".format(*minor) for minor, fit in fits if not fit.fails):
        text = f"Load the model with {releases}, which {need.package} has versions for."
        yield Advice(text=text, requirement=need.package, releases=releases)


def _brings(need: MissingPackage, subject: str, name: str) -> bool:
    """Whether a package that is needed brings what a failure names."""
    package = packages().get(need.package)
    asked = need.asked_by.endswith(name)
    return asked or (package is not None and is_of(package, subject))


def _handed(need: MissingPackage) -> list[str]:
    """What Keras has to be given of a package besides."""
    package = packages().get(need.package)
    if package is None:
        return []
    lines = [f"# load within {scope}()" for scope in package.scopes]
    return lines + [f"# load with custom_objects from {name}" for name in package.objects]
