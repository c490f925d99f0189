"""Limits of one check: time and memory."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from matrix.errors import UsageError
from matrix.options.command_line.declared import option


def _seconds(value: float, _: Path) -> float:
    if not 0 < value < math.inf:
        raise UsageError(f"--timeout must be more than 0 seconds, not {value:g}.")
    return float(value)


def _megabytes(text: str, _: Path) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB?|GB?|)", text.strip().upper())
    unit = 1024 if match and match.group(2).startswith("G") else 1
    size = int(float(match.group(1)) * unit) if match else 0
    if size < 1:
        raise UsageError(f"--memory {text} is not a size. Write it like 512MB or 4GB.")
    return size


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one check may take: wall seconds, and resident MB over its process tree."""

    seconds: float = option(
        "timeout",
        float,
        "time limit of one check in seconds (120)",
        value="SECONDS",
        for_cells=True,
        parse=_seconds,
        default=120,
    )
    memory_mb: int = option(
        "memory",
        str,
        "memory limit of one check, e.g. 512MB (4GB)",
        value="SIZE",
        for_cells=True,
        write=lambda size: f"{size}MB",
        parse=_megabytes,
        default=4096,
    )
