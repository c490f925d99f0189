"""Parts of a large run are concluded by themselves: what is not known of a model is told."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.parts.index import PartsIndex
from matrix.parts.part import part_folder
from matrix.run.store import Store
from reports.build.build_report import Run, build_report
from reports.jobs.conclusion import concluded
from reports.many.conclude_part import ConcludedPart, conclude_part
from reports.many.concluded_parts import joined
from reports.many.many_models import header_of
from reports.many.model_files import script_of
from reports.report.internal_errors import InternalErrors, unguarded
from tests.reports.many.many import models_in
from tests.stored_runs import STARTED, models, outcomes, planned, store_run, untested

SIZE = 3


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Eight models in three parts; the second of the first part could not be tested."""
    first, *others = models(7)
    output = store_run(tmp_path / "run", [first, untested("gone"), *others], size=SIZE)
    return output / "results"


def _concluded(results: Path, *, complete: bool = True) -> list[ConcludedPart]:
    return [
        conclude_part(results, part.number, part.places, results.parent / "made", complete=complete)
        for part in PartsIndex.read(results).parts
    ]


def test_models_are_those_of_one_run_of_all_at_their_places(results: Path) -> None:
    parts = _concluded(results)
    rows = [row for part in parts for row in part.rows]
    made = models_in(results.parent / "made")
    assert [row.place for row in rows] == list(made) == list(range(8))
    assert not any(part.sentences or part.unwritten for part in parts)
    plan = planned(models(7))
    run = Run(started=STARTED, seconds=1.0)
    store = Store(folder=results / "none")
    whole = build_report(plan, list(concluded(plan, store, outcomes(plan), unguarded)), run)
    tested = [replace(model, inputs="") for place, model in made.items() if place != 1]
    assert tested == [replace(model, inputs="") for model in whole.models]
    assert made[1].untested == "/models/gone does not exist."
    assert made[3].inputs == "parts/00002/inputs/0"
    assert header_of(results, run).numerics == whole.numerics


def test_each_model_has_its_script_for_the_page(results: Path) -> None:
    _concluded(results)
    for place in range(8):
        text = (results.parent / "made" / script_of(place)).read_text("utf-8")
        assert json.loads(text.removeprefix("loadmatrixModel(").removesuffix(");\n"))["html"]


def test_part_that_was_not_prepared_has_its_models_by_name(results: Path) -> None:
    shutil.rmtree(part_folder(results, 2))
    rows = [row for part in _concluded(results, complete=False) for row in part.rows]
    assert [bool(row.untested) for row in rows] == [False, True, False, *[True] * 3, False, False]
    assert rows[3].untested == "The run was interrupted before this model was inspected."
    PartsIndex.read(results).with_lost([2]).write(results)
    lost = _concluded(results, complete=False)[1].rows
    assert all("was killed twice, perhaps for lack of memory" in row.untested for row in lost)
    assert rows[3].name == "m0002"


def test_part_that_is_damaged_says_so_and_costs_no_other(results: Path) -> None:
    Store(folder=part_folder(results, 2)).plan_file.write_text("{")
    rows = [row for part in _concluded(results, complete=False) for row in part.rows]
    assert "does not contain the results of a run" in rows[4].untested
    assert [bool(row.untested) for row in rows].count(False) == 4


def test_run_of_which_a_part_is_lost_is_not_whole(results: Path) -> None:
    errors = InternalErrors(log=results / "errors.log")
    every = list(enumerate(_concluded(results), 1))
    assert joined(reversed(every), errors).is_whole
    assert [row.place for row in joined(reversed(every), errors).rows] == list(range(8))
    killed = joined([*every[:1], (2, None), *every[2:]], errors)
    assert [row.place for row in killed.rows] == [0, 1, 2, 6, 7]
    assert not killed.is_whole
    assert errors.sentences == [
        "the report of part 2 could not be created (its process was killed)"
    ]
    Store(folder=part_folder(results, 2)).plan_file.write_text("{")
    assert not joined(enumerate(_concluded(results), 1), errors).is_whole


def test_cells_that_never_ran_are_not_run(results: Path) -> None:
    shutil.rmtree(part_folder(results, 3) / "2.15.1")
    rows = [row for part in _concluded(results, complete=False) for row in part.rows]
    assert dict(rows[6].verdicts)["2.15.1"] == "not-run"
    assert dict(rows[0].verdicts)["2.15.1"] != "not-run"


def test_model_that_cannot_be_reported_is_untested_and_the_error_is_told(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("reports.build.build_report.untested_model", broken)
    (part,) = _concluded(results)[:1]
    assert part.rows[1].untested == "The report of this model could not be created."
    assert "odd" in part.sentences[0]
    assert (results / "internal-errors.log").exists()
