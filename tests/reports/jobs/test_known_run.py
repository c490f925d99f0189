"""The whole job twice, with real probes and fakes: what was measured is not measured again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matrix.environments.environments import Environments
from matrix.environments.stamp import STAMP
from matrix.known.recorded import ANSWERS
from matrix.options.reading import read_options
from matrix.plan import planning
from reports.jobs.exit_code import exit_code_of
from reports.jobs.matrix import matrix
from reports.jobs.probe import probe
from tests.builders import finish
from tests.conftest import FakePython

Copied = Callable[[str], Path]
CELLS = ["2.14.1", "2.15.1"]


class Calls:
    """Calls of the job in two cells, with what came of the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "out"

    def words(self, *words: object) -> list[str]:
        usual = ["--tensorflow", ">=2.14,<2.16", "--executor", "in-process", "--offline"]
        usual += ["--envdir", str(self.folder / "envs"), "--output", str(self.output)]
        return [*map(str, words), *usual]

    def run(self, *words: object) -> int:
        return exit_code_of(
            lambda asked: matrix(asked, self.folder, self.folder / "no-noxfile.py"),
            self.words(*words),
        )

    @property
    def report(self) -> dict[str, Any]:
        return dict(json.loads((self.output / "report.json").read_text(encoding="utf-8")))

    @property
    def sources(self) -> list[list[str]]:
        return [[cell["source"] for cell in model["cells"]] for model in self.report["models"]]

    @property
    def probed(self) -> dict[str, list[str]]:
        """The checks of each cell that a probe was asked to do in the last run."""
        requests = sorted((self.output / "results").glob("2*/all/request.json"))
        return {
            path.parents[1].name: [
                check["check"] for check in json.loads(path.read_text("utf-8"))["checks"]
            ]
            for path in requests
        }

    @property
    def entries(self) -> list[Path]:
        return sorted((self.folder / "known").iterdir())


@pytest.fixture
def calls(furnish: FakePython, model_named: Copied, tmp_path: Path) -> Calls:
    """Two releases whose environments have a fake."""
    made = Calls(tmp_path)
    options = read_options(made.words(model_named("for-planning")), tmp_path)
    environments = Environments.from_options(options)
    for planned in planning.planned(options).cells:
        name = environments.known_name(planned.cell)
        assert name is not None
        furnish(options.envdir / "envs" / name, "obedient")
        finish(options.envdir / "envs" / name)
    return made


def timeless(value: Any) -> Any:
    """A report without what is of one run: when it began, how long it took, what was reused."""
    of_a_run = ("started", "seconds", "source", "measured_at")
    if isinstance(value, dict):
        return {key: timeless(one) for key, one in value.items() if key not in of_a_run}
    return [timeless(one) for one in value] if isinstance(value, list) else value


def test_unchanged_call_runs_no_cell_and_reports_the_same(
    calls: Calls, model_named: Copied, capsys: pytest.CaptureFixture[str]
) -> None:
    model = model_named("loads")
    assert calls.run(model) == 0
    assert list(calls.probed) == CELLS
    first = calls.report
    capsys.readouterr()
    assert calls.run(model) == 0
    assert calls.probed == {}
    assert calls.sources == [["reused", "reused"]]
    assert timeless(calls.report) == timeless(first)
    assert (
        "Known from earlier runs: 2 of 2 cells; --fresh measures them again."
        in capsys.readouterr().out
    )
    # Also where it is written elsewhere, and where the results of the run before are gone.
    calls.output = calls.folder / "elsewhere"
    assert calls.run(model) == 0
    assert calls.probed == {}
    assert timeless(calls.report) == timeless(first)


def test_fresh_measures_again_and_keeps_that(calls: Calls, model_named: Copied) -> None:
    model = model_named("loads")
    calls.run(model)
    before = [path.stat().st_mtime_ns for path in calls.entries]
    calls.run(model, "--fresh")
    assert list(calls.probed) == CELLS
    assert calls.sources == [["measured", "measured"]]
    after = [path.stat().st_mtime_ns for path in calls.entries]
    assert all(one != two for one, two in zip(before, after, strict=True))


