"""The publisher's own code in a snippet: what lies beside the card comes with the download."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from reports.card.home import Home

_IMPORT = re.compile(r"import ((?:\w+\.)*\w+)")
# What `own_objects.with_note` puts in front of code that needs such a module.
_NOTE = "# needs "


def without_own(
    imports: Sequence[str], home: Home, model: str
) -> tuple[list[str], list[str], PurePosixPath]:
    """The lines of imports that need no download, those of modules that come with it, and where.

    A module lies beside the card or beside the model. Where nothing comes with it, all lines are
    of the first kind, with the note of what is needed.
    """
    place = home.place_of(model)
    for folder in dict.fromkeys((PurePosixPath(), place.parent if place else PurePosixPath())):
        own = [line for line in imports if _is_in(home, folder, line)]
        if own:
            rest = [line for line in imports if line not in own and not line.startswith(_NOTE)]
            return rest, own, folder
    return list(imports), [], PurePosixPath()


def _is_in(home: Home, folder: PurePosixPath, line: str) -> bool:
    found = _IMPORT.fullmatch(line)
    if home.folder is None or found is None:
        return False
    place = home.folder.joinpath(folder, *found[1].split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()
