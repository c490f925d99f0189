"""The cells that nox offers as sessions: those of the plan, or of the whole catalogue.

Imported each time nox starts, once for every cell: nothing heavy may be imported here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.catalogue.cell_id import CellId
from matrix.catalogue.companions import label, packages
from matrix.catalogue.releases import Release, catalogue

# A run of many cells tells its sessions through this variable where its plan is.
PLAN_VARIABLE = "LOADMATRIX_PLAN"
_PROBE = re.compile(r"probe\((\d[\w.+]*)\)")
PLAN_FILE = Path(os.environ[PLAN_VARIABLE]) if os.environ.get(PLAN_VARIABLE) else None


def cell_ids(arguments: Sequence[str] = ()) -> list[str]:
    """The ids of all cells that can be asked for, in the order they should run.

    Any set of companions makes a cell; the catalogue names only those that every model gets. What
    `arguments`, a command line of nox, asks for beyond them is there as well.
    """
    if PLAN_FILE:
        return list(json.loads(PLAN_FILE.read_text(encoding="utf-8"))["order"])
    releases = catalogue()
    always = [name for release in releases for name in _always(release, releases[-1])]
    versions = {str(release.version) for release in releases}
    asked = [match.group(1) for word in arguments if (match := _PROBE.fullmatch(word))]
    more = [name for name in asked if name not in always and CellId.parse(name).version in versions]
    return [*always, *dict.fromkeys(more)]


def _always(release: Release, newest: Release) -> Iterator[str]:
    yield str(release.version)
    for package in packages().values():
        if package.in_every_cell_of(release, newest):
            yield str(CellId(version=str(release.version), labels=(label(package.name),)))
