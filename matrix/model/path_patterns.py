"""Paths that TensorFlow reads as patterns: it does not find a model in `model[1]`."""

from __future__ import annotations

import os
import re
from pathlib import Path

# A backslash is what separates folders on Windows.
PATTERN = re.compile(r"[*?\[\]{}]" if os.sep == "\\" else r"[*?\[\]{}\\]")
# What readers of V1 checkpoints are given in place of a prefix: a pattern that is meant.
SHARDS = re.compile(r"-\?{5}-of-\d{5}$")


def is_plain(path: str | Path) -> bool:
    """Whether TensorFlow finds at a path what lies there."""
    return not PATTERN.search(SHARDS.sub("", str(path)))
