"""The probe: what it writes, whatever a model prints or raises, and that old Pythons can run it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from matrix.catalogue.runtime import PROBE
from matrix.environments.programs import interpreters
from matrix.run.probe_output.records import ErrorRecord
from matrix.run.probe_process import CAN_FORK
from tests.conftest import LIMITS, FakePython, MakeCheck, Verified

SOURCE = PROBE.read_text(encoding="utf-8")
FILES = sorted(PROBE.parent.rglob("*.py"))
NAMES = [path.relative_to(PROBE.parent).as_posix() for path in FILES]
every_file = pytest.mark.parametrize("path", FILES, ids=NAMES)


def lines(folder: Path, name: str = "all") -> list[dict[str, Any]]:
    """Every line of a results file; each must be JSON."""
    raw = (folder / "probe" / name / "events.jsonl").read_bytes()
    return [json.loads(line) for line in raw.splitlines() if line]


def error_of(folder: Path) -> dict[str, Any]:
    (failed,) = [line for line in lines(folder) if line["event"] == "failed"]
    return dict(failed["error"])


def pyenv(folder: str) -> Iterator[Path]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from (root / "versions").glob(f"{folder}.*/bin/python{folder}")


@pytest.mark.skipif(not CAN_FORK, reason="checks are forked on Linux only")
def test_events_come_in_the_order_of_the_contract(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "loads")
    told = [line["event"] for line in lines(tmp_path)]
    assert told[:2] == ["start", "import"]
    check = ["check", "stage", "loaded", "stage", "ran", "exit"]
    # The last line is how the probe itself ended.
    assert told[2:] == [*check, "end", "exit"]


def test_docstring_and_readme_name_every_event() -> None:
    emitted = {
        str(node.args[0].value)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "emit"
        and isinstance(node.args[0], ast.Constant)
    }
    contract = ast.get_docstring(ast.parse(SOURCE)) or ""
    readme = PROBE.with_name("README.md").read_text(encoding="utf-8")
    examples = [json.loads(line) for line in readme.splitlines() if line.startswith('{"event"')]
    assert emitted == {one["event"] for one in examples}
    assert all(f"\n    {event} " in contract for event in emitted)


@pytest.mark.parametrize("fake", ["noisy", "obedient"])
def test_results_are_pure_whatever_is_printed(
    verified: Verified, tmp_path: Path, fake: str
) -> None:
    seen = verified(fake, "prints", "loads")
    assert {line["event"] for line in lines(tmp_path)}.isdisjoint({"failed"})
    assert seen.probe.imported
    assert [record.loaded for record in seen.checks.values()] == [True, True]


def test_what_is_printed_is_in_the_log(verified: Verified, tmp_path: Path) -> None:
    verified("noisy", "loads")
    log = (tmp_path / "probe" / "all" / "log.txt").read_text(encoding="utf-8", errors="replace")
    # print, stderr, two descriptors, a child process, the C library
    assert log.count('{"event": "import", "ok": false}') == 6


@pytest.mark.parametrize("name", ["segfaults", "segfaults_when_run", "hangs", "exits_at_once"])
def test_results_are_pure_after_a_death(verified: Verified, tmp_path: Path, name: str) -> None:
    verified("obedient", "loads", name, limits=type(LIMITS)(seconds=1))
    assert len(lines(tmp_path)) > 5


def test_exception_has_the_ones_it_came_from(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "raises_from_another")
    error = error_of(tmp_path)
    assert (error["type"], error["message"]) == ("FileNotFoundError", "what is shown")
    assert error["chain"] == [{"type": "KeyError", "message": "'the reason'"}]
    assert "raises_from_another" in error["traceback"]


def test_exception_that_cannot_be_shown_is_data(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "raises_without_a_message")
    error = error_of(tmp_path)
    assert error["type"] == "Unprintable"
    assert "RuntimeError" in error["message"]


def test_long_message_keeps_its_ends(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "raises_a_novel")
    message = error_of(tmp_path)["message"]
    assert message.startswith("first words")
    assert message.endswith("last words")
    assert len(message) < 21000


def test_message_that_is_no_text_is_data(verified: Verified, tmp_path: Path) -> None:
    verified("obedient", "raises_half_a_character")
    assert error_of(tmp_path)["message"].startswith("no such file")


@pytest.mark.parametrize(
    ("name", "value"),
    [pytest.param("gives_infinity", "-inf", id="inf"), pytest.param("gives_no_number", "nan")],
)
def test_values_json_cannot_hold_are_spelled(
    verified: Verified, tmp_path: Path, name: str, value: str
) -> None:
    verified("obedient", name)
    (ran,) = [line for line in lines(tmp_path) if line["event"] == "ran"]
    assert set(ran["calls"][0]["outputs"][0]["values"]) == {value}


def test_inputs_are_the_same_in_every_process(verified: Verified) -> None:
    calls = [verified("obedient", "loads").checks["0:saved_model"].calls for _ in range(2)]
    assert calls[0] == calls[1] != None  # noqa: E711


def test_model_computes_what_its_inputs_say(verified: Verified) -> None:
    calls = verified("obedient", "loads").checks["0:saved_model"].calls
    assert calls is not None
    (x,), (y,) = calls[0].inputs, calls[0].outputs or ()
    assert y.kept == pytest.approx([value / 2 + 2 for value in x.kept])


def run_probe(
    python: Path, folder: Path, *checks: dict[str, Any]
) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """The probe with pipes, as on a machine where nothing is forked; its events as well."""
    request = {"schema": 2, "isolation": "none", "token": "t", "scratch": str(folder)}
    scratch = {"scratch": str(folder / "scratch"), "readable": [], "listable": []}
    asked = [{**request, "walls": None}, *({**check, **scratch} for check in checks)]
    done = subprocess.run(
        [str(python), "-I", "-B", str(PROBE)],
        input="".join(json.dumps(line) + "\n" for line in asked),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done, [json.loads(line) for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        pytest.param("loads", ["load", "run"], id="loads"),
        pytest.param("raises", ["load"], id="raises"),
    ],
)
def test_understood_request_ends_with_code_0_and_says_its_stages(
    fake_python: FakePython, make_check: MakeCheck, tmp_path: Path, name: str, stages: list[str]
) -> None:
    done, events = run_probe(fake_python("obedient"), tmp_path, make_check(name).request())
    assert done.returncode == 0
    assert {event["token"] for event in events} == {"t"}
    assert [event["stage"] for event in events if event["event"] == "stage"] == stages
    said = [line for line in done.stderr.splitlines() if "stage=" in line]
    assert said == [
        "probe: stage=import",
        *(f"probe: check=0:saved_model stage={stage}" for stage in stages),
    ]


def test_failed_import_ends_with_code_0(
    fake_python: FakePython, make_check: MakeCheck, tmp_path: Path
) -> None:
    done, events = run_probe(
        fake_python("fails_to_import"), tmp_path, make_check("loads").request()
    )
    assert done.returncode == 0
    assert [event["event"] for event in events] == ["start", "import"]


def test_probe_leaves_no_bytecode_beside_itself(verified: Verified) -> None:
    verified("obedient", "loads")
    assert not list(PROBE.parent.glob("__pycache__/*probe.*.pyc"))


@every_file
def test_syntax_is_that_of_python_3_7(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))


@every_file
def test_library_use_is_that_of_python_3_7(path: Path) -> None:
    pytest.importorskip("vermin")
    command = [sys.executable, "-c", "import vermin; vermin.main()", "--no-tips", "-t=3.7-"]
    command += ["--violations", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@every_file
def test_imports_are_the_standard_library_and_what_is_tested(path: Path) -> None:
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1]
            modules = [node.module] if node.module else [alias.name for alias in node.names]
            assert all((folder / name).exists() for name in map(_as_file, modules))
        elif isinstance(node, ast.ImportFrom):
            named.add((node.module or "").split(".")[0])
    # What collectors ask is how Keras writes files: TensorFlow brings h5py for that.
    brought = {"h5py"} if "collectors" in path.parts else set()
    tested = {"numpy", "tensorflow", "tf_keras", "google", *brought}
    assert named - sys.stdlib_module_names <= tested


def _as_file(module: str) -> str:
    return module if (PROBE.parent / module).is_dir() else f"{module}.py"


def test_only_sys_is_imported_above_the_version_gate() -> None:
    body = ast.parse(SOURCE).body
    gate = next(place for place, node in enumerate(body) if isinstance(node, ast.If))
    above = [ast.unparse(node) for node in body[1:gate]]
    assert above == ["import sys"]


@every_file
def test_no_import_of_the_tested_stands_at_the_top(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    top = [node for node in body if isinstance(node, ast.Import)]
    names = {alias.name for node in top for alias in node.names}
    assert names.isdisjoint({"numpy", "tensorflow", "tf_keras"})


def test_oldest_interpreter_at_hand_runs_it(
    furnish: FakePython, verified: Verified, tmp_path: Path
) -> None:
    usable = [one for one in interpreters.installed().values() if one.version >= Version("3.7")]
    oldest = min(usable, key=lambda one: one.version)
    python = furnish(tmp_path / "oldest", "obedient", oldest.path)
    seen = verified("obedient", "has_no_signatures", "raises", "segfaults", python=python)
    assert seen.probe.imported
    assert seen.probe.environment.python == str(oldest.version)
    assert [record.loaded for record in seen.checks.values()] == [True, False, False]
    assert seen.checks["2:saved_model"].repeated


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_older_interpreter_is_refused_with_code_79(version: str) -> None:
    found = next(pyenv(version), None)
    if found is None:
        pytest.skip(f"there is no Python {version} in pyenv")
    command = [found, PROBE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 79
    assert done.stderr.startswith("probe: Python 3.7 or newer is needed, this is " + version)


def test_companion_that_does_not_import_ends_a_check_before_the_load(
    verified: Verified, make_check: MakeCheck
) -> None:
    seen = verified("obedient", make_check("loads", imports=("json", "no_such_module")))
    (record,) = seen.checks.values()
    assert (record.stage, record.loaded) == ("import", False)
    assert (record.error or ErrorRecord()).type == "ModuleNotFoundError"


def test_companion_whose_module_is_a_guess_may_be_absent(
    verified: Verified, make_check: MakeCheck
) -> None:
    seen = verified("obedient", make_check("loads", imports=("no_such_module?", "json?")))
    (record,) = seen.checks.values()
    assert (record.stage, record.loaded) == ("run", True)
