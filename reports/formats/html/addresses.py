"""What models are called in the addresses of a page: short, and the same in later reports. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

_MOST = 60
_SHORT = 6


def plain_name(name: str) -> str:
    """The letters, digits, dots and dashes of a name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-")[:_MOST] or "model"


def addresses(models: Sequence[tuple[str, str]]) -> list[str]:
    """What each of many models is called, given as name and path: `resnet.h5~1f8a3c`.

    That depends on the model alone, not on its place or on the others of the list. Only where a
    path is there twice, the second has a number.
    """
    times: dict[str, int] = {}
    found = []
    for name, path in models:
        digest = hashlib.sha256(path.encode("utf-8", "backslashreplace")).hexdigest()[:_SHORT]
        key = f"{plain_name(name)}~{digest}"
        times[key] = times.get(key, 0) + 1
        found.append(key if times[key] == 1 else f"{key}-{times[key]}")
    return found
