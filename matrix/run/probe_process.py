"""Starts probes: the only module that runs a model.

A probe is believed when it says something. When a check dies or hangs, it is repeated once in a
fresh process; what that one says is the answer.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from matrix.catalogue.pinned import PINNED
from matrix.options.limits import Limits
from matrix.plan.check import Check, is_redundant
from matrix.run.probe_events import CheckRecord, ProbeRecord, read_events
from matrix.run.processes import run_watched
from matrix.run.staging import Staging

PROBE = Path(__file__).resolve().parents[2] / "probe" / "probe.py"
# macOS forks, but its system libraries do not survive it; Windows does not fork at all.
CAN_FORK = sys.platform == "linux"
# The folder of the probe that is given all the checks of a cell.
FIRST_PROBE = "all"
# All a probe sees of the caller's environment.
_KEPT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC")


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Everything the probes of one cell said: of the environment, then of each check by its id."""

    probe: ProbeRecord = field(default_factory=ProbeRecord)
    checks: dict[str, CheckRecord] = field(default_factory=dict)


def verify(
    python: Path, checks: Sequence[Check], limits: Limits, folder: Path, say: Callable[[str], None]
) -> Verification:
    """Run all checks of one cell with the interpreter of its environment.

    Requests, raw events, large outputs and logs stay in `folder`. A check that a loaded one made
    superfluous is absent from the answer.
    """
    launcher = _Launcher(python=python, limits=limits, folder=folder)
    if not CAN_FORK:
        return _one_by_one(launcher, checks, Verification(), say)
    first = launcher.launch(FIRST_PROBE, checks, "fork")
    if not first.probe.imported:
        # Once more: a machine short of memory or time kills imports by chance.
        first = launcher.launch("again", checks, "fork")
    if not first.probe.imported:
        return first
    known = first.checks
    again = [check for check in checks if check.id in known and known[check.id].exit]
    # Nothing is left out when forking was refused or the process that forks died on the way.
    again += [] if first.probe.ended else [check for check in checks if check.id not in known]
    seen = _one_by_one(launcher, again, first, say)
    # What died when forked may have loaded since: then its other variants are superfluous.
    loaded = {name for name, record in seen.checks.items() if record.loaded}
    by_id = {check.id: check for check in checks}
    superfluous = {check.id for check in checks if is_redundant(check, by_id, loaded)}
    kept = {name: record for name, record in seen.checks.items() if name not in superfluous}
    return replace(seen, checks=kept)


def _one_by_one(
    launcher: _Launcher, checks: Sequence[Check], known: Verification, say: Callable[[str], None]
) -> Verification:
    """Each check in a process of its own; what that says replaces what was known of it."""
    probe, records = known.probe, dict(known.checks)
    by_id = {check.id: check for check in checks}
    for check in checks:
        before = records.get(check.id)
        loaded = {name for name, record in records.items() if record.loaded}
        if is_redundant(check, by_id, loaded):
            records.pop(check.id, None)
            continue
        if before is not None and before.exit:
            say(f"{check.id} {before.exit.kind.value}: retrying in a fresh process")
        alone = launcher.launch(check.id, [check], "none")
        probe = probe if probe.imported else alone.probe
        if check.id in alone.checks:
            records[check.id] = replace(alone.checks[check.id], repeated=before is not None)
        elif not probe.imported:
            break
    return Verification(probe=probe, checks=records)


@dataclass(frozen=True, kw_only=True)
class _Launcher:
    python: Path
    limits: Limits
    folder: Path

    def launch(self, name: str, checks: Sequence[Check], isolation: str) -> Verification:
        """One probe process from start to end; never raises for what the probe does."""
        # Tags are part of a check's name, and a model may have any.
        plain = name.replace(":", "-")
        safe = re.sub(r"[^\w=.-]", "-", plain)[:80]
        digest = hashlib.sha256(name.encode(errors="backslashreplace")).hexdigest()[:8]
        place = self.folder / (safe if safe == plain else f"{safe}-{digest}")
        place.mkdir(parents=True, exist_ok=True)
        request, events, log = place / "request.json", place / "events.jsonl", place / "log.txt"
        events.unlink(missing_ok=True)
        stored = {check.id: place / f"outputs-{n}.npz" for n, check in enumerate(checks)}
        with tempfile.TemporaryDirectory(prefix="loadmatrix-", ignore_cleanup_errors=True) as home:
            staging = Staging(folder=Path(home, "models"))
            wanted = {
                "schema": 1,
                "isolation": isolation,
                "checks": [
                    {**check.request(), "outputs": str(stored[check.id])}
                    for check in staging.staged(checks)
                ],
            }
            request.write_text(json.dumps(wanted, indent=1), encoding="utf-8")
            watch = run_watched(
                [str(self.python), "-I", "-B", str(PROBE), str(request), str(events)],
                environment=_environment(home),
                folder=Path(home),
                log=log,
                events=events,
                limits=self.limits,
                forking=isolation == "fork",
            )
        probe, found = staging.told(read_events(events, log, watch))
        kept = {
            name: replace(record, stored=f"{place.name}/{stored[name].name}")
            for name, record in found.items()
            if name in stored and stored[name].is_file()
        }
        found |= kept
        return Verification(probe=probe, checks=found)


def _environment(home: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    places = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TMP", "TEMP"), home)
    return {**kept, **places, **PINNED}
