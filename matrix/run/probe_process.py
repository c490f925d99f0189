"""Runs all checks of a cell: in one probe that forks, and again alone after a crash or hang.

A probe is believed when it says something. When a check dies or hangs, it is repeated once in a
fresh process; what that one says is the answer.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from matrix.log import logger
from matrix.plan.check import Check, is_redundant
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probing.launcher import Launcher

# macOS forks, but its system libraries do not survive it; Windows does not fork at all.
CAN_FORK = sys.platform == "linux"
# The folder of the probe that is given all the checks of a cell.
FIRST_PROBE = "all"
_LOG = logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Everything the probes of one cell said: of the environment, then of each check by its id."""

    probe: ProbeRecord = field(default_factory=ProbeRecord)
    checks: dict[str, CheckRecord] = field(default_factory=dict)


def verify(launcher: Launcher, checks: Sequence[Check]) -> Verification:
    """Run all checks of one cell.

    Requests, raw events, large outputs and logs stay in the folder of the launcher. A check that a
    loaded one made superfluous is absent from the answer.
    """
    if not (CAN_FORK and launcher.forks and launcher.isolation.forks):
        return _one_by_one(launcher, checks, Verification())
    first = _launched(launcher, FIRST_PROBE, checks, forked=True)
    if not first.probe.imported:
        # Once more: a machine short of memory or time kills imports by chance.
        first = _launched(launcher, "again", checks, forked=True)
    if not first.probe.imported:
        return first
    records = first.checks
    again = [check for check in checks if check.id in records and records[check.id].exit]
    # Nothing is left out when forking was refused or the process that forks died on the way.
    again += [] if first.probe.ended else [check for check in checks if check.id not in records]
    seen = _one_by_one(launcher, again, first)
    # What died when forked may have loaded since: then its other variants are superfluous.
    loaded = {name for name, record in seen.checks.items() if record.believed_loaded}
    by_id = {check.id: check for check in checks}
    superfluous = {check.id for check in checks if is_redundant(check, by_id, loaded)}
    kept = {name: record for name, record in seen.checks.items() if name not in superfluous}
    return replace(seen, checks=kept)


def _launched(
    launcher: Launcher, name: str, checks: Sequence[Check], *, forked: bool
) -> Verification:
    probe, records = launcher.launch(name, checks, forked=forked)
    return Verification(probe=probe, checks=records)


def _together(probe: ProbeRecord, alone: ProbeRecord) -> ProbeRecord:
    """What is known of the first probe, with walls that held around both of them."""
    if not alone.imported:
        return probe
    return replace(probe, isolation=probe.isolation.in_both(alone.isolation))


def _one_by_one(launcher: Launcher, checks: Sequence[Check], first: Verification) -> Verification:
    """Each check in a process of its own; what that says replaces what was known of it."""
    probe, records = first.probe, dict(first.checks)
    by_id = {check.id: check for check in checks}
    for check in checks:
        before = records.get(check.id)
        loaded = {name for name, record in records.items() if record.believed_loaded}
        if is_redundant(check, by_id, loaded):
            records.pop(check.id, None)
            continue
        if before is not None and before.exit:
            _LOG.info("%s %s: retrying in a fresh process", check.id, before.exit.kind.value)
        alone = _launched(launcher, check.id, [check], forked=False)
        probe = _together(probe, alone.probe) if probe.imported else alone.probe
        if check.id in alone.checks:
            records[check.id] = replace(alone.checks[check.id], repeated=before is not None)
        elif not probe.imported:
            break
    return Verification(probe=probe, checks=records)
