"""Which Keras 3 a way to load a model was tested with: it is no part of TensorFlow. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from matrix.versions import version_of
from reports.report.cell_report import CellReport
from reports.report.releases.ranges import release_spans

_KERAS_3 = 3
# The loaders that are of the Keras beside TensorFlow, from 2.16 on.
_OF_KERAS = ("keras", "tfsm_layer")


def keras_3_of(cell: CellReport, loader: str) -> str:
    """The version of Keras 3 that a loader used in a cell; empty if it used none."""
    version = version_of(cell.keras)
    is_3 = version is not None and version.major >= _KERAS_3
    return cell.keras if is_3 and loader in _OF_KERAS else ""


def tested_with(cells: Sequence[tuple[CellReport, str]], tested: Sequence[str]) -> str:
    """`tested with Keras 3.15.1` for cells and their loaders, with releases if not for all.

    `tested` are the releases of the whole report.
    """
    used: dict[str, list[str]] = {}
    for cell, loader in cells:
        used.setdefault(keras_3_of(cell, loader), []).append(cell.tensorflow)
    versions = {version: releases for version, releases in used.items() if version}
    if not versions:
        return ""
    if len(used) == 1:
        return f"tested with Keras {next(iter(versions))}"
    return ", ".join(
        f"{release_spans(releases, tested)} tested with Keras {version}"
        for version, releases in versions.items()
    )
