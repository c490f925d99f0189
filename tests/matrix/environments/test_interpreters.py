"""Finding Pythons: the ones here are shell scripts that give a canned answer."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from matrix.cache import cache_folder
from matrix.environments.programs import interpreters
from matrix.environments.programs.interpreters import Interpreter, advice, fetch, find, installed
from matrix.errors import EnvironmentUnavailable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fakes are shell scripts")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty machine: a home, and `bin` as the only folder on PATH."""
    (tmp_path / "bin").mkdir()
    for variable in ("PYENV_ROOT", "ASDF_DATA_DIR", "RYE_PY_ROOT", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cached"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    installed.cache_clear()
    yield tmp_path
    installed.cache_clear()


def _script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


def _python(path: Path, version: str, **changes: Any) -> Path:
    facts = {"name": "CPython", "stage": "final", "bits": 64, "free_threaded": False, **changes}
    numbers = [int(number) for number in version.split(".")]
    answer = [facts["name"], numbers, facts["stage"], facts["bits"], facts["free_threaded"]]
    return _script(path, f"echo '{json.dumps(answer)}'")


def test_machine_without_python_has_none() -> None:
    assert installed() == {}


def test_python_on_the_path_is_found(machine: Path) -> None:
    path = _python(machine / "bin" / "python3.9", "3.9.18")
    assert installed() == {"3.9": Interpreter(version=Version("3.9.18"), path=path)}


def test_this_very_python_is_usable(machine: Path) -> None:
    (machine / "bin" / "python3").symlink_to(Path(sys.executable).resolve())
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert installed()[minor].path == Path(sys.executable).resolve()


def test_newest_patch_wins_as_a_version(machine: Path) -> None:
    _python(machine / "bin" / "python3", "3.9.9")
    newest = _python(machine / "bin" / "python3.9", "3.9.18")
    _python(machine / "bin" / "python", "3.9.2")
    assert installed()["3.9"].path == newest


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("pyenv_root/versions/3.8.20/bin/python3.8", id="pyenv"),
        pytest.param("uv_python_install_dir/cpython-3.8/bin/python3", id="uv"),
        pytest.param("asdf_data_dir/installs/python/3.8.20/bin/python3.8", id="asdf"),
        pytest.param("rye_py_root/cpython@3.8.20/bin/python3", id="rye"),
    ],
)
def test_python_off_the_path_is_found(machine: Path, place: str) -> None:
    path = _python(machine / place, "3.8.20")
    assert installed()["3.8"].path == path


def test_python_of_a_conda_environment_is_found(machine: Path) -> None:
    path = _python(machine / "miniconda" / "envs" / "old" / "bin" / "python", "3.7.16")
    (machine / ".conda").mkdir()
    listing = f"{machine}/gone\n{machine}/miniconda/envs/old\n"
    (machine / ".conda" / "environments.txt").write_text(listing, encoding="utf-8")
    assert installed()["3.7"].path == path


def test_damaged_list_of_conda_environments_is_of_no_concern(machine: Path) -> None:
    (machine / ".conda").mkdir()
    (machine / ".conda" / "environments.txt").write_bytes(b"\xff\xfe\x00")
    assert installed() == {}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": "PyPy"}, id="pypy"),
        pytest.param({"bits": 32}, id="32-bit"),
        pytest.param({"stage": "candidate"}, id="prerelease"),
        pytest.param({"free_threaded": True}, id="free-threaded"),
    ],
)
def test_python_without_wheels_is_refused(machine: Path, changes: dict[str, Any]) -> None:
    _python(machine / "bin" / "python3", "3.13.1", **changes)
    assert installed() == {}


def test_unusable_python_does_not_hide_an_older_usable_one(machine: Path) -> None:
    _python(machine / "bin" / "python3", "3.13.5", stage="beta")
    usable = _python(machine / "bin" / "python3.13", "3.13.1")
    assert installed()["3.13"].path == usable


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["exit 127"], id="exits-127"),
        pytest.param(["echo hello"], id="no-json"),
        pytest.param(["echo '[1, 2]'"], id="too-short"),
        pytest.param(["echo 3"], id="a-number"),
        pytest.param(["echo null"], id="null"),
        pytest.param(["printf '\\377'"], id="no-utf-8"),
        pytest.param(["kill -SEGV $$"], id="crashes"),
        pytest.param([":"], id="silent"),
    ],
)
def test_python_that_gives_no_answer_is_refused(machine: Path, lines: list[str]) -> None:
    _script(machine / "bin" / "python3", *lines)
    good = _python(machine / "bin" / "python3.9", "3.9.18")
    assert [one.path for one in installed().values()] == [good]


