"""Refuses a selection that leaves nothing of what there is, whatever the models are. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from matrix.catalogue.keras import keras_matching, keras_releases
from matrix.catalogue.releases import Release
from matrix.errors import UsageError
from matrix.options.options import Options
from matrix.plan.plan import Plan
from matrix.plan.selection.releases import asked
from matrix.versions import version_of


def check_possible(options: Options, releases: Sequence[Release]) -> None:
    """Refuse what selects none of the `releases`, which have the Pythons of this platform.

    Raises:
        UsageError: an option leaves nothing, with what there is.
    """
    chosen = _chosen(options, "tensorflow", options.tensorflow, releases)
    _chosen(options, "only", options.only, chosen)
    pythons = {python for release in chosen for python in release.pythons}
    if options.pythons and not pythons & set(options.pythons):
        raise UsageError(
            f"None of the selected releases has Python {' or '.join(options.pythons)}. "
            f"TensorFlow {_span(chosen)} has Python {', '.join(sorted(pythons, key=Version))}."
        )
    if options.keras is not None:
        _check_keras(options, options.keras, chosen)


def check_cells(plan: Plan, options: Options) -> None:
    """Refuse `--only` where the plan has no cell of these releases.

    Raises:
        UsageError: with the releases that are planned.
    """
    planned = dict.fromkeys(entry.cell.release.version for entry in plan.cells)
    if not planned or options.only is None:
        return
    if any(options.only.contains(version, prereleases=True) for version in planned):
        return
    raise UsageError(
        f"{options.said('only')} leaves nothing to run. The planned releases are "
        f"{', '.join(map(str, planned))}."
    )


def _chosen(
    options: Options, name: str, wanted: SpecifierSet | None, releases: Sequence[Release]
) -> Sequence[Release]:
    """The releases that an option selects of some; all where it is not given."""
    if wanted is None:
        return releases
    if chosen := [release for release in releases if asked(release, wanted)]:
        return chosen
    which = "known" if name == "tensorflow" or options.tensorflow is None else "selected"
    raise UsageError(
        f"No {which} release matches {options.said(name)}. There "
        f"{'is' if len(releases) == 1 else 'are'} TensorFlow {_span(releases)}."
    )


def _check_keras(options: Options, wanted: SpecifierSet, chosen: Sequence[Release]) -> None:
    versions = list(keras_matching(wanted))
    if not versions:
        first, last = keras_releases()[0].version, keras_releases()[-1].version
        raise UsageError(
            f"No known release of Keras 3 matches {options.said('keras')}. There are {first} to "
            f"{last}; Keras 2 is part of TensorFlow: choose it with --tensorflow."
        )
    has = any(version_of(release.keras) == one.version for release in chosen for one in versions)
    if not has and not any(
        release.version in one.tensorflow for release in chosen for one in versions
    ):
        raise UsageError(
            f"{options.said('keras')} runs in none of the selected releases, TensorFlow "
            f"{_span(chosen)}. Choose newer ones with --tensorflow: Keras 3 begins with 2.16."
        )


def _span(releases: Sequence[Release]) -> str:
    first, last = (f"{major}.{minor}" for major, minor in (releases[0].minor, releases[-1].minor))
    return first if first == last else f"{first} to {last}"
