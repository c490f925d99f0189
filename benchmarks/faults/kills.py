"""`kill -9` of each process of a run at different times, and Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import psutil

from benchmarks.faults import moments
from benchmarks.faults.bench import (
    Bench,
    Running,
    Verdicts,
    interrupt,
    ran,
    start,
    stored,
)
from benchmarks.faults.judge import (
    FINE,
    Fault,
    Seen,
    blamed_on_nobody,
    clean,
    continued,
    ended,
    gone,
    kept,
    reported,
)
from benchmarks.faults.moments import at, outcomes

# The victim ends the run, or the run goes on without it.
_ENDS = (
    ("job as it is planned", at(moments.planned, moments.job), False),
    ("job at the first probe", at(moments.importing, moments.job), False),
    ("job in a check", at(moments.checking, moments.job), False),
    ("job after a cell", at(outcomes(1), moments.job), False),
    ("job as it reports", at(moments.reporting, moments.job), False),
    ("outer nox at the first probe", at(moments.importing, moments.job), True),
    ("outer nox after a cell", at(outcomes(1), moments.job), True),
    ("inner nox at its start", at(moments.planned, moments.inner_nox), False),
    ("inner nox at the first probe", at(moments.importing, moments.inner_nox), False),
    ("inner nox after a cell", at(outcomes(1), moments.inner_nox), True),
)
_GOES_ON = (
    ("worker at its start", at(moments.planned, moments.worker)),
    ("worker at the first probe", at(moments.importing, moments.worker)),
    ("worker after a cell", at(outcomes(1), moments.worker)),
    ("probe as it imports", at(moments.importing, moments.probe)),
    ("check", at(moments.checking, moments.check)),
    ("check after a cell", at(outcomes(1), moments.check)),
)
_BUILDS = (
    ("session that builds", at(moments.building, moments.worker)),
    ("installer", moments.installer),
    ("warm-up", moments.warm_up),
)
_INTERRUPTS = (
    ("as it begins", at(moments.beginning, moments.job)),
    ("as it is planned", at(moments.planned, moments.job)),
    ("at the first probe", at(moments.importing, moments.job)),
    ("in a check", at(moments.checking, moments.job)),
    ("after a cell", at(outcomes(1), moments.job)),
    ("twice", at(moments.checking, moments.job)),
)


def faults() -> Iterator[Fault]:
    """All of them."""
    for name, moment, nox in _ENDS:
        yield Fault(name=f"kill the {name}", happen=partial(_killed, moment, nox=nox))
    for name, moment in _GOES_ON:
        yield Fault(name=f"kill the {name}", happen=partial(_killed, moment, nox=False))
    yield Fault(name="kill everything in a check", happen=_all_killed)
    for name, moment in _BUILDS:
        yield Fault(name=f"kill the {name}", happen=partial(_killed_building, moment))
    for name, moment in _INTERRUPTS:
        twice = name == "twice"
        yield Fault(name=f"Ctrl-C {name}", happen=partial(_interrupted, moment, twice=twice))
    yield Fault(name="two runs at once", happen=_two_at_once)
    yield Fault(name="the same command right after a kill", happen=_right_after_a_kill)


def _killed(
    moment: moments.Victim, bench: Bench, expected: Verdicts, seen: Seen, *, nox: bool
) -> None:
    running = start(bench, bench.command(nox=nox))
    victim = running.wait_for(moment)
    if victim is None:
        seen.wrong.append("it ended before it could be killed")
        return
    known = stored(bench.results)
    _kill(victim)
    if victim.pid == running.job.pid:
        running.job.wait()
        gone(running, seen)
    else:
        ended(running, seen)
    kept(bench, known, seen)
    reported(bench, seen)
    continued(bench, expected, seen)


def _all_killed(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    """As when memory runs out for a whole group of processes, or a container is stopped."""
    running = start(bench, bench.command())
    running.wait_for(at(moments.checking, moments.check))
    for process in running.look():
        if not moments.is_probe(process):
            _kill(process)
    running.job.wait()
    gone(running, seen)
    reported(bench, seen)
    continued(bench, expected, seen)


def _killed_building(moment: moments.Victim, bench: Bench, expected: Verdicts, seen: Seen) -> None:
    bench = replace(bench, envdir=bench.folder / "envs", releases=bench.releases[:1])
    running = start(bench, bench.command())
    victim = running.wait_for(moment)
    if victim is None:
        seen.wrong.append("it ended before it could be killed")
        return
    _kill(victim)
    ended(running, seen)
    wanted = {name: verdict for name, verdict in expected.items() if bench.releases[0] in name}
    blamed_on_nobody(bench, wanted, seen)


def _interrupted(
    moment: moments.Victim, bench: Bench, expected: Verdicts, seen: Seen, *, twice: bool
) -> None:
    # There is a complete report, which an interrupted run leaves alone.
    first = replace(bench, releases=bench.releases[:1])
    ran(first, first.command())
    complete = (bench.output / "report.json").read_bytes()
    running = start(bench, bench.command())
    if running.wait_for(_new(moment)) is None:
        seen.wrong.append("it ended before it could be interrupted")
        return
    interrupt(running)
    if twice:
        time.sleep(0.5)
        interrupt(running)
    code = running.ended()
    seen.require(code not in (None, *FINE), f"exit code {code}")
    clean(running.said, seen)
    gone(running, seen)
    seen.require(
        (bench.output / "report.json").read_bytes() == complete, "the complete report was changed"
    )
    reported(bench, seen)
    seen.require(
        (bench.output / "report.json").read_bytes() == complete, "the complete report was changed"
    )
    continued(bench, expected, seen, always=True)


def _new(moment: moments.Victim) -> moments.Victim:
    """A moment of the second run in a folder."""

    def found(running: Running) -> psutil.Process | None:
        begun = (running.bench.results / ".previous-run" / "plan.json").exists()
        return moment(running) if begun or moment is _INTERRUPTS[0][1] else None

    return found


def _two_at_once(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    running = start(bench, bench.command())
    running.wait_for(at(moments.importing, moments.job))
    code, said = ran(bench, bench.command())
    seen.require(code == 4, f"the second ends with code {code}")
    seen.require("Another run is writing" in said, "the second does not say why")
    ended(running, seen, FINE)
    continued(bench, expected, seen)


def _right_after_a_kill(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    running = start(bench, bench.command())
    running.wait_for(at(moments.checking, moments.job))
    running.job.kill()
    continued(bench, expected, seen)
    gone(running, seen)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
