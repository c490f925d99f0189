"""The exit code of a call that looks at models, from those of each; that of a run is the same."""

from __future__ import annotations

from collections.abc import Sequence

from matrix.errors import NothingTestable


def together(codes: Sequence[int]) -> int:
    """The code that all models have, or that one of several could not be looked at."""
    found = set(codes)
    if len(found) > 1:
        return NothingTestable.exit_code
    return found.pop() if found else 0
