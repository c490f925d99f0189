"""`loadmatrix.run` without TensorFlow: its errors, what it leaves alone, what it leaves behind."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import loadmatrix
from loadmatrix import run_process, running
from matrix.options.options import Options
from reports.jobs.python.answers import Answer
from tests.builders import make_report, make_sample
from tests.tiny_models import saved_model

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class _Ended:
    """Two runs side by side in threads: the state of this process, and what each of them gave."""

    folder: Path
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    printed: str
    quiet: loadmatrix.LoadmatrixError
    kept: loadmatrix.LoadmatrixError


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Ended]:
    """One that leaves nothing and prints nothing, and one that has an output folder and prints."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "temporary").mkdir()
    # What the folder of the caller configures is for the command.
    (folder / "pyproject.toml").write_text("[tool.loadmatrix]\nunknown = 1\n")
    saved_model(folder / "model")
    errors = dict[str, loadmatrix.LoadmatrixError]()

    def run(release: str, **more: Any) -> None:
        try:
            loadmatrix.run("model", tensorflow=release, envdir="envs", jobs=1, **more)
        except loadmatrix.LoadmatrixError as error:
            errors[release] = error

    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
        patch.chdir(folder)
        patch.setattr(tempfile, "tempdir", str(folder / "temporary"))
        patch.setenv("LOADMATRIX_KNOWN", "off")
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        for name in ("UV_OFFLINE", "UV_NO_INDEX", "PIP_NO_INDEX"):
            patch.setenv(name, "1")
        before = _state()
        other = threading.Thread(
            target=run, args=("2.14",), kwargs={"output": "out", "progress": True}
        )
        other.start()
        run("2.15")
        other.join()
        yield _Ended(
            folder=folder,
            before=before,
            after=_state(),
            printed=said.getvalue(),
            quiet=errors["2.15"],
            kept=errors["2.14"],
        )


def _state() -> tuple[Any, ...]:
    root, ours = logging.getLogger(), logging.getLogger("loadmatrix")
    return (
        Path.cwd(),
        dict(os.environ),
        [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        [(log.level, list(log.handlers), log.propagate) for log in (root, ours)],
        list(sys.path),
    )


def test_run_without_an_answer_is_an_error_with_its_report(ended: _Ended) -> None:
    for error, cell in ((ended.quiet, "2.15.1"), (ended.kept, "2.14.1")):
        assert isinstance(error, loadmatrix.NothingTestable)
        assert error.exit_code == 3
        assert str(error).startswith(f"No cell gave an answer.\n{cell}: ")
        cells = error.report.models[0].cells
        assert [(one.id, one.verdict) for one in cells] == [(cell, "unavailable")]


def test_run_leaves_the_process_of_its_caller_alone(ended: _Ended) -> None:
    assert ended.before == ended.after


def test_run_leaves_no_file_that_nobody_asked_for(ended: _Ended) -> None:
    names = {path.name for path in ended.folder.iterdir()}
    assert names <= {"cache", "envs", "model", "out", "pyproject.toml", "temporary"}
    assert list((ended.folder / "temporary").iterdir()) == []


def test_report_in_the_output_folder_is_the_one_that_is_given(ended: _Ended) -> None:
    assert loadmatrix.read_report(ended.folder / "out") == ended.kept.report
    text = (ended.folder / "out" / "report.json").read_text(encoding="utf-8")
    assert json.loads(ended.kept.report.to_json()) == json.loads(text)
    assert (ended.folder / "out" / "report.html").exists()


def test_only_progress_is_printed_and_where_python_prints(ended: _Ended) -> None:
    # Both inspect the model: one of them says so.
    assert ended.printed.count("Inspecting model.") == 1
    assert "[1/1] 2.14.1" in ended.printed


def test_removed_report_is_not_said_to_be_there(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended(options: Options, *, progress: bool) -> Answer:
        path = options.output / "report.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(make_report(make_sample()).to_json())
        print(f"The report is in {options.output}.", progress)
        return Answer(code=0, report=str(path))

    monkeypatch.setattr(running, "run_apart", ended)
    assert loadmatrix.run(model, progress=True) == make_report(make_sample())
    assert "is removed. Give `output`" in capsys.readouterr().out.splitlines()[-1]


def test_report_is_shown_in_a_few_words(ended: _Ended) -> None:
    report = ended.kept.report
    assert repr(report) == "<Report of <ModelReport model (SavedModel): 1 cells>>"
    assert repr(report.models[0].cells[0]) == "<CellReport 2.14.1: unavailable>"
    assert str(report).startswith("model (SavedModel)\n")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model, and a place for temporary files of which one can say that nothing is left."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return saved_model(tmp_path / "model")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "No model was given"),
        ({"models": ["--help"]}, "--help does not exist"),
        ({"models": ["."], "isolation": "strong"}, "^isolation strong is not valid"),
        ({"models": ["."], "require": "2.99"}, "matches none of the known releases"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_call_is_told_in_the_names_of_arguments(
    given: dict[str, Any], said: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model)
    models = given.pop("models", [])
    with pytest.raises(loadmatrix.UsageError, match=said) as error:
        loadmatrix.run(*models, **given)
    assert error.value.report is None


def test_run_that_dies_says_what_it_said_last(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os, sys; print('the last words', flush=True); os._exit(7)\n")
    monkeypatch.setattr(run_process, "_CHILD", child)
    with pytest.raises(loadmatrix.LoadmatrixError, match=r"exit code 7 .*\n +the last words$"):
        loadmatrix.run(model)


_WAITS = """
import pathlib, signal, sys, time
try:
    pathlib.Path(sys.argv[1], "begun").touch()
    time.sleep(60)
except KeyboardInterrupt:
    pathlib.Path({place!r}).write_text("interrupted")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="consoles send interrupts there")
def test_interrupt_ends_the_run_and_passes_through(model: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    child = tmp_path / "child.py"
    child.write_text(_WAITS.format(place=str(told)))
    code = (
        "import pathlib, tempfile, loadmatrix\n"
        "from loadmatrix import run_process\n"
        f"tempfile.tempdir = {str(tmp_path / 'temporary')!r}\n"
        f"run_process._CHILD = pathlib.Path({str(child)!r})\n"
        f"loadmatrix.run({str(model)!r})\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        while not list((tmp_path / "temporary").glob("*/begun")):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    assert told.read_text() == "interrupted"
    assert list((tmp_path / "temporary").iterdir()) == []
