"""Predicts: every rule in its order, for each model, cell and loader that reads its format."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from matrix.catalogue.cell import Cell
from matrix.model.contents.contents import Contents
from matrix.plan.loader import Loader
from matrix.plan.loaders import LOADERS
from matrix.plan.plan import Plan
from matrix.plan.prediction import FAILS, LOADS, UNKNOWN, Prediction, Predictions
from matrix.prediction.rule import Case, Judgement, Rule, Subject, loads, unknown
from matrix.prediction.rules.all import RULES
from matrix.prediction.rules.keras.compiled import compiled_aside
from matrix.shown import on_one_line

# What the best graph of several is predicted to do.
_BEST = (LOADS, UNKNOWN, FAILS)
_MOST_WHY = 300
_NOTHING_LEFT = "nothing-against-it"
_NOTHING_SAID = "nothing in the file speaks against it"
_UNREAD = "the contents of the file could not be read"


def with_predictions(plan: Plan) -> Plan:
    """The plan with a prediction for each of its models in each of its cells."""
    return replace(plan, predictions=tuple(_of_plan(plan)))


def _of_plan(plan: Plan) -> Iterator[Predictions]:
    for number, model in enumerate(plan.models):
        subject = Subject(
            model=model,
            contents=plan.contents_of(number),
            findings=plan.findings_of(number),
            place=plan.place_of(number),
            passed=plan.custom_objects.name if plan.custom_objects else "",
        )
        cells = [planned.cell for planned in plan.cells if planned.concerns(number)]
        yield predicted(subject, cells)


def predicted(
    subject: Subject, cells: Iterable[Cell], without: Collection[str] = ()
) -> Predictions:
    """What each loader that reads the format will do in each cell, cell by cell.

    `without` are rules that are left out, by name.
    """
    rules = [rule for rule in RULES if rule.name not in without]
    return tuple(
        _one(subject, cell, loader, rules)
        for cell in cells
        for loader in LOADERS.values()
        if loader.reads(subject.model, cell)
    )


def _one(subject: Subject, cell: Cell, loader: Loader, rules: Iterable[Rule]) -> Prediction:
    rule, judgement = _decided(subject, cell, loader, rules)
    return Prediction(
        tensorflow=str(cell.release.version),
        loader=loader.name,
        verdict=judgement.verdict,
        why=_shown(judgement.why),
        rule=rule,
        cell=cell.id,
    )


def _shown(why: str) -> str:
    """A reason on one line and not too long: names of a model are in it, once for every cell."""
    return on_one_line(why if len(why) <= _MOST_WHY else f"{why[: _MOST_WHY - 1]}…")


def _decided(
    subject: Subject, cell: Cell, loader: Loader, rules: Iterable[Rule]
) -> tuple[str, Judgement]:
    contents = subject.contents
    if contents is None:
        case = Case(subject=subject, cell=cell, loader=loader, contents=Contents())
        without = [rule for rule in rules if not rule.reads_contents]
        return _judged(case, without) or ("unread", unknown(_UNREAD))
    # A loader takes one graph of several, by its tags: it is tried with each.
    parts = [replace(contents, graphs=(graph,)) for graph in contents.graphs] or [contents]
    cases = (Case(subject=subject, cell=cell, loader=loader, contents=part) for part in parts)
    decided = [
        _judged(case, rules) or (_NOTHING_LEFT, loads(_NOTHING_SAID + compiled_aside(case)))
        for case in cases
    ]
    return min(decided, key=lambda pair: _BEST.index(pair[1].verdict))


def _judged(case: Case, rules: Iterable[Rule]) -> tuple[str, Judgement] | None:
    """The first rule that decides, and what; `None` where none does."""
    for rule in rules:
        if not rule.concerns(case):
            continue
        try:
            judgement = rule.judge(case)
        except Exception as error:  # noqa: BLE001 - a mistake of a rule costs its sentence alone
            said = f"{type(error).__name__}: {error}"[:200]
            return rule.name, unknown(f"a rule failed ({said}), which is a bug in loadmatrix")
        if judgement is not None:
            return rule.name, judgement
    return None
