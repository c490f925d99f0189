"""Programs may have packages that are called like ours, `matrix` or `reports`."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1]
_OURS = ("matrix", "reports")


def check_beside() -> None:
    """Refuse to go on with packages of our names that are not ours.

    Raises:
        ImportError: a file or folder of the caller is found before one of our packages.
    """
    for name in _OURS:
        found = importlib.util.find_spec(name)
        if found is None or found.origin is None or _HERE not in Path(found.origin).parents:
            place = found.origin if found else "nowhere"
            raise ImportError(
                f"loadmatrix needs its own package {name!r}, and Python finds another one: {place}."
                " Rename it, or call loadmatrix from a process that does not have it on its path."
            )
