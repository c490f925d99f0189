"""Makes a part ready to be run: inspects its models, plans, predicts, begins its results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from matrix.costs.of_run import costs_of_run
from matrix.known.reuse import known_cells, left_to_run
from matrix.options.options import Options
from matrix.parts.expected import expected_of
from matrix.parts.part import Part
from matrix.parts.prepared import HeadRow, PreparedPart
from matrix.plan.plan import Plan
from matrix.plan.planning import planned_of_some
from matrix.plan.untested import Untested
from matrix.prediction.predict import with_predictions
from matrix.prediction.run_order import most_informative_first
from matrix.run.keeping.continuing import begin
from matrix.run.store import Store


def prepare(part: Part, options: Options, started: datetime) -> PreparedPart:
    """Begin the results of a part, or go on with those that are there; what is left to run.

    Runs in a process of its own, or several at once. `options` are those of the call for the models
    of the part.

    Raises:
        LoadmatrixError: the selection leaves nothing to test, or the results are in use.
        OSError: the results cannot be written.
    """
    plan = _planned(part, options)
    store = Store(folder=part.folder(options.output / "results"))
    with store.exclusive():
        begun = begin(plan, options, store, started)
        left = left_to_run(begun.plan, options, store, with_inputs=begun.is_new)
    return _prepared(part, options, plan, left.run_order, store)


def only_planned(part: Part, options: Options) -> PreparedPart:
    """The same for a call that only plans: nothing is written.

    Raises:
        LoadmatrixError: the selection leaves nothing to test.
    """
    plan = _planned(part, options)
    known = known_cells(plan, options)
    left = tuple(cell for cell in plan.run_order if cell not in known)
    return _prepared(part, options, plan, left)


def _planned(part: Part, options: Options) -> Plan:
    return most_informative_first(with_predictions(planned_of_some(options, part.deadly)))


def _prepared(
    part: Part, options: Options, plan: Plan, left: tuple[str, ...], store: Store | None = None
) -> PreparedPart:
    refused = {model.place for model in plan.untested}
    tested = [place for number, place in enumerate(part.places) if number not in refused]
    return PreparedPart(
        number=part.number,
        cells=left,
        models=tuple(len({check.model for check in plan.cell(cell).checks}) for cell in left),
        planned=len(plan.run_order),
        rows=tuple(
            HeadRow(place=place, format=model.format.value, expected=expected_of(plan, number))
            for number, (place, model) in enumerate(zip(tested, plan.models, strict=True))
        ),
        untested=tuple(_at_their_places(part, plan.untested)),
        costs=costs_of_run(plan, left, options, store),
        signatures=_signatures(plan),
    )


def _at_their_places(part: Part, untested: tuple[Untested, ...]) -> Iterator[Untested]:
    for model in untested:
        yield replace(model, place=part.places[model.place])


def _signatures(plan: Plan) -> frozenset[str] | None:
    """The names of all signatures; `None` where those of a model are not known."""
    if not all(model.signatures for model in plan.models):
        return None
    return frozenset(one.name for model in plan.models for one in model.signatures)
