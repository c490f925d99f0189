"""Remedies that this run tried: what loaded the model when a loader failed. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from matrix.catalogue.cell import Cell
from matrix.catalogue.runtime import PYTHON
from matrix.model.facts import ModelFacts
from matrix.plan.keras_workarounds import STAND_INS
from matrix.plan.loaders import call_of, ease_of
from matrix.plan.snippet import ShownCell, ShownModel
from matrix.plan.variant import HANDED, UNCOMPILED, UNSAFE
from matrix.results.result import CellResult, CheckResult, ModelResult
from reports.build.snippets import snippet
from reports.report.cause import Remedy

_MOST = 4


def tried(
    model: ModelFacts, result: ModelResult, cell: CellResult, check: CheckResult, given: str = ""
) -> tuple[Remedy, ...]:
    """What loaded the model where this check did not, what asks least of a reader first.

    `given` is the caller's own file of custom objects.
    """
    subject = ShownModel.of(model.to_dict())
    remedies = [
        *_scripts(cell, check, given),
        *_in_the_cell(subject, cell, check),
        *_beside(subject, result, cell, check),
    ]
    return tuple(remedies[:_MOST])


def _scripts(cell: CellResult, check: CheckResult, given: str) -> Iterator[Remedy]:
    for attempt in cell.attempts:
        if attempt.loader == check.loader and attempt.loaded:
            text = f"Load it with {attempt.name}."
            if attempt.name == STAND_INS:
                # What hands on its input computes nothing of use: it shows what is missing.
                text = (
                    "Only the custom objects are missing: the model loads with stand-ins for them. "
                )
                text += f"{given} does not define them for this Keras. " if given else ""
                how = "like this" if given else "with --custom-objects or like this"
                text += f"Pass your own objects instead, {how}."
            yield Remedy(text=text, snippet=attempt.script, verified=True)


def _in_the_cell(subject: ShownModel, cell: CellResult, check: CheckResult) -> Iterator[Remedy]:
    for other in _loading(cell):
        same = other.loader == check.loader
        if same and (other.variant not in _HELPING or check.variant == other.variant):
            continue
        words = str(other.variant) if same else call_of(other.loader, subject.format)
        text = f"Load it with {words}."
        yield Remedy(text=text, snippet=_snippet(subject, cell, other), verified=True)


def _beside(
    subject: ShownModel, result: ModelResult, cell: CellResult, check: CheckResult
) -> Iterator[Remedy]:
    """The cells of the same release with something installed beside it, or set differently."""
    for other in result.cells:
        same = other.cell.release.version == cell.cell.release.version
        if not same or other.cell.plain or not cell.cell.plain or other.cell.runtime != PYTHON:
            continue
        loading = sorted(_loading(other), key=lambda loaded: loaded.loader != check.loader)
        if loading:
            steps = ", ".join(_steps(other.cell))
            call = call_of(loading[0].loader, subject.format)
            text = f"{steps[:1].upper()}{steps[1:]} and load it with {call} "
            text += f"(tested in {other.cell.id})."
            wanted = " ".join(map(shlex.quote, other.cell.requirements))
            code = f"# pip install {wanted}\n" if wanted else ""
            code += _snippet(subject, other, loading[0])
            yield Remedy(text=text, snippet=code, verified=True)


def _steps(cell: Cell) -> Iterator[str]:
    """What makes a plain cell of its release into this one."""
    if cell.requirements:
        yield f"install {' and '.join(cell.requirements)} as well"
    for name, value in sorted(cell.variables.items()):
        yield f"set {name}={value}"


def _loading(cell: CellResult) -> Sequence[CheckResult]:
    # A death after the load is a load, but nothing to advise.
    loading = [check for check in cell.checks if check.verdict.answer]
    return sorted(loading, key=lambda check: ease_of(check.loader))


_HELPING = (UNCOMPILED, HANDED, UNSAFE)


def _snippet(subject: ShownModel, cell: CellResult, check: CheckResult) -> str:
    shown = ShownCell(
        tensorflow=str(cell.cell.release.version),
        imports=cell.cell.imports,
        handover=cell.cell.handover,
        variables=cell.cell.variables,
    )
    return snippet(check.loader, check.variant, subject, shown)
