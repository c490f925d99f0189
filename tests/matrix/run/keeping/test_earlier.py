"""A run that is killed, or a rerun that is interrupted, loses nothing that is known."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from matrix.environments.environments import Environments
from matrix.errors import LoadmatrixError
from matrix.options.reading import read_options
from matrix.plan.plan_json import plan_document
from matrix.plan.planning import planned
from matrix.run.executor import PlannedRun, run_cells
from matrix.run.executors.nox import NoxExecutor
from matrix.run.keeping import earlier
from matrix.run.outcome import Outcome
from matrix.run.store import Store
from reports.jobs.report import report
from tests.builders import finish, make_cell, make_outcome, make_plan, make_ran
from tests.conftest import FakePython

NOXFILE = Path(__file__).resolve().parents[4] / "noxfile.py"
NOX = shutil.which("nox", path=str(Path(sys.executable).parent)) or "nox"
STARTED = datetime(2026, 1, 2, tzinfo=UTC)
RELEASES = ("2.14.1", "2.15.1")


def begin(store: Store, *, answers: tuple[str, ...] = ()) -> Store:
    """What lies there of a run that was killed when some cells had answered."""
    store.reset_for(plan_document(make_plan([make_cell(version) for version in RELEASES])), STARTED)
    for version in answers:
        store.write(make_outcome(version, {"0:saved_model": make_ran(1.0)}))
    return store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(folder=tmp_path / "compatibility" / "results")


def document_in(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "report.json").read_text(encoding="utf-8")))


def verdicts_in(folder: Path) -> dict[str, str]:
    (model,) = document_in(folder)["models"]
    return {cell["id"]: cell["verdict"] for cell in model["cells"]}


def test_killed_run_is_reported_with_what_it_had(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(store, answers=("2.14.1",))
    assert report([], tmp_path) == 0
    folder = store.folder.parent
    assert verdicts_in(folder) == {"2.14.1": "runs", "2.15.1": "not-run"}
    document = document_in(folder)
    assert (document["complete"], document["started"]) == (False, "2026-01-02T00:00:00+00:00")
    assert document["seconds"] > 0
    assert "was interrupted" in capsys.readouterr().out
    assert "was interrupted" in (folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", '{"schema": 1, "started": [1e999]}', "{"])
def test_run_whose_files_are_damaged_in_any_way_is_none(store: Store, text: str) -> None:
    begin(store, answers=("2.14.1",))
    store.run_file.write_text(text, encoding="utf-8")
    assert not earlier.is_complete(store)
    (store.cell_folder("2.14.1") / "outcome.json").write_text(text, encoding="utf-8")
    assert not earlier.answered(store)


def test_run_that_was_killed_by_an_older_version_is_reported_too(
    store: Store, tmp_path: Path
) -> None:
    begin(store, answers=("2.14.1",)).run_file.unlink()
    assert report([], tmp_path) == 0
    assert document_in(store.folder.parent)["complete"] is False


def test_facts_of_a_run_that_ended_are_kept(store: Store) -> None:
    begin(store).note_end(7.5, complete=True)
    known = store.run_facts()
    assert (known.started, known.seconds, known.complete) == (STARTED, 7.5, True)
    # Of another run in the same place nothing is believed.
    assert not begin(store).run_facts().complete


def test_killed_before_any_answer_the_run_before_it_is_reported(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(store, answers=RELEASES).note_end(7.5, complete=True)
    earlier.set_aside(store)
    begin(store).write(Outcome(cell="2.14.1", seconds=1.0, unavailable="no network"))
    assert report([], tmp_path) == 0
    assert "This report shows the run before it" in capsys.readouterr().out
    assert set(verdicts_in(store.folder.parent).values()) == {"runs"}
    assert document_in(store.folder.parent)["complete"] is True


def test_rerun_replaces_what_has_an_answer_and_keeps_what_is_not_its_own(store: Store) -> None:
    begin(store, answers=RELEASES)
    (store.folder / "thesis.txt").write_text("mine")
    (store.folder / "2019").mkdir()
    earlier.set_aside(store)
    begin(store)
    # A second one without an answer does not replace what was kept before.
    earlier.set_aside(store)
    begin(store)
    assert earlier.answered(earlier.interrupted(store))
    assert not earlier.answered(store)
    assert earlier.restore(store)
    assert earlier.answered(store)
    assert not earlier.restore(store)
    earlier.set_aside(begin(store, answers=RELEASES[:1]))
    earlier.forget(store)
    left = {path.name for path in store.folder.iterdir()}
    assert left == {"thesis.txt", "2019"}


def test_complete_run_is_kept_until_another_one_is_complete(store: Store) -> None:
    begin(store, answers=RELEASES).note_end(7.5, complete=True)
    earlier.set_aside(store)
    earlier.forget(begin(store, answers=RELEASES[:1]))
    assert earlier.previous(store).run_facts().seconds == 7.5
    # Nor does another call, which sets the interrupted run aside, take its place.
    earlier.set_aside(store)
    assert earlier.answered(earlier.interrupted(store))
    earlier.forget(begin(store, answers=RELEASES))
    assert not earlier.interrupted(store).folder.exists()
    assert earlier.previous(store).run_facts().seconds == 7.5
    store.note_end(9.0, complete=True)
    earlier.forget(store)
    assert not earlier.previous(store).folder.exists()
    assert earlier.latest(store) == store


def test_report_of_an_interrupted_run_leaves_that_of_the_complete_one_alone(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = store.folder.parent
    begin(store, answers=RELEASES).note_end(7.5, complete=True)
    assert report([], tmp_path) == 0
    before = {path: path.read_bytes() for path in out.iterdir() if path.is_file()}
    earlier.set_aside(store)
    begin(store, answers=RELEASES[:1])
    assert report([], tmp_path) == 0
    assert {path: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    assert verdicts_in(out / "interrupted") == {"2.14.1": "runs", "2.15.1": "not-run"}
    said = capsys.readouterr().out
    assert f"The report is in {out / 'interrupted'}." in said
    assert f"The report of the last complete run is still in {out}." in said
    assert report([str(earlier.previous(store).folder)], tmp_path) == 0
    assert {path: path.read_bytes() for path in out.iterdir() if path.is_file()} == before


def test_outcome_of_another_run_is_not_read(store: Store, tmp_path: Path) -> None:
    begin(store, answers=RELEASES)
    (store.cell_folder("2.14.1")).rename(tmp_path / "elsewhere")
    begin(store)
    (tmp_path / "elsewhere").rename(store.cell_folder("2.14.1"))
    assert store.read("2.14.1") is None
    # A cell of the run before that still goes on writes for that one.
    late = Store(folder=store.folder, run="the run before")
    late.write(make_outcome("2.15.1", {"0:saved_model": make_ran(1.0)}))
    assert store.read("2.15.1") is None
    assert late.read("2.15.1") is not None


@pytest.mark.parametrize("moved", range(3))
def test_move_that_was_cut_short_is_undone(store: Store, moved: int) -> None:
    begin(store, answers=RELEASES)
    kept = earlier.interrupted(store)
    kept.folder.mkdir()
    for name in ("2.14.1", "2.15.1", "run.json")[:moved]:
        (store.folder / name).rename(kept.folder / name)
    earlier.set_aside(store)
    assert earlier.restore(store)
    assert all(store.read(cell) for cell in RELEASES)
    assert not kept.folder.exists()


@pytest.fixture
def call(
    furnish: FakePython, model_named: Callable[[str], Path], tmp_path: Path
) -> Callable[[str], list[str]]:
    """The command line for a model of a name, in two cells that are fakes."""
    wanted = ["--tensorflow", ">=2.14,<2.16", "--envdir", str(tmp_path / "envs"), "--jobs", "1"]
    wanted += ["--output", str(tmp_path / "out")]
    options = read_options([str(model_named("some")), *wanted], tmp_path)
    for one in planned(options).cells:
        assert one.cell.shipped_lock
        lock = one.cell.shipped_lock.read_text(encoding="utf-8")
        place = options.envdir / "envs" / Environments.from_options(options)._name(one.cell, lock)
        furnish(place, "obedient")
        finish(place)
    command = [NOX, "-f", str(NOXFILE), "-s", "matrix", "--"]
    return lambda name: [*command, str(model_named(name)), *wanted]


def ended(command: list[str], number: int, ready: Callable[[], bool]) -> str:
    """What a run said that got a signal as soon as it was ready for it."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    while not ready():
        assert process.poll() is None
        time.sleep(0.1)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    if number == signal.SIGKILL:
        for one in below:
            # A cell may have ended on its own since.
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
    said, _ = process.communicate(timeout=90)
    return said


