"""Holds the verdicts of a run against the plain calls of TensorFlow.

Every check that loaded is held against what the release that saved the model answers; where it
does not agree, the plain call in its own cell says whether TensorFlow or we are the cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judged import Judged, Judgement, fed, judged
from benchmarks.numerics.runs import Found, Run
from benchmarks.raw_runs import Answer, RawCall, answers, stored_arrays
from matrix.npz import Array
from matrix.options.options import Options
from matrix.plan.variant import UNCOMPILED
from matrix.run.probe_output.records import CallRecord

# What is called in the plain way for a loader in the release that saved the model.
_TRUTH = {"tf_keras": "keras", "session": "saved_model", "tfsm_layer": "saved_model"}
_HELD = ("runs", "differs", "loads")


# Records are dicts, which have no hash: a call is itself and no other.
@dataclass(frozen=True, kw_only=True, eq=False)
class Call:
    """One call of a check that loaded, and what was fed: `None` where nobody knows."""

    found: Found
    record: Mapping[str, Any]
    arrays: Path | None

    @property
    def word(self) -> str:
        """The verdict on this call: one that fails in a check that runs is one that loads."""
        return self.found.check.verdict.word if "outputs" in self.record else "loads"


def held(run: Run, options: Options, folder: Path) -> Iterator[tuple[Call, Judged]]:
    """A judgement for each call of each check that loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = list(_calls(run, folder))
    truths = {call: raw for call in calls if (raw := _raw(run, call, at_home=True))}
    told = answers(truths.values(), options, folder)
    first = [judged(one.word, _outputs(run, one), _told(told, truths.get(one))) for one in calls]
    asked = {
        call: raw
        for call, one in zip(calls, first, strict=True)
        if one.judgement is Judgement.ASK and (raw := _raw(run, call, at_home=False))
    }
    told |= answers(asked.values(), options, folder)
    for call, one in zip(calls, first, strict=True):
        truth, here = _told(told, truths.get(call)), _told(told, asked.get(call))
        yield call, judged(call.word, _outputs(run, call), truth, here) if here else one


def _told(told: Mapping[RawCall, Answer], raw: RawCall | None) -> Answer | None:
    return told[raw] if raw else None


def _calls(run: Run, folder: Path) -> Iterator[Call]:
    """Each call with what it was fed; one that failed with what another was fed and answered."""
    lent: dict[tuple[int, str, str], Path] = {}
    later = []
    for one in run.found:
        if one.check.verdict.word not in _HELD:
            continue
        for called in one.check.calls or (CallRecord(signature="call"),):
            record = called.to_dict()
            # What is random answers otherwise each time.
            if record.get("repeatable") is False:
                continue
            arrays = _fed(run, one, record, folder) if "outputs" in record else None
            if arrays:
                lent.setdefault((one.number, _kin(one), str(record["signature"])), arrays)
                yield Call(found=one, record=record, arrays=arrays)
            else:
                later.append((one, record))
    for one, record in later:
        arrays = lent.get((one.number, _kin(one), str(record["signature"])))
        yield Call(found=one, record=record, arrays=arrays)


def _kin(one: Found) -> str:
    return _TRUTH.get(one.check.loader, one.check.loader)


def _fed(run: Run, one: Found, record: Mapping[str, Any], folder: Path) -> Path | None:
    stored: list[Array] = []
    for path in run.store.inputs(one.number).arrays:
        with np.load(path, allow_pickle=False) as file:
            stored += [file[key] for key in file.files]
    arrays = {str(entry["name"]): fed(entry, stored) for entry in record["inputs"]}
    if any(array is None for array in arrays.values()):
        return None
    return stored_arrays({name: a for name, a in arrays.items() if a is not None}, folder)


def _raw(run: Run, call: Call, *, at_home: bool) -> RawCall | None:
    if call.arrays is None:
        return None
    one = call.found
    loader = _kin(one) if at_home else one.check.loader
    return RawCall(
        cell=one.writer if at_home else one.cell,
        path=one.path,
        sha256=run.plan.models[one.number].sha256,
        loader=loader,
        compile=at_home or one.check.variant != UNCOMPILED,
        signature=str(call.record["signature"]),
        arrays=call.arrays,
    )


def _outputs(run: Run, call: Call) -> Sequence[Mapping[str, Any]]:
    """What was recorded; large outputs as they were stored."""
    one, found = call.found, []
    for record in call.record.get("outputs", ()):
        key, file = record.get("stored"), one.check.stored
        array = run.store.stored(one.cell, file, key) if key and file else None
        found.append(record if array is None else {**record, "array": _laid_out(array)})
    return found


def _laid_out(array: Array) -> list[Any]:
    flat = array.reshape(-1)
    if flat.dtype.kind == "c":
        flat = np.stack([flat.real, flat.imag], axis=-1).reshape(-1)
    return flat.tolist()
