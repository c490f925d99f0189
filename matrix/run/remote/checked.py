"""What a worker says of a unit, field by field: refused where this tool cannot have said it.

Workers run as programs of the caller, and the engine that carries their results is trusted. What is
in a result is not: a worker may be damaged or of another make, and a model had its say in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from matrix.known.measured import Measured
from matrix.run.outcome import Outcome
from matrix.run.probe_output.events import CheckRecord, ProbeRecord
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.remote.asked import Asked
from matrix.run.remote.kept_files import is_name
from matrix.run.remote.unit import UnitResult
from matrix.shown import on_one_line

_MOST_DOCUMENT = 256 * 2**20
# What an installer says may be long.
_MOST_TEXT = 2**20
_MOST_SENTENCES = 1_000
# A signature may be called whatever its model calls it.
_MOST_NAME = 1_000
_STAGES = ("import", "load", "run")
_PLACE = re.compile(r"[0-9a-f]{40}|")


def checked_answer(answer: Any) -> tuple[str, UnitResult]:
    """The address of a worker and its result, with fields as they are described.

    Raises:
        ValueError: with what is wrong.
    """
    match answer:
        case (str(worker), UnitResult() as result):
            pass
        case _:
            raise ValueError("it is no result")
    texts = (worker, result.host, result.platform, result.failed, *_sentences(result.warnings))
    _require(all(map(_is_text, texts)), "its texts are none, or too long")
    _require(isinstance(result.outcome, str), "its outcome is no text")
    _require(
        len(result.outcome) <= _MOST_DOCUMENT,
        f"its outcome has more than {_MOST_DOCUMENT // 2**20} MB",
    )
    _require(isinstance(result.files, dict), "its files are none")
    _require(_are_numbers(result.lacking, ()), "the models it lacks are no numbers")
    _require(isinstance(result.is_elsewhere_better, bool), "its fields are mixed up")
    # These are told as they are; what is of a model is shown by who makes the report.
    return worker, replace(
        result,
        host=on_one_line(result.host),
        platform=on_one_line(result.platform),
        failed=on_one_line(result.failed),
        warnings=tuple(map(on_one_line, result.warnings[:_MOST_SENTENCES])),
    )


def checked_outcome(outcome: Outcome, asked: Asked) -> Outcome:
    """An outcome that speaks of what was asked alone, and whose fields are what they should be.

    Raises:
        ValueError: with what is wrong.
    """
    cell, checks = asked.planned.cell.id, asked.planned.checks
    _require(outcome.cell == cell, f"its outcome is that of {str(outcome.cell)[:100]}")
    models = {check.model for check in checks}
    known = outcome.unavailable is None or _is_text(outcome.unavailable)
    known = known and (outcome.ended is None or _is_number(outcome.ended))
    known = known and _is_number(outcome.seconds) and _are_numbers(outcome.changed, ())
    _require(known, "its outcome has fields of another kind")
    _require(_are_numbers(outcome.absent, models), "it speaks of models that were not asked for")
    _require(not outcome.reused, "it has answers that were not measured")
    if seen := outcome.verification:
        strange = sorted(set(seen.checks) - {check.id for check in checks})
        _require(not strange, f"it has checks that were not asked for ({strange[:1]})")
        records: tuple[ProbeRecord | CheckRecord, ...] = (seen.probe, *seen.checks.values())
        _require(all(map(_is_sound, records)), "its checks have fields of another kind")
    return outcome


def checked_measured(measured: Any, models: Collection[int]) -> Measured:
    """How models were measured, by what a worker says; empty where it cannot be so."""
    if not (isinstance(measured, Measured) and isinstance(measured.first, Mapping)):
        return Measured()
    is_place = isinstance(measured.place, str) and _PLACE.fullmatch(measured.place)
    are_files = all(
        isinstance(files, Mapping)
        and all(_is_text(word, _MOST_NAME) for one in files.items() for word in one)
        for files in measured.first.values()
    )
    return (
        measured if is_place and are_files and _are_numbers(measured.first, models) else Measured()
    )


def _is_sound(record: ProbeRecord | CheckRecord) -> bool:
    times = (record.seconds, record.cpu_seconds)
    alike = all(map(_is_number, times)) and (record.exit is None or _is_exit(record.exit))
    if isinstance(record, ProbeRecord):
        flags = (record.imported is None or record.imported, record.unsafe, record.ended)
        return alike and all(isinstance(flag, bool) for flag in flags)
    return (
        alike
        and record.stage in _STAGES
        and isinstance(record.loaded, bool)
        and isinstance(record.repeated, bool)
        and isinstance(record.without_objects, bool)
        and (record.peak_mb is None or _is_number(record.peak_mb))
        and (record.stored is None or is_name(record.stored))
        and _is_text(record.contradiction)
    )


def _is_exit(ended: ProcessExit) -> bool:
    numbers = (ended.code, ended.seconds, ended.megabytes)
    texts = (ended.signal, ended.log, ended.excess)
    return all(one is None or _is_finite(one) for one in numbers) and all(
        one is None or isinstance(one, str) for one in texts
    )


def _sentences(warnings: Any) -> tuple[Any, ...]:
    _require(isinstance(warnings, tuple), "its warnings are none")
    return tuple(warnings[:_MOST_SENTENCES])


def _are_numbers(values: Collection[Any], allowed: Collection[int]) -> bool:
    """Whether they are numbers of models; of these models, where there are any."""
    whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in values)
    return whole and (not allowed or set(values) <= set(allowed))


def _is_text(value: Any, most: int = _MOST_TEXT) -> bool:
    return isinstance(value, str) and len(value) <= most


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_number(value: Any) -> bool:
    return _is_finite(value) and value >= 0


def _require(holds: Any, complaint: str) -> None:
    if not holds:
        raise ValueError(complaint)