def test_early_interrupt_leaves_the_earlier_report_alone(
    call: Callable[[str], list[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    subprocess.run(call("loads"), check=True, capture_output=True, timeout=120)
    before = {path: path.read_bytes() for path in out.iterdir() if path.is_file()}
    assert set(verdicts_in(out).values()) == {"runs"}
    results = out / "results"

    def hanging() -> bool:
        begun = earlier.previous(Store(folder=results)).plan_file.exists()
        logs = results.glob("2*/all/log-0.txt") if begun else ()
        return any(b"stage=load" in log.read_bytes() for log in logs)

    said = ended(call("hangs"), signal.SIGINT, hanging)
    assert "the results of the earlier run" in said
    assert {path: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    assert report([str(out)], tmp_path) == 0
    assert set(verdicts_in(out).values()) == {"runs"}


def test_run_that_is_killed_between_two_cells_can_be_reported(
    call: Callable[[str], list[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    results = out / "results"
    ended(call("loads"), signal.SIGKILL, lambda: any(results.glob("2*/outcome.json")))
    assert not (out / "report.json").exists()
    assert report([str(results)], tmp_path) == 0
    assert "runs" in verdicts_in(out).values()
    assert document_in(out)["complete"] is False


def test_killed_run_is_continued_by_the_same_command(
    call: Callable[[str], list[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    results = out / "results"
    command = call("loads")
    ended(command, signal.SIGKILL, lambda: any(results.glob("2*/outcome.json")))
    (done,) = results.glob("2*/outcome.json")
    before = done.read_bytes()
    (out / "report.json").write_text('{"complete": true}')
    again = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stdout
    assert "1 of 2 cells are done." in again.stdout
    assert f"probe({done.parent.name})" not in again.stdout
    assert done.read_bytes() == before
    assert set(verdicts_in(out).values()) == {"runs"}
    assert document_in(out)["complete"] is True
    assert not (results / earlier.COMPLETE).exists()


def test_nox_that_is_killed_is_no_complete_run(store: Store, tmp_path: Path) -> None:
    noxfile = tmp_path / "noxfile.py"
    text = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    noxfile.write_text(text, encoding="utf-8")
    begin(store, answers=("2.14.1",))
    plan = make_plan([make_cell(version) for version in RELEASES])
    options = read_options(["m", "--output", str(tmp_path)], tmp_path)
    run = PlannedRun.of(plan, options, store, noxfile)
    assert run_cells(NoxExecutor(), [run]) is False


def test_place_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadmatrixError, match="does not contain the results of a run"):
        report(["nowhere"], tmp_path)
