"""The verdict for one check, from the records of its probe.

Each rule gives a verdict or none; the first that gives one decides. A new verdict is one new rule
here, in front of the rules that would take its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matrix.catalogue.cell import Cell
from matrix.results import verdicts
from matrix.results.refused import sentence_on
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.process_exit import ExitKind
from matrix.run.probe_output.records import ErrorRecord

Rule = Callable[[CheckRecord, Cell], Verdict | None]


def verdict_on(record: CheckRecord, cell: Cell) -> Verdict:
    """The verdict on a check that was started in a cell."""
    for rule in RULES:
        if (verdict := rule(record, cell)) is not None:
            return verdict
    return _loaded(record)


def _contradicts(record: CheckRecord, _cell: Cell) -> Verdict | None:
    """What cannot be true says nothing, not even where it claims a failure."""
    if not record.contradiction:
        return None
    return verdicts.Unproven(reason=record.contradiction)


def _companions_do_not_import(record: CheckRecord, cell: Cell) -> Verdict | None:
    """The companions that the model asks for do not work here: that is no answer about it."""
    if record.stage != "import":
        return None
    modules = " and ".join(name.rstrip("?") for name in cell.imports)
    if record.exit:
        what = f"importing {modules} {record.exit.kind.value} ({record.exit.detail})"
        return verdicts.Broken(reason=what)
    error = record.error or ErrorRecord()
    if error.type == "HandoverError":
        return verdicts.Broken(reason=error.message)
    return verdicts.Broken(reason=f"import {modules} raises {error.type}: {error.message}")


def _too_much(record: CheckRecord, _cell: Cell) -> Verdict | None:
    if record.exit is None or record.exit.kind is not ExitKind.TOO_MUCH:
        return None
    what = record.exit.excess or f"it wrote {record.exit.detail} to its results"
    return verdicts.Blocked(reason=f"{what}, and was stopped")


def _refused(record: CheckRecord, _cell: Cell) -> Verdict | None:
    """A wall decided how it ended: that says nothing about the release."""
    if not record.refused:
        return None
    return verdicts.Blocked(reason=sentence_on(record.refused), loaded=record.loaded)


def _died(record: CheckRecord, _cell: Cell) -> Verdict | None:
    if record.exit is None:
        return None
    kind = _DEATHS.get(record.exit.kind, verdicts.Crashed)
    return kind(exit=record.exit, loaded=record.loaded)


def _did_not_load(record: CheckRecord, _cell: Cell) -> Verdict | None:
    return None if record.loaded else verdicts.Fails(error=record.error or ErrorRecord())


def _ran(record: CheckRecord, _cell: Cell) -> Verdict | None:
    """Whether it also agrees with the reference is concluded when all cells are known."""
    return verdicts.Runs() if any(call.outputs is not None for call in record.calls or ()) else None


def _loaded(record: CheckRecord) -> Verdict:
    errors = (call.error for call in record.calls or () if call.error)
    return verdicts.Loads(error=record.error or next(errors, ErrorRecord()))


_DEATHS: Mapping[ExitKind, type[verdicts.Died]] = {
    ExitKind.TIMED_OUT: verdicts.TimedOut,
    ExitKind.OUT_OF_MEMORY: verdicts.OutOfMemory,
}

RULES: tuple[Rule, ...] = (
    _contradicts,
    _refused,
    _companions_do_not_import,
    _too_much,
    _died,
    _did_not_load,
    _ran,
)
