"""What was probably meant by a misspelled name."""

from __future__ import annotations

from collections.abc import Iterable

# Of the letters: `--jsno` is `--json`, and `--json` is not `--jobs`.
_ALIKE = 0.75


def nearest(name: str, names: Iterable[str]) -> str:
    """What was probably meant, as the end of a sentence; empty where nothing is near."""
    # Here, because most calls have no mistake.
    import difflib

    # Dashes are alike in all options, and would make their names more alike than they are.
    known = {_bare(one): one for one in names}
    near = difflib.get_close_matches(_bare(name), known, n=1, cutoff=_ALIKE)
    return f" Did you mean {known[near[0]]}?" if near else ""


def _bare(name: str) -> str:
    return name.lower().strip("-").replace("_", "-")
