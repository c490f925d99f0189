"""A plan that was made on one machine is run on another: it names versions, never places."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from matrix.environments.environments import Environments
from matrix.environments.programs.interpreters import installed
from matrix.options.reading import read_options
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_document, plan_from
from matrix.plan.planning import planned
from tests.builders import make_release

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the Pythons are shell scripts")
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
RELEASE = make_release("2.99.0", pythons=(MINOR,), installed_mb=1)

Move = Callable[[str], Path]


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Go to a machine: a home and one Python in a place of its own, and nothing else."""

    def moved(name: str) -> Path:
        home = tmp_path / name
        python = home / "opt" / f"python{MINOR}"
        python.parent.mkdir(parents=True)
        real = Path(sys.executable).resolve()
        started = home / "started"
        python.write_text(f'#!/bin/sh\necho x >> {started}\nexec {real} "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        for variable in ("PYENV_ROOT", "ASDF_DATA_DIR", "RYE_PY_ROOT", "UV_PYTHON_INSTALL_DIR"):
            monkeypatch.setenv(variable, str(home / variable.lower()))
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("PATH", f"{python.parent}:/usr/bin:/bin")
        installed.cache_clear()
        return python

    yield moved
    installed.cache_clear()


def plan_made_here(model: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    monkeypatch.setattr("matrix.plan.planning.catalogue", lambda: (RELEASE,))
    words = [str(model), "--tensorflow", "2.99", "--python", MINOR]
    return planned(read_options([*words, "--envdir", str(folder / "envs")], folder))


def test_plan_holds_no_place_of_the_machine_that_made_it(
    move: Move, tmp_path: Path, model_named: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    python = move("first")
    plan = plan_made_here(model_named("loads"), tmp_path / "first", monkeypatch)
    document = json.dumps(plan_document(plan))
    assert plan.cells[0].unavailable is None
    for place in (str(python.parents[1]), sys.prefix, sys.base_prefix, str(Path.home())):
        assert place not in document


def test_plan_of_one_machine_is_run_with_the_python_of_another(
    move: Move, tmp_path: Path, model_named: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    move("first")
    plan = plan_made_here(model_named("loads"), tmp_path / "first", monkeypatch)
    document = json.dumps(plan_document(plan))
    python = move("second")
    (python.parents[1] / "started").unlink(missing_ok=True)
    cell = plan_from(json.loads(document), [RELEASE]).cells[0].cell
    environments = Environments(folder=tmp_path / "second" / "cache", backend="venv")
    lock = environments.folder / "locks" / cell.lock_name
    lock.parent.mkdir(parents=True)
    lock.write_text("# nothing to install\n", encoding="utf-8")
    with environments.ready(cell) as built:
        assert built.exists()
    # Asked for its version, then told to make the environment.
    starts = (python.parents[1] / "started").read_text(encoding="utf-8")
    assert starts.count("x") == 2
    kept = json.loads((environments.folder / "interpreters.json").read_text(encoding="utf-8"))
    assert kept == {MINOR: str(python)}