def test_one_more_model_is_the_only_one_that_is_run(calls: Calls, model_named: Copied) -> None:
    first, second = model_named("loads"), model_named("loads_slowly_no_it_does_not")
    shutil.copytree(first, second, dirs_exist_ok=True)
    calls.run(second)
    calls.run(first, second)
    assert calls.sources == [["measured"] * 2, ["reused"] * 2]
    assert {check[0] for checks in calls.probed.values() for check in checks} == {"0"}
    calls.run(first, second)
    assert calls.sources == [["reused"] * 2] * 2
    assert calls.probed == {}


def test_entry_that_is_gone_or_damaged_costs_its_cell(calls: Calls, model_named: Copied) -> None:
    model = model_named("loads")
    calls.run(model)
    answers = [path for path in calls.entries if b'"outcome"' in path.read_bytes()]
    assert len(answers) == 2
    answers[0].unlink()
    calls.run(model)
    assert sorted(calls.sources[0]) == ["measured", "reused"]
    answers[1].write_bytes(answers[1].read_bytes().replace(b"2.1", b"2.2"))
    calls.run(model)
    assert sorted(calls.sources[0]) == ["measured", "reused"]


@pytest.mark.parametrize(
    ("words", "cells"),
    [
        (["--timeout", "70"], CELLS),
        (["--memory", "1GB"], CELLS),
        (["--isolation", "off"], CELLS),
        (["--no-remedies"], []),
        (["--loader", "saved_model"], []),
        (["--rtol", "0.1"], []),
        (["--jobs", "1"], []),
    ],
    ids=str,
)
def test_changed_option_runs_what_it_must(
    calls: Calls, model_named: Copied, words: list[str], cells: list[str]
) -> None:
    model = model_named("loads")
    calls.run(model)
    calls.run(model, *words)
    assert list(calls.probed) == cells


@pytest.mark.parametrize(
    ("name", "cells"), [("raises", []), ("segfaults", []), ("hangs", CELLS)], ids=str
)
def test_failures_and_crashes_are_answers_and_no_answer_is_tried_again(
    calls: Calls, model_named: Copied, name: str, cells: list[str]
) -> None:
    model = model_named(name)
    calls.run(model, "--timeout", "3", "--loader", "saved_model", "--no-remedies")
    first = calls.report
    calls.run(model, "--timeout", "3", "--loader", "saved_model", "--no-remedies")
    assert list(calls.probed) == cells
    if not cells:
        assert timeless(calls.report) == timeless(first)


def test_changed_model_is_measured(calls: Calls, model_named: Copied) -> None:
    model = model_named("loads")
    calls.run(model)
    (model / "assets.extra").mkdir(exist_ok=True)
    (model / "assets.extra" / "more").write_text("more")
    calls.run(model)
    assert list(calls.probed) == CELLS


def test_inputs_of_the_caller_decide_by_what_is_in_them(calls: Calls, model_named: Copied) -> None:
    model, inputs = model_named("loads"), calls.folder / "inputs.json"
    for value, cells in ((1.0, CELLS), (1.0, []), (2.0, CELLS)):
        inputs.write_text(json.dumps({"x": [value]}))
        assert calls.run(model, "--inputs", inputs) == 0
        assert list(calls.probed) == cells


def test_single_cell_measures_always_and_keeps_what_it_saw(
    calls: Calls, model_named: Copied
) -> None:
    model = model_named("loads")
    for _ in range(2):
        words = calls.words(model)
        assert exit_code_of(lambda asked: probe(asked, calls.folder, "2.15.1"), words) == 0
        assert (calls.output / "probe" / "2.15.1" / "all" / "events.jsonl").exists()
    calls.run(model)
    assert calls.sources == [["measured", "reused"]]


def test_fast_run_counts_what_is_known_as_measured(calls: Calls, model_named: Copied) -> None:
    model = model_named("loads")
    calls.run(model)
    calls.run(model, "--fast")
    assert calls.probed == {}
    assert calls.sources == [["reused", "reused"]]


def test_plan_builds_nothing_for_what_is_known(
    calls: Calls, model_named: Copied, capsys: pytest.CaptureFixture[str]
) -> None:
    model = model_named("loads")
    calls.run(model)
    for stamp in (calls.folder / "envs" / "envs").glob(f"*/{STAMP}"):
        stamp.unlink()
    capsys.readouterr()
    calls.run(model, "--plan")
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "not needed" in line]
    assert row.startswith("2.14 - 2.15 ")
    calls.run(model, "--plan", "--fresh")
    assert "2 environments to build" in capsys.readouterr().out
    # Nor does a run.
    assert calls.run(model) == 0
    assert calls.sources == [["reused", "reused"]]


