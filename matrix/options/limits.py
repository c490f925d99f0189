"""What one check may take of the machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one check may take: wall seconds, and resident MB over its process tree."""

    seconds: float = 120
    memory_mb: int = 4096
