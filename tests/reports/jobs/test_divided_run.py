"""A run of many models: divided into parts, stopped and continued, with one report of all."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from matrix.errors import LoadmatrixError, UsageError
from matrix.models_list.shard import Shard
from matrix.options.reading import read_options
from matrix.parts.index import PartsIndex, is_index
from matrix.parts.pool import Done, Pool
from matrix.run.executor import Ended, PlannedRun
from matrix.run.executors import registry
from reports.jobs.divided.run import sweep_divided
from reports.jobs.matrix import matrix
from tests.builders import make_outcome, make_ran

CELLS = ("2.14.1", "2.15.1")
PART = 2


class Quick:
    """An executor whose cells have answers at once; it `loses` some, or is `stopped` after some."""

    def __init__(self) -> None:
        self.ran: list[tuple[int, str]] = []
        self.loses: set[tuple[int, str]] = set()
        self.stopped: int | None = None

    def outcomes(self, runs: Iterable[PlannedRun]) -> Generator[Ended, None, None]:
        for run in runs:
            for cell in run.cells:
                if len(self.ran) == self.stopped:
                    raise KeyboardInterrupt
                self.ran.append((run.part, cell))
                if (run.part, cell) not in self.loses:
                    yield Ended(run=run, outcome=make_outcome(cell, self._records(run, cell)))

    def _records(self, run: PlannedRun, cell: str) -> dict[str, Any]:
        return {check.id: make_ran(1.0) for check in run.plan.cell(cell).checks}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Quick:
    executor = Quick()
    monkeypatch.setattr(registry, "EXECUTORS", {"quick": executor})
    monkeypatch.setenv("LOADMATRIX_KNOWN", "off")
    return executor


Call = Callable[..., int]


@pytest.fixture
def models(model_named: Callable[[str], Path]) -> list[Path]:
    return [model_named(f"model-{number}") for number in range(5)]


@pytest.fixture
def call(models: Sequence[Path], quick: Quick, tmp_path: Path) -> Call:
    """The job over five models and one that is not there, two to a part, in two cells."""
    assert quick.ran == []

    def run(*more: str) -> int:
        words = [*map(str, models), str(tmp_path / "absent"), "--executor", "quick", *more]
        words += ["--tensorflow", ">=2.14,<2.16", "--output", str(tmp_path / "out")]
        options = read_options([*words, "--envdir", str(tmp_path / "envs")], tmp_path)
        now, clock = datetime.now(UTC), time.monotonic()
        return sweep_divided(options, tmp_path / "no-noxfile.py", now, clock, PART)

    return run


def report_in(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "report.json").read_text(encoding="utf-8")))


def verdicts_in(report: dict[str, Any]) -> list[list[str]]:
    return [[cell["verdict"] for cell in model["cells"]] for model in report["models"]]


def test_all_parts_are_run_and_make_one_report(call: Call, quick: Quick, tmp_path: Path) -> None:
    # One of the models cannot be tested.
    assert call() == 3
    assert sorted(quick.ran) == [(part, cell) for part in (1, 2, 3) for cell in CELLS]
    report = report_in(tmp_path / "out")
    assert report["complete"] is True
    names = [Path(model["path"]).name for model in report["models"]]
    assert names == [*(f"model-{number}" for number in range(5)), "absent"]
    assert verdicts_in(report) == [["runs", "runs"]] * 5 + [[]]
    index = PartsIndex.read(tmp_path / "out" / "results")
    assert [part.places for part in index.parts] == [(0, 1), (2, 3), (4, 5)]
    assert index.complete


def test_run_that_was_stopped_is_continued(call: Call, quick: Quick, tmp_path: Path) -> None:
    quick.stopped = 3
    with pytest.raises(KeyboardInterrupt):
        call()
    report = report_in(tmp_path / "out")
    assert report["complete"] is False
    seen = verdicts_in(report)
    assert seen[:2] == [["runs", "runs"]] * 2
    assert [sorted(cells) for cells in seen[2:4]] == [["not-run", "runs"]] * 2
    assert seen[4] == ["not-run", "not-run"]
    before, quick.stopped, quick.ran = set(quick.ran), None, []
    assert call() == 3
    assert before.isdisjoint(quick.ran)
    assert len(before) + len(quick.ran) == len(CELLS) * 3
    report = report_in(tmp_path / "out")
    assert (report["complete"], verdicts_in(report)[:5]) == (True, [["runs", "runs"]] * 5)


def test_cells_that_are_lost_are_named_and_tried_again(
    call: Call, quick: Quick, tmp_path: Path
) -> None:
    quick.loses = {(2, "2.15.1")}
    with pytest.raises(LoadmatrixError, match=r"killed: 2\.15\.1 of part 2\."):
        call()
    assert verdicts_in(report_in(tmp_path / "out"))[2] == ["runs", "not-run"]
    quick.loses, quick.ran = set(), []
    assert call() == 3
    assert quick.ran == [(2, "2.15.1")]


def test_run_without_an_answer_leaves_what_was_there(
    call: Call, quick: Quick, tmp_path: Path
) -> None:
    call()
    before = (tmp_path / "out" / "report.json").read_bytes()
    quick.ran, quick.stopped = [], 0
    with pytest.raises(KeyboardInterrupt):
        call("--fresh")
    assert (tmp_path / "out" / "report.json").read_bytes() == before
    results = tmp_path / "out" / "results"
    assert PartsIndex.read(results).complete
    assert (results / "parts" / "00002" / "2.15.1" / "outcome.json").exists()


def test_card_of_many_models_is_refused(call: Call, quick: Quick) -> None:
    with pytest.raises(UsageError, match="--card writes the result of one model"):
        call("--card", "README.md")
    assert quick.ran == []


def test_models_of_somebody_else_are_never_replaced(
    call: Call, quick: Quick, models: Sequence[Path], tmp_path: Path
) -> None:
    (tmp_path / "out" / "models").mkdir(parents=True)
    mine = tmp_path / "out" / "models" / "mine.h5"
    mine.write_text("precious")
    with pytest.raises(UsageError, match=r"mine\.h5\. Choose another --output"):
        call()
    words = [str(models[0]), "--tensorflow", "==2.15.*", "--executor", "quick"]
    words += ["--output", str(tmp_path / "out"), "--envdir", str(tmp_path / "envs")]
    assert matrix(words, tmp_path, tmp_path / "no-noxfile.py") == 0
    assert mine.read_text() == "precious"
    assert quick.ran == [(0, "2.15.1")]


def test_run_that_is_not_divided_replaces_one_that_is(
    call: Call, models: Sequence[Path], tmp_path: Path
) -> None:
    call()
    results = tmp_path / "out" / "results"
    words = [str(models[0]), "--tensorflow", "==2.15.*", "--executor", "quick"]
    words += ["--output", str(tmp_path / "out"), "--envdir", str(tmp_path / "envs")]
    assert matrix(words, tmp_path, tmp_path / "no-noxfile.py") == 0
    assert not is_index(results)
    assert not (results / "parts").exists()
    call()
    assert is_index(results)
    assert not (results / "plan.json").exists()


def test_shard_of_few_models_is_a_run_of_parts(
    models: Sequence[Path], quick: Quick, tmp_path: Path
) -> None:
    words = [*map(str, models), "--executor", "quick", "--tensorflow", "==2.15.*"]
    words += ["--envdir", str(tmp_path / "envs")]
    seen: list[str] = []
    for number in (1, 2, 3):
        out = tmp_path / f"shard-{number}"
        more = ["--shard", f"{number}/3", "--output", str(out)]
        assert matrix([*words, *more], tmp_path, tmp_path / "no-noxfile.py") == 0
        index = PartsIndex.read(out / "results")
        assert (str(index.shard), len(index.names)) == (f"{number}/3", 5)
        seen += [Path(model["path"]).name for model in report_in(out)["models"]]
    assert sorted(seen) == sorted(model.name for model in models)
    assert quick.ran
    # A job that has the output of another one does not replace what that has found.
    more = ["--shard", "1/3", "--output", str(tmp_path / "shard-3")]
    with pytest.raises(UsageError, match=r"has shard 3/3 of the same list, which shard 1/3 would"):
        matrix([*words, *more], tmp_path, tmp_path / "no-noxfile.py")
    assert str(PartsIndex.read(tmp_path / "shard-3" / "results").shard) == "3/3"


def test_shard_without_models_is_no_failure_unless_its_report_cannot_be_written(
    models: Sequence[Path], quick: Quick, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = [str(models[0]), "--executor", "quick", "--tensorflow", "==2.15.*"]
    words += ["--envdir", str(tmp_path / "envs"), "--output", str(out)]
    numbers = (1, 2, 3)
    empty = next(n for n in numbers if not Shard(n, 3).has(str(models[0])))
    words += ["--shard", f"{empty}/3"]
    assert matrix([*words, "--plan"], tmp_path, tmp_path / "no-noxfile.py") == 0
    assert f"Shard {empty}/3 has none of the models" in capsys.readouterr().out
    assert matrix(words, tmp_path, tmp_path / "no-noxfile.py") == 0
    assert json.loads((out / "badge.json").read_text())["message"] == "not tested"
    (out / "report.json").unlink()
    (out / "report.json").mkdir()
    assert matrix(words, tmp_path, tmp_path / "no-noxfile.py") == 2
    assert quick.ran == []


def test_part_that_cannot_be_prepared_is_not_taken_for_the_one_before_it(
    quick: Quick, models: Sequence[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*some: Path) -> int:
        words = [*map(str, some), "--executor", "quick", "--tensorflow", "==2.15.*"]
        words += ["--output", str(tmp_path / "out"), "--envdir", str(tmp_path / "envs")]
        options = read_options(words, tmp_path)
        now, clock = datetime.now(UTC), time.monotonic()
        return sweep_divided(options, tmp_path / "no-noxfile.py", now, clock, PART)

    assert run(*models[:4]) == 0
    assert quick.ran
    each = Pool.each

    def dying(pool: Pool, tasks: Iterable[Callable[[], Any]]) -> Iterator[tuple[int, Done[Any]]]:
        yield 0, Done(value=None)
        yield from ((number + 1, done) for number, done in each(pool, list(tasks)[1:]))

    monkeypatch.setattr(Pool, "each", dying)
    with pytest.raises(LoadmatrixError, match="1 of 2 parts could not be prepared"):
        run(models[4], *models[1:4])
    report = report_in(tmp_path / "out" / "interrupted")
    told = [Path(model["path"]).name for model in report["models"]]
    assert told == [model.name for model in (models[4], *models[1:4])]
    assert verdicts_in(report) == [[], [], ["runs"], ["runs"]]
    assert "was killed twice, perhaps for lack of memory" in report["models"][0]["untested"]
    assert not report["complete"]
