"""Signs in the answers of a probe that an installed package may be damaged."""

from __future__ import annotations

from matrix.run.probe_events import CheckRecord
from matrix.run.probe_process import Verification
from matrix.run.process_exit import ExitKind

# How it shows that a package is not whole; models bring some of these about as well.
_BROKEN_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError", "SyntaxError"})
_HALF_MODULES = ("module ", "'NoneType' object has no attribute")


def suspicious(seen: Verification) -> bool:
    """Whether a probe met what may come of a damaged package: then its files are worth a look."""
    return any(map(_suspicious, seen.checks.values()))


def _suspicious(record: CheckRecord) -> bool:
    if record.exit:
        return record.exit.kind is ExitKind.CRASHED
    error = record.error or {}
    for link in (error, *error.get("chain", ())):
        kind, message = str(link.get("type", "")), str(link.get("message", ""))
        if kind in _BROKEN_IMPORTS or "site-packages" in message:
            return True
        if kind == "AttributeError" and message.startswith(_HALF_MODULES):
            return True
    return False
