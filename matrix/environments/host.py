"""Facts about the machine of a run that can affect what loads."""

from __future__ import annotations

import os
import platform
from typing import Any

import psutil

from matrix.catalogue.pinned import PINNED
from matrix.catalogue.releases import host_platform


def host() -> dict[str, Any]:
    """What a report says of the machine, as JSON values; `pinned` is what every cell is given."""
    return {
        "platform": host_platform(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
        "pinned": dict(PINNED),
    }
