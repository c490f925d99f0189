"""Which cells and models a fast run of a plan takes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from packaging.version import Version

from matrix.catalogue.cell import Cell
from matrix.plan.check import Check
from matrix.plan.plan import Plan, PlannedCell
from matrix.plan.prediction import Prediction
from matrix.prediction.fast import first_cells, next_models
from tests.builders import make_cell, make_companion, make_model

RELEASES = tuple(f"2.{minor}.0" for minor in range(4, 16))
_WORDS = {"+": "loads", "-": "fails", "?": "unknown"}


def plan_of(
    *models: Mapping[str, str], cells: Sequence[Cell] = (), nearest: str | None = None
) -> Plan:
    """A plan of models, each as its loaders with a sign for each cell: `{"graph": "--++"}`.

    A blank is a cell in which a loader is not tried, a dot one of which nobody predicted anything.
    """
    cells = cells or [make_cell(version) for version in RELEASES]
    planned, predictions = list[PlannedCell](), [list[Prediction]() for _ in models]
    for place, cell in enumerate(cells):
        checks = []
        for number, loaders in enumerate(models):
            for loader, signs in loaders.items():
                if signs[place] != " ":
                    checks.append(Check(model=number, path="m", loader=loader))
                if signs[place] in _WORDS:
                    predictions[number].append(prediction(cell, loader, _WORDS[signs[place]]))
        planned.append(PlannedCell(cell=cell, checks=tuple(checks)))
    return Plan(
        models=tuple(make_model() for _ in models),
        cells=tuple(planned),
        run_order=tuple(cell.id for cell in reversed(cells)),
        nearest=tuple(Version(nearest) if nearest else None for _ in models),
        predictions=tuple(map(tuple, predictions)),
    )


def prediction(cell: Cell, loader: str, verdict: str) -> Prediction:
    return Prediction(
        tensorflow=str(cell.release.version),
        loader=loader,
        verdict=verdict,
        why="a test says so",
        rule="test",
        cell=cell.id,
    )


def minors(cells: Sequence[str]) -> list[int]:
    return sorted(Version(cell).minor for cell in cells)


def test_saving_release_ends_and_both_sides_of_every_predicted_change_come_first() -> None:
    plan = plan_of({"keras": "---+++++++++", "graph": "+++++++++---"}, nearest="2.10.0")
    assert minors(first_cells(plan)) == [4, 6, 7, 9, 10, 12, 13, 15]


def test_release_before_the_saving_one_tells_what_was_new_in_it() -> None:
    plan = plan_of({"keras": "++++++++++++"}, nearest="2.9.0")
    measured = {(0, f"2.{minor}.0"): {"keras": minor != 8} for minor in (4, 8, 9, 15)}
    assert next_models(plan, measured) == {"2.7.0": (0,)}


def test_cells_come_in_the_order_of_the_run() -> None:
    plan = plan_of({"keras": "++++++++++++"}, nearest="2.9.0")
    assert first_cells(plan) == ("2.15.0", "2.9.0", "2.8.0", "2.4.0")


def test_first_cell_in_which_a_loader_is_tried_is_an_end() -> None:
    assert minors(first_cells(plan_of({"keras": "     +++++++"}))) == [9, 15]


def test_what_nobody_predicted_is_tested() -> None:
    plan = plan_of({"keras": "++++?.++++++"})
    assert minors(first_cells(plan)) == [4, 8, 9, 15]


def test_contradiction_widens_until_the_prediction_holds() -> None:
    plan = plan_of({"keras": "++++++++++++"})
    measured = {(0, "2.4.0"): {"keras": False}, (0, "2.15.0"): {"keras": True}}
    assert next_models(plan, measured) == {"2.5.0": (0,)}
    measured[0, "2.5.0"] = {"keras": True}
    assert next_models(plan, measured) == {}


def test_saving_release_that_does_not_answer_gives_its_place_to_the_next_newer() -> None:
    plan = plan_of({"keras": "++++++++++++"}, nearest="2.9.0")
    measured = {(0, cell): {"keras": True} for cell in ("2.4.0", "2.15.0")}
    assert next_models(plan, measured | {(0, "2.9.0"): {"keras": None}}) == {"2.10.0": (0,)}
    assert next_models(plan, measured | {(0, "2.9.0"): {}}) == {"2.10.0": (0,)}


def test_saving_release_outside_of_the_selection_is_stood_for_by_the_nearest() -> None:
    plan = plan_of({"keras": "++++++++++++"}, nearest="2.3.4")
    assert minors(first_cells(plan)) == [4, 15]


def test_required_cells_are_tested_whatever_is_predicted() -> None:
    plan = plan_of({"keras": "++++++++++++"})
    assert minors(list(next_models(plan, {}, required=("2.8.0", "2.9.0")))) == [4, 8, 9, 15]


def test_cell_that_cannot_be_built_is_no_end() -> None:
    plan = plan_of({"keras": "++++++++++++"})
    plan = replace(plan, run_order=tuple(c for c in plan.run_order if c != "2.15.0"))
    assert minors(first_cells(plan)) == [4, 14]


def test_each_model_is_tested_only_where_it_is_needed() -> None:
    plan = plan_of({"keras": "++++++++++++"}, {"keras": "---+++++++++"})
    assert next_models(plan, {}) == {
        "2.15.0": (0, 1),
        "2.7.0": (1,),
        "2.6.0": (1,),
        "2.4.0": (0, 1),
    }
    measured = {(0, cell): {"keras": True} for cell in ("2.4.0", "2.15.0")}
    measured |= {(1, cell): {"keras": False} for cell in ("2.4.0", "2.6.0")}
    measured |= {(1, cell): {"keras": True} for cell in ("2.7.0", "2.15.0")}
    assert next_models(plan, measured) == {}


def test_cells_with_a_companion_are_a_line_of_their_own() -> None:
    plain = [make_cell(version) for version in RELEASES]
    beside = [make_cell(version, make_companion()) for version in RELEASES]
    plan = plan_of({"keras": "-" * 12 + "-----+++++++"}, cells=[*plain, *beside])
    chosen = first_cells(plan)
    assert minors([cell for cell in chosen if "+" not in cell]) == [4, 15]
    assert minors([cell for cell in chosen if "+" in cell]) == [4, 8, 9, 15]


def test_keras_versions_are_a_line_whatever_their_releases_are() -> None:
    def keras(version: str, release: str) -> Cell:
        companion = make_companion("keras", version)
        return make_cell(release, replace(companion, label=f"keras{version}"))

    newest = [keras("3.10.0", "2.15.0"), keras("3.9.0", "2.15.0")]
    cells = [make_cell("2.4.0"), keras("3.3.3", "2.14.0"), keras("3.4.1", "2.14.0"), *newest]
    plan = plan_of({"keras": "+++++"}, cells=cells)
    ends = {"2.14.0+keras3.3.3", "2.15.0+keras3.10.0"}
    assert set(first_cells(plan)) == {"2.4.0", *ends}