def test_nothing_is_kept_where_that_is_wanted(
    calls: Calls, model_named: Copied, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_named("loads")
    monkeypatch.setenv("LOADMATRIX_KNOWN", "off")
    for _ in range(2):
        calls.run(model)
        assert list(calls.probed) == CELLS
    assert not (calls.folder / "known").exists()


def empty(folder: Path) -> None:
    """Have nothing known, as on another machine."""
    shutil.rmtree(folder / "known")


@pytest.mark.parametrize("beside", [False, True])
def test_results_of_a_baseline_are_known_where_the_cache_is_not(
    calls: Calls, model_named: Copied, *, beside: bool
) -> None:
    model = model_named("loads")
    calls.run(model)
    first = calls.report
    empty(calls.folder)
    last = calls.output
    if not beside:
        calls.output = calls.folder / "new"
    assert calls.run(model, "--baseline", last) == 0
    assert calls.sources == [["reused", "reused"]]
    assert calls.probed == {}
    assert timeless(calls.report) == timeless(first)
    # And what was reused serves once more.
    again = calls.output
    calls.output = calls.folder / "newer"
    empty(calls.folder)
    calls.run(model, "--baseline", again / "report.json")
    assert calls.sources == [["reused", "reused"]]


def test_baseline_without_keys_or_of_another_model_is_not_believed(
    calls: Calls, model_named: Copied
) -> None:
    model = model_named("loads")
    calls.run(model)
    last = calls.output
    calls.output = calls.folder / "new"
    # One cell has no key, the other says something else than when it was measured.
    (last / "results" / "2.14.1" / ANSWERS).unlink()
    outcome = last / "results" / "2.15.1" / "outcome.json"
    document = json.loads(outcome.read_text("utf-8"))
    for record in document["verification"]["checks"].values():
        record["stage"] = "import"
    outcome.write_text(json.dumps(document), encoding="utf-8")
    empty(calls.folder)
    calls.run(model, "--baseline", last)
    assert calls.sources == [["measured", "measured"]]


def test_divided_runs_serve_each_other(calls: Calls, model_named: Copied) -> None:
    first, second = model_named("loads"), model_named("loads_slowly_no_it_does_not")
    shutil.copytree(first, second, dirs_exist_ok=True)
    calls.run(first, second, "--shard", "1/1")
    assert calls.sources == [["measured", "measured"]] * 2
    assert (calls.output / "results" / "parts" / "00001").is_dir()
    last = calls.output
    calls.output = calls.folder / "new"
    empty(calls.folder)
    calls.run(second, first, "--shard", "1/1", "--baseline", last)
    assert calls.sources == [["reused", "reused"]] * 2
    # And ordinary ones.
    calls.output = calls.folder / "newer"
    empty(calls.folder)
    calls.run(second, "--baseline", last)
    assert calls.sources == [["reused", "reused"]]


def test_baseline_answers_nothing_of_other_bytes(calls: Calls, model_named: Copied) -> None:
    model = model_named("loads")
    calls.run(model)
    last = calls.output
    calls.output = calls.folder / "new"
    empty(calls.folder)
    (model / "more").write_text("bytes", encoding="utf-8")
    calls.run(model, "--baseline", last)
    assert calls.sources == [["measured", "measured"]]


def test_baseline_answers_for_the_models_that_it_has(calls: Calls, model_named: Copied) -> None:
    first, second = model_named("loads"), model_named("loads_slowly_no_it_does_not")
    shutil.copytree(first, second, dirs_exist_ok=True)
    calls.run(second)
    last = calls.output
    calls.output = calls.folder / "new"
    empty(calls.folder)
    calls.run(first, second, "--baseline", last)
    assert calls.sources == [["measured"] * 2, ["reused"] * 2]
    last = calls.output
    calls.output = calls.folder / "newer"
    empty(calls.folder)
    calls.run(first, second, "--baseline", last)
    assert calls.sources == [["reused"] * 2] * 2
