"""The cache is emptied, except what a running test uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.cache import COSTS, KNOWN, cache_folder
from matrix.environments.clean import clean, models_in_use
from matrix.environments.environments import hold_on
from reports.jobs import matrix


@pytest.fixture
def cache() -> Path:
    """The cache of the user, which is one of this test, with two environments and a model."""
    folder = cache_folder()
    for name in ("2.14.1-py3.11-a", "2.15.1-py3.11-b"):
        _file(folder / "envs" / name / "bin" / "python")
        (folder / "envs" / f"{name}.lock").touch()
    _file(folder / "envs" / "CACHEDIR.TAG")
    _file(folder / "locks" / "2.15.0.txt")
    _file(folder / "bytecode" / "cpython-311" / "some")
    _file(folder / "models" / "ab" / "model.keras")
    _file(folder / KNOWN / "ab")
    _file(folder / COSTS)
    return folder


def _file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("something")
    return path


def test_environments_locks_and_fetched_models_are_removed(cache: Path) -> None:
    cleaned = clean(cache)
    assert (cleaned.freed >= 0, cleaned.kept, cleaned.models_kept) == (True, (), False)
    assert list(cache.iterdir()) == []


def test_environment_in_use_is_kept_and_all_others_go(cache: Path) -> None:
    used = cache / "envs" / "2.15.1-py3.11-b"
    with hold_on(used).shared():
        cleaned = clean(cache)
    assert cleaned.kept == (used.name,)
    assert (used / "bin" / "python").exists()
    assert not (cache / "envs" / "2.14.1-py3.11-a").exists()
    assert not (cache / KNOWN).exists()
    # Who tests in an environment was given a model, and finds its lock again.
    assert cleaned.models_kept
    assert (cache / "models" / "ab" / "model.keras").exists()
    assert (cache / "locks" / "2.15.0.txt").exists()
    assert clean(cache).kept == ()
    assert list(cache.iterdir()) == []


def test_environment_that_is_being_built_is_kept(cache: Path) -> None:
    used = cache / "envs" / "2.16.2-py3.12-c"
    with hold_on(used).alone():
        _file(used / "bin" / "python")
        assert clean(cache).kept == (used.name,)
    assert (used / "bin" / "python").exists()


def test_models_of_a_running_test_are_kept(cache: Path) -> None:
    with models_in_use():
        assert clean(cache).models_kept
    assert (cache / "models" / "ab" / "model.keras").exists()
    assert not clean(cache).models_kept
    assert not (cache / "models").exists()


def test_nothing_is_said_of_models_where_there_are_none(tmp_path: Path) -> None:
    used = tmp_path / "envs" / "2.15.1-py3.11-b"
    _file(used / "bin" / "python")
    with hold_on(used).shared():
        assert not clean(tmp_path).models_kept


@pytest.mark.parametrize("harm", ["garbage", "folder", "link"])
def test_damaged_lock_hinders_nothing(cache: Path, harm: str) -> None:
    lock = cache / "envs" / "2.15.1-py3.11-b.lock"
    lock.unlink()
    match harm:
        case "garbage":
            lock.write_text("no database at all")
        case "folder":
            _file(lock / "something")
        case "link":
            lock.symlink_to("/nowhere/at/all")
    assert clean(cache).kept == ()
    assert list(cache.iterdir()) == []


def test_everything_else_stays(cache: Path) -> None:
    mine = _file(cache / "mine" / "envs" / "thesis.txt")
    clean(cache)
    assert mine.exists()


def test_link_out_of_the_cache_is_not_followed(cache: Path, tmp_path: Path) -> None:
    mine = _file(tmp_path / "mine" / "thesis.txt")
    (cache / "envs" / "link").symlink_to(mine.parent)
    clean(cache)
    assert mine.exists()
    assert not (cache / "envs").exists()


def test_nothing_to_clean_frees_nothing(tmp_path: Path) -> None:
    assert clean(tmp_path / "never" / "made").freed == 0


def test_job_names_what_was_kept(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hold_on(cache / "envs" / "2.15.1-py3.11-b").shared(), models_in_use():
        assert matrix.clean([], tmp_path) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "1 environment is in use by a running test and was kept: 2.15.1-py3.11-b." in said
    assert "The downloaded models are in use by a running test and were kept." in said
