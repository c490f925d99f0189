"""What is to be said of a model and a requirement, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matrix.catalogue.releases import catalogue
from reports.gate.baseline import in_order
from reports.gate.known_failures import KnownFailure
from reports.gate.requirements import (
    Gate,
    Requirement,
    UnmetRequirement,
    only_by_session,
    unmet,
)
from reports.report.model_report import ModelReport
from reports.report.releases.folding import ranges_in_words

_SESSION = "that is TensorFlow 1 code, and no other loader that was tried does"


@dataclass(frozen=True, kw_only=True)
class Said:
    """Sentences without the name of the model.

    `missed` say what is not met, `tolerated` what a known failure excuses, and `barely` what is met
    in a way that few people use.
    """

    missed: tuple[str, ...]
    tolerated: tuple[str, ...]
    barely: tuple[str, ...]


def said_of(model: ModelReport, requirement: Requirement, gate: Gate) -> Said:
    """Whether a model meets a requirement, and where it does not."""
    misses = tuple(unmet(model, requirement, gate, catalogue()))
    order = in_order([*(cell.id for cell in model.cells), *(miss.cell for miss in misses)])
    only = ranges_in_words(only_by_session(model, requirement, gate.level), order)
    met = f"{requirement.text} is met only by session in {only}: {_SESSION}."
    return Said(
        missed=tuple(_missed(requirement, misses, gate.level, order)),
        tolerated=tuple(_tolerated(misses, order)),
        barely=(met,) if only else (),
    )


def _missed(
    requirement: Requirement,
    unmet: Sequence[UnmetRequirement],
    level: str,
    order: Sequence[str],
) -> Iterator[str]:
    """A sentence with all the cells that do not meet a requirement, if there are any."""
    misses = [miss for miss in unmet if not miss.excused_by]
    bad = _named([miss for miss in misses if miss.answered], order)
    silent = _named([miss for miss in misses if not miss.answered], order)
    verb = "run" if level == "runs" else "load"
    parts = [f"does not {verb} in {bad}"] if bad else []
    parts += [f"no answer for {silent}"] if silent else []
    if parts:
        yield f"{requirement.text} is required ({level}): {'; '.join(parts)}."


def _named(unmet: Sequence[UnmetRequirement], order: Sequence[str]) -> str:
    """Cells with their reasons, each reason once: `2.13 - 2.14 (it was not tested)`."""
    cells: dict[str, list[str]] = {}
    for miss in unmet:
        cells.setdefault(miss.text, []).append(miss.cell)
    return ", ".join(f"{ranges_in_words(names, order)} ({text})" for text, names in cells.items())


def _tolerated(unmet: Sequence[UnmetRequirement], order: Sequence[str]) -> Iterator[str]:
    """A sentence for each declaration and reason, with all the cells that it excuses."""
    cells: dict[tuple[KnownFailure, str], list[str]] = {}
    for miss in unmet:
        if declared := miss.excused_by:
            cells.setdefault((declared, miss.text), []).append(miss.cell)
    for (declared, text), names in cells.items():
        verb = "is a known failure" if len(names) == 1 else "are known failures"
        where = ranges_in_words(names, order)
        yield f"{where} {verb} {declared.until}: {text}"