def test_file_that_does_not_execute_is_refused(machine: Path) -> None:
    path = machine / "bin" / "python3.9"
    path.write_bytes(b"\x7fELF, but not for this machine")
    path.chmod(0o755)
    assert installed() == {}


def test_hanging_python_is_given_up(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "_ANSWER_SECONDS", 0.1)
    _script(machine / "bin" / "python3", "exec /bin/sleep 30")
    assert installed() == {}


def _shim(machine: Path, name: str, *lines: str) -> Path:
    return _script(machine / "pyenv_root" / "shims" / name, *lines)


@pytest.fixture
def shims(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of shims first on PATH, where pyenv puts it."""
    folder = machine / "pyenv_root" / "shims"
    monkeypatch.setenv("PATH", f"{folder}:{machine / 'bin'}")
    return folder


@pytest.mark.usefixtures("shims")
def test_dead_shim_is_refused(machine: Path) -> None:
    _shim(machine, "python3.8", 'echo "pyenv: python3.8: command not found" >&2', "exit 127")
    assert installed() == {}


@pytest.mark.usefixtures("shims")
def test_shim_is_not_started_where_something_better_is_there(machine: Path) -> None:
    direct = _python(machine / "bin" / "python3.8", "3.8.1")
    _shim(machine, "python3.8", f"echo > {machine}/started")
    assert installed()["3.8"].path == direct
    assert not (machine / "started").exists()


def test_living_shim_serves_where_nothing_else_does(machine: Path, shims: Path) -> None:
    _python(machine / "bin" / "python3.8", "3.8.1")
    living = _python(shims / "python3.9", "3.9.18")
    assert installed()["3.9"].path == living


def test_shim_never_wins_over_a_direct_python(machine: Path, shims: Path) -> None:
    direct = _python(machine / "bin" / "python3.9", "3.9.1")
    _python(shims / "python3", "3.9.18")
    assert installed()["3.9"].path == direct


def test_aliases_of_one_file_are_started_once(machine: Path) -> None:
    path = _python(machine / "opt" / "python3.9", "3.9.18")
    path.write_text(path.read_text() + f"echo x >> {machine}/starts\n", encoding="utf-8")
    for name in ("python", "python3", "python3.9"):
        (machine / "bin" / name).symlink_to(path)
    assert list(installed()) == ["3.9"]
    assert (machine / "starts").read_text(encoding="utf-8") == "x\n"


def test_machine_is_searched_once(machine: Path) -> None:
    first = installed()
    _python(machine / "bin" / "python3.9", "3.9.18")
    assert installed() is first


def _counted(machine: Path, path: Path) -> Path:
    """A Python that notes each start in `starts`."""
    path.write_text(path.read_text() + f"echo x >> {machine}/starts\n", encoding="utf-8")
    return path


def _starts(machine: Path) -> int:
    starts = machine / "starts"
    return len(starts.read_text(encoding="utf-8").splitlines()) if starts.exists() else 0


def _searched_anew() -> dict[str, Path]:
    installed.cache_clear()
    return {minor: one.path for minor, one in installed().items()}


def test_next_call_starts_nothing_that_is_known(machine: Path) -> None:
    path = _counted(machine, _python(machine / "bin" / "python3.9", "3.9.18"))
    assert _searched_anew() == _searched_anew() == {"3.9": path}
    assert _starts(machine) == 1


def test_python_that_was_replaced_is_asked_again(machine: Path) -> None:
    path = _python(machine / "bin" / "python3", "3.9.18")
    assert _searched_anew() == {"3.9": path}
    _python(path, "3.10.11")
    assert _searched_anew() == {"3.10": path}
    path.unlink()
    assert _searched_anew() == {}


def test_what_did_not_answer_is_asked_again(machine: Path) -> None:
    path = _script(machine / "bin" / "python3.9", f"test -e {machine}/library || exit 127")
    answer = _python(machine / "answer", "3.9.18").read_text(encoding="utf-8").splitlines()[1]
    path.write_text(f"{path.read_text()}{answer}\n", encoding="utf-8")
    assert _searched_anew() == {}
    (machine / "library").touch()
    assert _searched_anew() == {"3.9": path}


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"PATH": 3}', '{"PATH": {"answer": 7}}', "["])
def test_damaged_answers_are_asked_for_again(machine: Path, text: str) -> None:
    path = _python(machine / "bin" / "python3.9", "3.9.18")
    kept = cache_folder() / "interpreter-answers.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(text.replace("PATH", str(path)), encoding="utf-8")
    assert _searched_anew() == {"3.9": path}


@pytest.mark.parametrize("days", [1.1, -1])
def test_old_answer_is_asked_for_again(machine: Path, days: float) -> None:
    path = _counted(machine, _python(machine / "bin" / "python3.9", "3.9.18"))
    assert _searched_anew() == {"3.9": path}
    kept = cache_folder() / "interpreter-answers.json"
    known = json.loads(kept.read_text(encoding="utf-8"))
    known[str(path)]["asked"] -= days * 24 * 3600
    kept.write_text(json.dumps(known), encoding="utf-8")
    assert _searched_anew() == {"3.9": path}
    assert _starts(machine) == 2


@pytest.mark.usefixtures("shims")
def test_shims_of_pyenv_are_not_started_but_its_versions(machine: Path) -> None:
    _shim(machine, "python3.7", f"echo x >> {machine}/starts", "exit 127")
    path = _python(machine / "pyenv_root" / "versions" / "3.8.20" / "bin" / "python3", "3.8.20")
    assert _searched_anew() == {"3.8": path}
    assert _starts(machine) == 0


def _uv(machine: Path, install: str, find: str) -> str:
    case = ['case "$2" in', f"install) {install} ;;", f"find) {find} ;;", "esac"]
    return str(_script(machine / "uv", *case))


def test_fetched_python_is_the_one_uv_finds(machine: Path) -> None:
    path = _python(machine / "managed" / "python3.7", "3.7.9")
    uv = _uv(machine, "exit 0", f"echo {path}")
    assert fetch("3.7", uv) == Interpreter(version=Version("3.7.9"), path=path)


def test_uv_that_cannot_fetch_is_quoted_with_advice(machine: Path) -> None:
    uv = _uv(machine, "echo 'error: no download' >&2; exit 1", "exit 0")
    with pytest.raises(
        EnvironmentUnavailable, match=r"could not download it .*no download"
    ) as caught:
        fetch("3.7", uv)
    assert advice("3.7") in str(caught.value)


@pytest.mark.parametrize(
    "find",
    [
        pytest.param("exit 1", id="not-found"),
        pytest.param("echo /nowhere/python3.7", id="does-not-exist"),
        pytest.param("echo /bin/sh", id="is-no-python"),
    ],
)
def test_fetched_python_that_does_not_start_is_unavailable(machine: Path, find: str) -> None:
    with pytest.raises(EnvironmentUnavailable, match="does not start"):
        fetch("3.7", _uv(machine, "exit 0", find))


def test_interpreter_that_was_found_is_found_again_without_a_search(machine: Path) -> None:
    path = _python(machine / "bin" / "python3.9", "3.9.18")
    cache = machine / "cache" / "interpreters.json"
    assert find("3.9", cache) == path
    installed.cache_clear()
    _python(machine / "bin" / "python3.8", "3.8.1").write_text("#!/bin/sh\nexit 1\n")
    elsewhere = _script(machine / "bin" / "python3", f"echo > {machine}/searched")
    assert find("3.9", cache) == path
    assert elsewhere.exists()
    assert not (machine / "searched").exists()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"3.9": "/nowhere/python3.9"}', id="gone"),
        pytest.param('{"3.9": "/bin/sh"}', id="is-no-python"),
        pytest.param("{", id="damaged"),
        pytest.param("[]", id="no-table"),
    ],
)
def test_note_of_interpreters_that_is_wrong_is_replaced(machine: Path, text: str) -> None:
    path = _python(machine / "bin" / "python3.9", "3.9.18")
    cache = machine / "interpreters.json"
    cache.write_text(text, encoding="utf-8")
    assert find("3.9", cache) == path
    assert json.loads(cache.read_text(encoding="utf-8")) == {"3.9": str(path)}


def test_interpreter_that_is_not_here_is_none(machine: Path) -> None:
    assert find("3.9", machine / "interpreters.json") is None
