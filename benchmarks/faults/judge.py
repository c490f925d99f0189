"""What must hold after every fault: nothing known is lost, nothing is left, no traceback."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.faults.bench import (
    Bench,
    Running,
    Verdicts,
    has_traceback,
    is_complete,
    ran,
    stored,
    verdicts,
)
from matrix.results.verdicts import kind_of

# Answers, and nothing to say about the model.
FINE = (0,)


@dataclass(kw_only=True)
class Seen:
    """What was seen of one fault; `wrong` says what must not be, in words."""

    name: str
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    skipped: str = ""

    def require(self, holds: object, otherwise: str) -> None:
        """Note what is wrong where something does not hold."""
        if not holds:
            self.wrong.append(otherwise)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault by its name; `happen` brings it about and notes what is wrong."""

    name: str
    happen: Callable[[Bench, Verdicts, Seen], None]


def tried(fault: Fault, bench: Bench, expected: Verdicts) -> Seen:
    """Bring a fault about."""
    seen, clock = Seen(name=fault.name), time.monotonic()
    fault.happen(bench, expected, seen)
    seen.seconds = time.monotonic() - clock
    return seen


def ended(running: Running, seen: Seen, codes: Sequence[int] | None = None) -> None:
    """The run must end by itself, with one of these codes, without a traceback or a process."""
    code = running.ended()
    seen.require(code is not None, "it hangs")
    seen.require(codes is None or code in codes, f"exit code {code}")
    clean(running.said, seen)
    gone(running, seen)


def gone(running: Running, seen: Seen) -> None:
    """No process may outlive the run."""
    for process in running.left():
        seen.wrong.append(f"left running: {process}")


def clean(said: str, seen: Seen) -> None:
    """Nobody may see a traceback."""
    seen.require(not has_traceback(said), "a traceback")


def reported(bench: Bench, seen: Seen) -> None:
    """What is stored can be reported, if a cell has answered."""
    if not stored(bench.results):
        return
    code, said = ran(bench, bench.command(str(bench.output), session="report"))
    seen.require(code in (0, 3), f"report ends with code {code}")
    clean(said, seen)


def continued(bench: Bench, expected: Verdicts, seen: Seen, *, always: bool = False) -> None:
    """The same command gives the same verdicts, and keeps every outcome that was there.

    Where the run came to its end in spite of the fault there is nothing to continue, and what is
    there may be of another call. With `always` it is made again all the same.
    """
    over = is_complete(bench.results)
    known = {} if over else stored(bench.results)
    if always or not over:
        code, said = ran(bench, bench.command())
        seen.require(code in FINE, f"continuing ends with code {code}")
        clean(said, seen)
    kept(bench, known, seen)
    same(verdicts(bench.output), expected, seen)
    for name in ("interrupted", "results/.previous-run", "results/.interrupted-run"):
        seen.require(not (bench.output / name).exists(), f"{name} is still there")


def kept(bench: Bench, known: Mapping[str, bytes], seen: Seen) -> None:
    """Every outcome that was known is there as it was."""
    now = stored(bench.results)
    lost = [cell for cell, outcome in known.items() if now.get(cell) != outcome]
    seen.require(not lost, f"outcomes of {', '.join(lost)} are lost")


def same(found: Verdicts, expected: Verdicts, seen: Seen) -> None:
    """The verdicts are those of a run that nothing happened to."""
    for name in sorted(expected.keys() | found.keys()):
        first, second = expected.get(name), found.get(name)
        seen.require(first == second, f"{name}: {second} instead of {first}")


def blamed_on_nobody(bench: Bench, expected: Verdicts, seen: Seen) -> None:
    """What a machine lacks changes no answer; with it all verdicts are the same again."""
    for name, verdict in verdicts(bench.output).items():
        is_same = verdict == expected.get(name)
        seen.require(is_same or not kind_of(verdict).is_answer, f"{name}: {verdict}")
    # A run may have come to its end without an answer: nothing would be left to continue.
    code, said = ran(bench, bench.command("--fresh"))
    seen.require(code in FINE, f"the run after it ends with code {code}")
    clean(said, seen)
    same(verdicts(bench.output), expected, seen)
