"""How much an archive may unpack to, and why one is not unpacked."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

_MOST_BYTES = 2**33
# Weights barely shrink: what grows by more than this is made to fill a disk.
MOST_RATIO = 100
# So much may be left in the cache however small an archive is.
FREE_BYTES = 2**26


class Refused(Exception):
    """Why an archive is not unpacked, and what to do."""

    def __init__(self, why: str, advice: str = "Give the path of a model.") -> None:
        super().__init__(why)
        self.advice = advice


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many bytes may be unpacked, and what they are more than otherwise."""

    size: int
    words: str

    @property
    def exceeded(self) -> Refused:
        """What is raised for more."""
        return Refused(f"its content is larger than {self.words}")


def limit_of(folder: Path, outermost: int) -> Limit:
    """What may be unpacked into a folder, of an archive of that size."""
    limits = (
        Limit(size=_MOST_BYTES, words="8 GB"),
        Limit(size=shutil.disk_usage(folder).free, words="the free disk space"),
        Limit(
            size=max(FREE_BYTES, MOST_RATIO * outermost),
            words=f"{MOST_RATIO} times its own size, as no weights are",
        ),
    )
    return min(limits, key=lambda limit: limit.size)
