"""`nox -s report`: one run again, several together, a report alone, and what each is held to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.files import write_json
from matrix.plan.plan_json import plan_document
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_output.records import ErrorRecord
from matrix.run.store import Store
from reports.formats.registry import FORMATS
from reports.jobs.report import report
from reports.report.report import Report
from reports.report.report_json import read_report, read_schema
from tests.builders import make_cell, make_outcome, make_plan, make_ran

Stored = Callable[..., Path]


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    """Store a run of one cell as a real run would; give the folder of its report."""

    def store(name: str, version: str, *, loads: bool = True) -> Path:
        cell = make_cell(version)
        results = Store(folder=tmp_path / name / "results")
        results.reset_for(plan_document(make_plan([cell])))
        results.write(make_outcome(cell, {"0:saved_model": make_ran(1.0) if loads else _failed()}))
        (results.cell_folder(version) / "log.txt").write_text("as it was")
        (results.inputs(0).emptied() / "1.npz").write_bytes(b"fed")
        facts = {"started": "2026-01-02T00:00:00+00:00", "seconds": 1.0, "complete": True}
        write_json(results.folder / "run.json", facts)
        return tmp_path / name

    return store


def _failed() -> CheckRecord:
    return CheckRecord(error=ErrorRecord(type="ValueError", message="no"))


def _read(folder: Path) -> Report:
    document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, read_schema())
    return read_report(folder / "report.json")


def _verdicts(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for cell in _read(folder).models[0].cells:
        best = cell.best("saved_model")
        found[cell.id] = best.verdict if best else ""
    return found


@pytest.mark.parametrize("place", [".", "results", "report.json"])
def test_one_run_is_made_again_however_it_is_named(
    stored: Stored, tmp_path: Path, place: str
) -> None:
    folder = stored("a", "2.15.1")
    assert report([str(folder / place)], tmp_path) == 0
    assert _verdicts(folder) == {"2.15.1": "runs"}
    assert set(FORMATS) <= {path.name for path in folder.iterdir()}


def test_one_run_may_go_elsewhere(stored: Stored, tmp_path: Path) -> None:
    folder = stored("a", "2.15.1")
    assert report([str(folder), "--output", "elsewhere"], tmp_path) == 0
    assert _verdicts(tmp_path / "elsewhere") == {"2.15.1": "runs"}
    assert not (folder / "report.json").exists()


def test_several_runs_become_one_that_can_be_made_again(stored: Stored, tmp_path: Path) -> None:
    folders = [str(stored("a", "2.14.1")), str(stored("b", "2.15.1", loads=False))]
    assert report(folders, tmp_path) == 0
    whole = tmp_path / "compatibility"
    assert _verdicts(whole) == {"2.14.1": "runs", "2.15.1": "fails"}
    assert (whole / "results" / "2.15.1" / "log.txt").read_text() == "as it was"
    for folder in (*folders, str(whole)):
        assert [path.read_bytes() for path in Path(folder).glob("results/inputs/0/*")] == [b"fed"]
    first = (whole / "report.json").read_bytes()
    assert report([], tmp_path) == 0
    assert (whole / "report.json").read_bytes() == first


def test_runs_that_contradict_each_other_are_refused(stored: Stored, tmp_path: Path) -> None:
    folders = [str(stored("a", "2.15.1")), str(stored("b", "2.15.1", loads=False))]
    with pytest.raises(UsageError, match=r"contradict each other in 2\.15\.1: saved_model runs in"):
        report(folders, tmp_path)


def test_whole_does_not_replace_one_of_its_parts(stored: Stored, tmp_path: Path) -> None:
    folders = [str(stored("compatibility", "2.14.1")), str(stored("b", "2.15.1"))]
    with pytest.raises(UsageError, match=r"is one of the runs to merge. Choose another --output"):
        report(folders, tmp_path)
    assert (tmp_path / "compatibility" / "results" / "2.14.1" / "outcome.json").exists()


def test_report_alone_is_rendered_and_left_as_it_is(stored: Stored, tmp_path: Path) -> None:
    folder = stored("a", "2.15.1")
    report([str(folder)], tmp_path)
    (tmp_path / "alone").mkdir()
    path = (folder / "report.json").rename(tmp_path / "alone" / "report.json")
    before = path.read_bytes()
    assert report([str(path)], tmp_path) == 0
    assert {path.name for path in path.parent.iterdir()} == {"report.json", *FORMATS}
    assert path.read_bytes() == before


def test_report_alone_cannot_be_merged(stored: Stored, tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "report.json").write_text("{}")
    with pytest.raises(LoadmatrixError, match="alone does not contain the results of a run"):
        report([str(stored("a", "2.15.1")), "alone"], tmp_path)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["--require", "tensorflow==2.15.*"], 0, id="met"),
        pytest.param(["--require", "keras:tensorflow==2.15.*"], 1, id="loader-not-met"),
        pytest.param(["--require", "tensorflow>=2.14,<2.16"], 1, id="not-tested"),
        pytest.param(["--baseline", "old/report.json"], 0, id="only-told"),
        pytest.param(["--baseline", "old/report.json", "--fail-on-regression"], 1, id="worse"),
    ],
)
def test_code_says_whether_it_is_what_is_required(
    stored: Stored, tmp_path: Path, words: list[str], code: int
) -> None:
    old, new = stored("old", "2.15.1"), stored("new", "2.15.1")
    report([str(old)], tmp_path)
    document = json.loads((old / "report.json").read_text(encoding="utf-8"))
    # Then keras ran as well; now it fails.
    checks = document["models"][0]["cells"][0]["checks"]
    next(one for one in checks if one["loader"] == "keras").update(verdict="runs", loads=True)
    write_json(old / "report.json", document)
    results = Store(folder=new / "results")
    seen = {"0:saved_model": make_ran(1.0)}
    seen |= {f"0:keras:compile={compiled}": _failed() for compiled in (True, False)}
    results.write(make_outcome("2.15.1", seen))
    assert report([str(new), *words], tmp_path) == code


def test_run_without_an_answer_is_code_3_whatever_is_required(
    stored: Stored, tmp_path: Path
) -> None:
    folder = stored("a", "2.15.1")
    Store(folder=folder / "results").write(make_outcome("2.15.1", imported=False))
    assert report([str(folder), "--require", "2.15"], tmp_path) == 3


def test_github_is_told(
    stored: Stored,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert report([str(stored("a", "2.15.1")), "--require", "2.14"], tmp_path) == 1
    said = capsys.readouterr().out
    assert "::error title=Loadmatrix::m: 2.14 is required (loads): no answer for 2.14.1" in said
    assert "no answer for 2.14.1" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_what_is_said_of_the_gate_is_beside_the_report_of_this_run_alone(stored: Stored) -> None:
    place = stored("a", "2.15.1", loads=False)
    assert report([str(place), "--require", "2.15"], place.parent) == 1
    said = (place / "gate.txt").read_text(encoding="utf-8")
    assert "2.15 is required (loads): " in said
    assert 'name="requirements"' in (place / "junit.xml").read_text(encoding="utf-8")
    report([str(place)], place.parent)
    assert not (place / "gate.txt").exists()
    assert 'name="requirements"' not in (place / "junit.xml").read_text(encoding="utf-8")
