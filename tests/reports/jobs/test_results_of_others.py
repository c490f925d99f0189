"""Results that somebody else has handed on: nothing in them is waited for, followed or obeyed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from matrix.errors import LoadmatrixError
from reports.jobs.report import report
from reports.many.opened import open_report
from tests.reports.jobs.merging.shards import merged_into, shards_of, verdicts
from tests.stored_runs import models, store_run

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
_MODELS = models(2)


def _piped(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return store_run(tmp_path / "run", _MODELS, ">=2.15,<2.17")


def test_pipes_in_the_place_of_what_a_cell_left_cost_that_cell(run: Path, tmp_path: Path) -> None:
    cell = run / "results" / "2.16.2"
    for name in ("outcome.json", "earlier.json", "known.json", "begun.json", "log.txt"):
        _piped(cell / name)
    _piped(run / "results" / "inputs" / "0" / "1.npz")
    _piped(run / "results" / "internal-errors.log")
    _piped(run / "report.json")
    assert merged_into([run], run) == 3
    for cells in verdicts(run).values():
        assert cells["2.15.1"] != "not-run"
        assert cells["2.16.2"] == "not-run"
    # What a merge stores again is not waited for either.
    copy = shutil.copytree(run, tmp_path / "copy", copy_function=_linked)
    assert merged_into([run, copy], tmp_path / "merged") == 3


def _linked(source: str, target: str) -> None:
    os.link(source, target)


@pytest.mark.parametrize("name", ["plan.json", "run.json"])
def test_pipe_in_the_place_of_the_plan_is_told(name: str, run: Path) -> None:
    _piped(run / "results" / name)
    with pytest.raises(LoadmatrixError, match=rf"{name} is a pipe, a device or something else"):
        report([str(run)], run)


def test_pipe_in_the_place_of_the_index_of_parts_costs_nothing_but_the_index(
    tmp_path: Path,
) -> None:
    first, second = shards_of(tmp_path, 2)
    _piped(first / "results" / "parts.json")
    assert merged_into([first, second], tmp_path / "merged") == 3
    assert "not-run" not in {word for one in verdicts(tmp_path / "merged").values() for word in one}


def test_nothing_is_written_where_a_link_in_results_leads(tmp_path: Path) -> None:
    first, second = shards_of(tmp_path, 2)
    (tmp_path / "home").mkdir()
    (first / "results" / "parts" / ".report").symlink_to(tmp_path / "home")
    assert report([str(first)], tmp_path) in (0, 3)
    merged_into([first, second], tmp_path / "merged")
    assert not list((tmp_path / "home").iterdir())


def test_outcome_of_another_cell_says_nothing_of_this_one(run: Path) -> None:
    """A folder was copied, or an archive was put together to lie."""
    results = run / "results"
    shutil.copy(results / "2.15.1" / "outcome.json", results / "2.16.2" / "outcome.json")
    report([str(run)], run)
    assert {cells["2.16.2"] for cells in verdicts(run).values()} == {"not-run"}


_ENVIRONMENT = ("verification", "probe", "cpu_seconds")


@pytest.mark.parametrize(
    ("path", "value"), [(("ended",), "soon"), (("unavailable",), 3), (_ENVIRONMENT, "long")]
)
def test_outcome_with_values_that_none_has_costs_its_cell(
    path: Sequence[str], value: object, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = run / "results" / "2.16.2" / "outcome.json"
    document = json.loads(place.read_text())
    within = document
    for name in path[:-1]:
        within = within[name]
    within[path[-1]] = value
    place.write_text(json.dumps(document))
    assert report([str(run)], run) == 3
    assert {cells["2.16.2"] for cells in verdicts(run).values()} == {"not-run"}
    assert not open_report(run).header.complete
    told = f"{place} is cut off or damaged: what it says is not used."
    assert told in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plan.json", {"risks": [[]]}),
        ("plan.json", {"numerics": {"rtol": "much"}}),
        ("run.json", {"started": "0001-01-01T00:00:00+14:00"}),
        ("run.json", {"started": 7}),
    ],
)
def test_plan_with_values_that_none_has_is_a_sentence(
    name: str, change: dict[str, object], run: Path, tmp_path: Path
) -> None:
    place = run / "results" / name
    place.write_text(json.dumps({**json.loads(place.read_text()), **change}))
    with pytest.raises(LoadmatrixError, match="does not contain the results of a run"):
        report([str(run)], run)
    with pytest.raises(LoadmatrixError, match="does not contain the results of a run"):
        merged_into([run, run], tmp_path / "merged")


def test_names_of_cells_lead_nowhere(run: Path, tmp_path: Path) -> None:
    plan_file = run / "results" / "plan.json"
    plan = json.loads(plan_file.read_text())
    with_label = next(cell for cell in plan["cells"] if cell["companions"])
    with_label["companions"][0]["label"] = "x/../../../escaped"
    plan_file.write_text(json.dumps(plan))
    with pytest.raises(LoadmatrixError, match=r"'2.1.*escaped' is no name of a cell"):
        merged_into([run, run], tmp_path / "merged")


def test_outcomes_are_not_stored_where_they_say(run: Path, tmp_path: Path) -> None:
    path = run / "results" / "2.15.1" / "outcome.json"
    outcome = json.loads(path.read_text())
    path.write_text(json.dumps({**outcome, "cell": "../../../escaped"}))
    copy = shutil.copytree(run, tmp_path / "copy")
    merged_into([run, copy], tmp_path / "a" / "merged")
    assert not list(tmp_path.rglob("escaped"))


def test_links_of_cells_lead_to_no_logs_and_reports_replace_links(
    run: Path, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    (run / "results" / "2.16.2").rename(secrets)
    (run / "results" / "2.16.2").symlink_to(secrets)
    (tmp_path / "profile").write_text("mine")
    (run / "report.md").symlink_to(tmp_path / "profile")
    assert report([str(run)], run) == 0
    assert {cells["2.16.2"] for cells in verdicts(run).values()} == {"not-run"}
    assert (tmp_path / "profile").read_text() == "mine"
    copy = shutil.copytree(run, tmp_path / "copy", symlinks=True)
    merged_into([run, copy], tmp_path / "merged")
    assert not list((tmp_path / "merged").rglob("2.16.2/log.txt"))
