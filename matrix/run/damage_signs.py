"""Signs that an installed package may be damaged."""

from __future__ import annotations

from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind
from matrix.run.probe_process import Verification

# How it shows that a package is not whole; models bring some of these about as well.
_BROKEN_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError", "SyntaxError"})
_HALF_MODULES = ("module ", "'NoneType' object has no attribute")


def suspicious(seen: Verification) -> bool:
    """Whether a probe met what may come of a damaged package: then its files are worth a look."""
    return any(map(_suspicious, seen.checks.values()))


def _suspicious(record: CheckRecord) -> bool:
    if record.exit:
        return record.exit.kind is ExitKind.CRASHED
    return record.error is not None and any(
        kind in _BROKEN_IMPORTS
        or "site-packages" in message
        or (kind == "AttributeError" and message.startswith(_HALF_MODULES))
        for kind, message in record.error.links
    )
