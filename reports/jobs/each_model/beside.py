"""What is predicted of a model beside the packages that it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matrix.catalogue.cell import Cell
from matrix.catalogue.releases import Release, catalogue
from matrix.plan.prediction import Predictions
from matrix.plan.required_packages import companion_sets, needed
from matrix.prediction.predict import predicted
from matrix.prediction.rule import Subject


def beside_packages(
    subject: Subject, releases: Sequence[Release], loaders: Sequence[str] = ()
) -> tuple[str, Predictions]:
    """The packages that a model asks for, by name, and the predictions where they have a version.

    Both are empty for a model that asks for none.
    """
    wanted = needed(subject.model)
    if not wanted:
        return "", ()
    found = predicted(subject, _cells(subject, releases))
    return " and ".join(wanted), tuple(one for one in found if not loaders or one.loader in loaders)


def _cells(subject: Subject, releases: Sequence[Release]) -> Iterator[Cell]:
    wanted = needed(subject.model)
    newest = catalogue()[-1]
    for release in releases:
        for companions, pythons in companion_sets(subject.model, wanted, release, newest, ()):
            if {companion.name for companion in companions} >= set(wanted):
                yield Cell(release=release, python=tuple(pythons)[-1], companions=companions)
