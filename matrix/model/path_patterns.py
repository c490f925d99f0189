"""Paths that TensorFlow does not open as they are.

It reads some as patterns, and does not find a model in `model[1]`. Names on Linux may be any bytes,
and it takes no path that is not UTF-8: Python has a letter from U+DC80 on for each such byte.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

RAW_BYTE = re.compile(r"[\udc80-\udcff]")
# A backslash is what separates folders on Windows.
PATTERN = re.compile(r"[*?\[\]{}]" if os.sep == "\\" else r"[*?\[\]{}\\\udc80-\udcff]")
# What readers of V1 checkpoints are given in place of a prefix: a pattern that is meant.
SHARDS = re.compile(r"-\?{5}-of-\d{5}$")


def is_plain(path: str | Path) -> bool:
    """Whether TensorFlow finds at a path what lies there."""
    return not PATTERN.search(SHARDS.sub("", str(path)))
