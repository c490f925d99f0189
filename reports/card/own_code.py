"""The publisher's own code in a snippet: what lies beside the card comes with the download."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.card.home import Home

_IMPORT = re.compile(r"import ((?:\w+\.)*\w+)")
# What `own_objects.with_note` puts in front of code that needs such a module.
_NOTE = "# needs "


def without_own(imports: Sequence[str], home: Home) -> tuple[list[str], list[str]]:
    """The lines of imports that need no download, and those of modules that come with it.

    Where nothing comes with it, all lines are of the first kind, with the note of what is needed.
    """
    own = [line for line in imports if (found := _IMPORT.fullmatch(line)) and _has(home, found[1])]
    if not own:
        return list(imports), []
    return [line for line in imports if line not in own and not line.startswith(_NOTE)], own


def _has(home: Home, module: str) -> bool:
    if home.folder is None:
        return False
    place = home.folder.joinpath(*module.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()
