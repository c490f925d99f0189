"""What plans take adds up, and leaves out what is known or not expected to be tried."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matrix.costs.costs import Costs
from matrix.costs.estimate import Estimate
from matrix.costs.rates import Rates
from matrix.costs.records import CellCost
from matrix.costs.spent import Spent
from matrix.model.facts import Format
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.variant import Variant
from tests.builders import make_cell, make_model, make_prediction

CELLS = (make_cell("2.14.1"), make_cell("2.15.1"))
SIMPLE = Rates(
    cells=4,
    imports={"2.14": Spent(seconds=2, cpu=3), "2.15": Spent(seconds=2, cpu=3)},
    builds={"2.14": Spent(seconds=30, cpu=20), "2.15": Spent(seconds=30, cpu=20)},
    checks={("keras", "keras_v3", 0): Spent(seconds=1, cpu=1)},
    disk={"2.14.1": 1024, "2.15.1": 2048},
    rest=Spent(seconds=1, cpu=1),
)


def plan_of(models: int) -> Plan:
    """A plan in which each model has one check, and another where that fails, in each cell."""
    first, second = Variant("compile=True"), Variant("compile=False")
    cells = []
    for cell in CELLS:
        checks = []
        for number in range(models):
            one = Check(model=number, path="/m", loader="keras", variant=first)
            checks += [one, replace(one, variant=second, skip_if_loaded=one.id)]
        cells.append(PlannedCell(cell=cell, checks=tuple(checks)))
    return Plan(
        models=tuple(make_model(Format.KERAS_V3, path=Path(f"/models/{n}")) for n in range(models)),
        cells=tuple(cells),
        run_order=tuple(cell.id for cell in CELLS),
        nearest=(None,) * models,
    )


def test_a_cell_starts_once_for_all_its_models() -> None:
    costs = Costs.of(plan_of(10), SIMPLE)
    assert (costs.models, costs.cells, costs.units) == (10, 20, 2)
    assert costs.spent == Spent(seconds=2 * (2 + 1 + 10), cpu=2 * (3 + 1 + 10))


def test_what_is_known_is_subtracted() -> None:
    plan = replace(plan_of(10), run_order=("2.15.1",))
    costs = Costs.of(plan, SIMPLE, known={"2.15.1": range(4)})
    assert (costs.cells, costs.known, costs.units) == (6, 4, 1)
    assert costs.environments.keys() == {"2.15.1"}
    nothing = Costs.of(plan, SIMPLE, known={"2.15.1": range(10)})
    assert (nothing.cells, nothing.units, nothing.spent.cpu) == (0, 0, 0)


def test_what_a_call_does_not_ask_for_is_not_known() -> None:
    plan = replace(plan_of(10), run_order=("2.15.1",))
    assert Costs.of(plan, SIMPLE).known == 0
    asked = {"2.14.1": range(3), "2.15.1": range(2)}
    costs = Costs.of(plan, SIMPLE, known={"2.15.1": range(1, 10)}, asked=asked)
    assert (costs.cells, costs.known) == (1, 3 + 1)


def test_a_variant_counts_where_the_first_is_expected_to_fail() -> None:
    plan = plan_of(1)
    fails = [make_prediction("fails", loader="keras", cell=cell.id) for cell in CELLS]
    expected = Costs.of(replace(plan, predictions=(tuple(fails),)), SIMPLE)
    assert expected.spent.cpu == Costs.of(plan, SIMPLE).spent.cpu + 2


def test_parts_share_their_environments() -> None:
    costs = [Costs.of(plan_of(number), SIMPLE, built={"2.14.1"}) for number in (3, 5)]
    total = costs[0] + costs[1]
    assert (total.models, total.cells, total.units) == (8, 16, 4)
    estimate = Estimate.of(total, measured=4, at_once=2)
    assert estimate.disk_mb == 3072
    assert estimate.download_mb == pytest.approx(2048 * 0.3, abs=1)
    assert estimate.cpu_hours == pytest.approx((total.spent.cpu + 20) / 3600)
    assert estimate.hours == pytest.approx((total.spent.seconds + 30) / 2 / 3600)


def test_discarded_environments_take_the_room_of_those_in_use() -> None:
    estimate = Estimate.of(Costs.of(plan_of(1), SIMPLE), at_once=1, discard=True)
    assert estimate.disk_mb == 2048 + 2 * 50


def test_rates_are_means_of_what_was_measured_and_defaults_elsewhere() -> None:
    kind = ("keras", "keras_v3", 0)
    measured = [
        CellCost(
            cell="2.15.1",
            minor="2.15",
            imported=Spent(seconds=seconds, cpu=seconds),
            checks=((kind, number, Spent(seconds=10, cpu=10)),),
        )
        for seconds, number in ((2.0, 2), (4.0, 8))
    ]
    rates = Rates.of(measured)
    model = make_model(Format.KERAS_V3)
    assert rates.importing(CELLS[1]) == Spent(seconds=3, cpu=3)
    assert rates.checking("keras", model) == Spent(seconds=2, cpu=2)
    # Of the same loader, for want of the format.
    assert rates.checking("keras", make_model(Format.KERAS_H5)) == Spent(seconds=2, cpu=2)
    assert rates.importing(CELLS[0]) == Rates().importing(CELLS[0])
    large = replace(model, size_bytes=2**30)
    assert rates.checking("keras", large).cpu > rates.checking("keras", model).cpu
    assert rates.disk_mb(CELLS[0]) == CELLS[0].release.installed_mb
