"""Whether a wall decided how a check ended: from its error, and from what it was allowed.

Only what is really refused counts: a file that nobody has is missing, and one that the user may
not read is no matter of walls. A false answer here would either take a verdict from a release, or
blame a release for a wall.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord, Refusal
from matrix.run.probe_output.refusal_texts import (
    FailedPath,
    Failing,
    bare_refusal,
    failed_paths,
    is_write,
    leads_away,
    network_host,
)

# What every probe may read besides: the system, and its own processes.
SYSTEM = tuple(map(Path, ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/proc/self", "/dev/null")))
# The files that a checkpoint prefix stands for.
_PARTS = ("", ".index", ".meta")


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """What a check was allowed: folders and files to read, folders to write into, and the rest.

    `named` are files outside that the model names, for errors that do not.
    """

    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    network: bool = False
    programs: bool = False
    named: tuple[Path, ...] = ()


def refusals(record: CheckRecord, allowed: Allowed, held: Collection[str]) -> tuple[Refusal, ...]:
    """What walls refused to a check, if that decided how it ended.

    `held` are the walls that were observed to hold: `reads`, `writes`, `network`, `programs`,
    `processes`.
    """
    if not held or record.contradiction:
        return ()
    if record.exit is not None:
        # Its last words are no error of one call: a file that is named in them decided nothing.
        return tuple(_network(ErrorRecord(message=record.exit.log), allowed, held))
    found = (one for error in _deciding(record) for one in _of_error(error, allowed, held))
    return tuple(dict.fromkeys(found))


def _deciding(record: CheckRecord) -> Sequence[ErrorRecord]:
    """The errors that ended a check: none where it loaded and any call gave an answer."""
    if record.loaded and any(call.outputs is not None for call in record.calls or ()):
        return ()
    calls = [call.error for call in record.calls or () if call.error]
    return [record.error] if record.error else calls


def _of_error(error: ErrorRecord, allowed: Allowed, held: Collection[str]) -> Iterator[Refusal]:
    """What one error blames a wall for: the first path that it names decides."""
    writing = is_write(error)
    led = [FailedPath(path, Failing.UNTOLD) for path in allowed.named if leads_away(error)]
    for failed in (*failed_paths(error), *led):
        kind, subject = _of_path(failed, allowed, writing=writing)
        if kind and f"{kind}s" in held:
            yield Refusal(kind=kind, subject=subject)
            return
    if network_host(error) is not None:
        yield from _network(error, allowed, held)
    else:
        yield from _without_a_path(error, allowed, held)


def _network(error: ErrorRecord, allowed: Allowed, held: Collection[str]) -> Iterator[Refusal]:
    host = network_host(error)
    if host is not None and "network" in held and not allowed.network:
        yield Refusal(kind="network", subject=host)


def _without_a_path(
    error: ErrorRecord, allowed: Allowed, held: Collection[str]
) -> Iterator[Refusal]:
    refused = bare_refusal(error)
    if refused is None:
        return
    walls = {"network": "network", "program": "programs", "process": "processes"}
    free = {"network": allowed.network, "program": allowed.programs, "process": allowed.programs}
    kinds = (refused.kind,) if refused.kind else tuple(walls)
    if any(walls[one] in held and not free[one] for one in kinds):
        yield refused


def _of_path(failed: FailedPath, allowed: Allowed, *, writing: bool) -> tuple[str, str]:
    """The kind of the refusal and the real path; no kind where no wall is to blame."""
    try:
        path = Path(os.path.realpath(failed.path))
    except ValueError:
        # A zero byte, or half a character: no file is called like that.
        return "", ""
    if _within(path, allowed.writable):
        return "", ""
    exists = _exists(path, prefix=failed.prefix)
    inside = _within(path, (*allowed.readable, *SYSTEM))
    if failed.failing is not Failing.DENIED and not exists:
        # Behind bubblewrap the folder of a new file is not there either.
        write = writing and not inside and os.access(path.parent, os.W_OK)
        return ("write", str(path)) if write else ("", "")
    if inside:
        # The model may be read and not changed; what its user may not read is his own matter.
        readable = not exists or os.access(path, os.R_OK)
        denied = failed.failing is Failing.DENIED and (writing or readable)
        return ("write", str(path)) if denied else ("", "")
    if writing or not exists:
        return ("write", str(path)) if _may_change(path) else ("", "")
    return ("read", str(path)) if failed.prefix or os.access(path, os.R_OK) else ("", "")


def _within(path: Path, places: Collection[Path]) -> bool:
    return any(path.is_relative_to(os.path.realpath(place)) for place in places)


def _exists(path: Path, *, prefix: bool) -> bool:
    return any(os.path.lexists(f"{path}{part}") for part in (_PARTS if prefix else ("",)))


def _may_change(path: Path) -> bool:
    """Whether this user could, without walls."""
    return os.access(path, os.W_OK) or os.access(path.parent, os.W_OK)
