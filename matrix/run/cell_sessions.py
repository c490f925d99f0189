"""The cells that nox offers as sessions, those of the whole catalogue; or the workers of a run.

Imported each time nox starts: nothing heavy may be imported here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.companions import label, packages
from matrix.catalogue.releases import Release, catalogue

# A run tells its workers where the cells wait, and how many workers there are.
WAITING_VARIABLE = "LOADMATRIX_WAITING"
WORKERS_VARIABLE = "LOADMATRIX_WORKERS"
_PROBE = re.compile(r"probe\((\d[\w.+]*)\)")
WAITING = Path(os.environ.get(WAITING_VARIABLE, ""))
WORKERS = range(1, int(os.environ.get(WORKERS_VARIABLE, "0")) + 1)


def cell_ids(arguments: Sequence[str] = ()) -> list[str]:
    """The ids of all cells that can be asked for, in the order they should run.

    Any set of companions makes a cell; the catalogue names only those that every model gets. What
    `arguments`, a command line of nox, asks for beyond them is there as well.
    """
    releases = catalogue()
    always = [name for release in releases for name in _always(release, releases[-1])]
    versions = {str(release.version) for release in releases}
    asked = [match.group(1) for word in arguments if (match := _PROBE.fullmatch(word))]
    more = [name for name in asked if name not in always and CellId.parse(name).version in versions]
    return [*always, *dict.fromkeys(more)]


def asked_cells(arguments: Sequence[str]) -> list[str]:
    """The cells that nox has to offer for a command line of its own: all, where it asks for one."""
    return cell_ids(arguments) if any("probe(" in word for word in arguments) else []


def _always(release: Release, newest: Release) -> Iterator[str]:
    yield str(release.version)
    for package in packages().values():
        if package.in_every_cell_of(release, newest):
            yield str(CellId(version=str(release.version), labels=(label(package.name),)))
