"""How much an archive may unpack to, and why one is not unpacked."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

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
class Allowance:
    """What archives of one kind may have: files, bytes, and bytes for each of their own.

    Of those with `links` hard links are copies, as tar writes a file that it has met before, and
    all else that is no file is left out. Other archives are refused for them. `content` is what
    does not shrink by more, and `advice` what to do about one that is refused.
    """

    files: int
    size: int
    ratio: int
    content: str
    advice: str
    links: bool = False


OF_MODELS = Allowance(
    files=20_000,
    size=2**33,
    ratio=MOST_RATIO,
    content="weights",
    advice="Give the path of a model.",
)
# Thousands of models in all releases leave some logs each, which shrink well.
OF_RUNS = Allowance(
    files=1_000_000,
    size=2**36,
    ratio=1000,
    content="results",
    advice="Unpack it yourself, and give the folder of the run.",
    links=True,
)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many bytes may be unpacked, and what they are more than otherwise."""

    size: int
    words: str
    allowance: Allowance = OF_MODELS

    @property
    def exceeded(self) -> Refused:
        """What is raised for more."""
        return self.refused(f"its content is larger than {self.words}")

    def refused(self, why: str) -> Refused:
        """What is raised for an archive of this kind."""
        return Refused(why, self.allowance.advice)


def limit_of(folder: Path, outermost: int, allowance: Allowance = OF_MODELS) -> Limit:
    """What may be unpacked into a folder, of an archive of that size."""
    sizes = {
        f"{allowance.size >> 30} GB": allowance.size,
        "the free disk space": shutil.disk_usage(folder).free,
        f"{allowance.ratio} times its own size, as no {allowance.content} are": max(
            FREE_BYTES, allowance.ratio * outermost
        ),
    }
    words = min(sizes, key=sizes.__getitem__)
    return Limit(size=sizes[words], words=words, allowance=allowance)
