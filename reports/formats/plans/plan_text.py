"""The plan of a run as text for a terminal: models, cells, what is to be built. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tabulate import tabulate

from matrix.catalogue.cell_id import CellId
from matrix.model.risks.brought_python import is_python, python_sentence
from matrix.models_list.distinct import told_apart
from matrix.plan.plan import Plan
from matrix.shown import on_one_line
from reports.report.releases.folding import folded, range_name, values_in_words
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
        said = f"{model.as_given} is a {model.format.words}{_written(plan, number)}"
        lines.append(first_line(on_one_line(said)))
        lines += [f"    {first_line(note)}" for note in model.notes]
        lines += [f"    Downloaded, SHA-256 {model.sha256}."] if model.address else []
    lines += [first_line(f"not tested: {model.why}", _MOST) for model in plan.untested]
    return [*lines, *(first_line(line, _MOST) for line in (*_warnings(plan), *plan.left_out))]


def render_cells(
    plan: Plan,
    finished: Collection[str],
    pythons: Mapping[str, Path],
    known: Collection[str] = (),
) -> str:
    """The cells of a plan as a table: a row for neighbouring releases of the same state."""
    by_id = {planned.cell.id: planned for planned in plan.cells}
    states = {
        name: (
            planned.unavailable or _environment(name, finished, known),
            "" if planned.cell.python in pythons else " (missing)",
        )
        for name, planned in by_id.items()
    }
    rows = []
    for group in folded(list(by_id), lambda name: states[name]):
        cells = [by_id[name].cell for name in group]
        state, missing = states[group[0]]
        rows.append(
            (
                range_name(group, list(by_id)),
                values_in_words([cell.python for cell in cells]) + missing,
                values_in_words(
                    [CellId.parse(cell.id).keras or cell.release.keras for cell in cells]
                ),
                state,
            )
        )
    headers = ("TensorFlow", "Python", "Keras", "environment")
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)


def _environment(cell: str, finished: Collection[str], known: Collection[str]) -> str:
    if cell in finished:
        return "ready"
    return "not needed" if cell in known else "to build"


def _warnings(plan: Plan) -> Iterator[str]:
    """What is wrong with each model and what it could do; of several, each is named."""
    named = told_apart({n: (model.name, model.shown) for n, model in enumerate(plan.models)})
    for number in range(len(plan.models)):
        of_model = f"{named[number]}: " if len(plan.models) > 1 else ""
        findings = (finding.line for finding in plan.findings_of(number))
        yield from (of_model + line for line in (*findings, *_risks(plan, number)))


def _risks(plan: Plan, number: int) -> Iterator[str]:
    """What a model could do, the Python that it brings first."""
    if python := python_sentence(plan.brings_python(number), trusted=plan.trust):
        yield python
    for risk in plan.risks_of(number):
        if not (risk.usual or (plan.trust and is_python(risk))):
            yield risk.line


def _written(plan: Plan, number: int) -> str:
    model = plan.models[number]
    names = [f"TensorFlow {model.tensorflow}"] if model.tensorflow else []
    names += [f"Keras {model.keras}"] if model.keras else []
    return f", written by {' and '.join(names)}" if names else ", writer unknown"
