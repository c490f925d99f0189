"""Cells in few words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.report import ranges


def spans(names: Sequence[str], order: Sequence[str]) -> str:
    """Cells in few words, neighbours drawn together: `2.6.5, 2.16.2 to 2.21.0`.

    Plain cells, and those with the same beside TensorFlow, are neighbours among their own kind.
    """
    kinds = sorted({_beside(name) for name in order}, key=lambda kind: (kind != "", kind))
    parts = (ranges.spans(names, [n for n in order if _beside(n) == kind]) for kind in kinds)
    return ", ".join(filter(None, parts))


def _beside(name: str) -> str:
    """What a cell has beside TensorFlow, from its id; all versions of Keras are of one kind."""
    words = [word for word in name.split("+")[1:] if not re.fullmatch(r"py\d+\.\d+", word)]
    return "+".join("keras" if re.fullmatch(r"keras\d.*", word) else word for word in words)
