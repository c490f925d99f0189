"""The plan of a run as text for a terminal: models, cells, what is to be built. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tabulate import tabulate

from matrix.model.risks.brought_python import is_python, python_sentence
from matrix.plan.plan import Plan
from matrix.shown import on_one_line
from reports.report.text import first_line

# A remark is a few sentences.
_MOST = 1000


def render_plan(
    plan: Plan,
    finished: Sequence[str],
    costs: Sequence[str] = (),
    pythons: Mapping[str, Path] = MappingProxyType({}),
    known: Collection[str] = (),
) -> str:
    """What a run will do: models, cells, what is to be built; `pythons` are those found here.

    `costs` are lines on what is downloaded and stored, which come last. Of the cells in `known`
    earlier runs have measured all.
    """
    table = render_cells(plan, finished, pythons, known)
    return "\n".join([*about_models(plan), "", table, "", *costs])


def about_models(plan: Plan) -> list[str]:
    """What the models of a plan are, what is wrong with them, and what they could do."""
    lines = []
    for number, model in enumerate(plan.models):
        said = f"{model.shown} is a {model.format.value}{_written(plan, number)}"
        lines.append(first_line(on_one_line(said)))
        lines += [f"    {first_line(note)}" for note in model.notes]
        lines += [f"    Downloaded, SHA-256 {model.sha256}."] if model.address else []
    lines += [first_line(f"not tested: {model.why}", _MOST) for model in plan.untested]
    lines += [first_line(finding.line) for findings in plan.findings for finding in findings]
    return [*lines, *(first_line(line, _MOST) for line in (*_risks(plan), *plan.left_out))]


def render_cells(
    plan: Plan,
    finished: Collection[str],
    pythons: Mapping[str, Path],
    known: Collection[str] = (),
) -> str:
    """The cells of a plan as a table."""
    rows = [
        (
            planned.cell.id,
            planned.cell.python,
            str(pythons.get(planned.cell.python, "missing")),
            planned.cell.release.keras,
            len(planned.checks),
            planned.unavailable or _environment(planned.cell.id, finished, known),
        )
        for planned in plan.cells
    ]
    headers = ("TensorFlow", "Python", "interpreter", "Keras", "checks", "environment")
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)


def _environment(cell: str, finished: Collection[str], known: Collection[str]) -> str:
    if cell in finished:
        return "ready"
    return "not needed" if cell in known else "to build"


def _risks(plan: Plan) -> Iterator[str]:
    """What the models could do, the Python that they bring first."""
    for number in range(len(plan.models)):
        if python := python_sentence(plan.brings_python(number), trusted=plan.trust):
            yield python
    for risk in (risk for risks in plan.risks for risk in risks):
        if not (risk.usual or (plan.trust and is_python(risk))):
            yield risk.line


def _written(plan: Plan, number: int) -> str:
    model = plan.models[number]
    names = [f"TensorFlow {model.tensorflow}"] if model.tensorflow else []
    names += [f"Keras {model.keras}"] if model.keras else []
    return f", written by {' and '.join(names)}" if names else ", writer unknown"
