"""What a look at an environment finds, and when all content is compared."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.environments import condition as looking
from matrix.environments.condition import VERIFIED_FOR, State, condition
from matrix.environments.contents import Wrong
from matrix.environments.stamp import FILES, STAMP, read_stamp, write_stamp

TAG = "cpython-311"
SITE = "lib/python3.11/site-packages"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A stamped environment with a module and its bytecode."""
    for name in (f"{SITE}/one.py", f"{SITE}/__pycache__/one.{TAG}.pyc", "bin/python"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    write_stamp(tmp_path, cell="2.15.1", tag=TAG)
    return tmp_path


def quietly(path: Path, text: str) -> None:
    """Change bytes in place and keep size and time, as who wants to hide it does."""
    status = path.stat()
    assert len(text) == status.st_size
    with path.open("r+") as file:
        file.write(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize(
    ("harm", "state"),
    [
        pytest.param(lambda _: None, State.SOUND, id="nothing"),
        pytest.param(lambda at: (at / STAMP).unlink(), State.ABSENT, id="no stamp"),
        pytest.param(lambda at: (at / STAMP).write_text(""), State.ABSENT, id="empty stamp"),
        pytest.param(lambda at: (at / STAMP).write_text("{}"), State.UNKNOWN, id="other stamp"),
        pytest.param(lambda at: (at / FILES).unlink(), State.SOUND, id="no list"),
        pytest.param(lambda at: (at / SITE / "a.pth").touch(), State.DAMAGED, id="a .pth"),
        pytest.param(lambda at: shutil.rmtree(at / "bin"), State.DAMAGED, id="a folder gone"),
        pytest.param(
            lambda at: os.utime(at / SITE / "one.py", (1, 1)), State.TOUCHED, id="another time"
        ),
        pytest.param(
            lambda at: (at / SITE / "__pycache__" / f"two.{TAG}.pyc").touch(),
            State.BYTECODE,
            id="bytecode added",
        ),
        pytest.param(
            lambda at: shutil.rmtree(at / SITE / "__pycache__"), State.BYTECODE, id="bytecode gone"
        ),
    ],
)
def test_look_tells_what_has_changed(
    place: Path, harm: Callable[[Path], object], state: State
) -> None:
    harm(place)
    assert condition(place).state is state


def test_change_without_the_list_of_files_is_unknown(place: Path) -> None:
    (place / SITE / "a.pth").touch()
    (place / FILES).unlink()
    assert condition(place).state is State.UNKNOWN


@pytest.mark.parametrize("name", [f"{SITE}/one.py", f"{SITE}/__pycache__/one.{TAG}.pyc"])
def test_hidden_change_is_found_by_the_comparison_of_content(
    place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quietly(place / name, "x = 2\n")
    assert condition(place).state is State.SOUND
    later = time.time() + VERIFIED_FOR + 1
    monkeypatch.setattr(time, "time", lambda: later)
    found = condition(place)
    assert found.state is State.DAMAGED
    assert found.reason.endswith("is not what its package recorded")


def test_content_is_compared_once_in_a_while(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Path] = []

    def differing(place: Path, *_: object) -> list[Wrong]:
        compared.append(place)
        return []

    monkeypatch.setattr(looking, "differing", differing)
    now = time.time()
    for days in (0, 6, 8, 9, 14, 16):
        monkeypatch.setattr(time, "time", lambda days=days: now + days * 24 * 3600)
        assert condition(place).state is State.SOUND
    # On the eighth day, and eight days later.
    assert compared == [place, place]
    stamp = read_stamp(place)
    assert stamp is not None
    assert stamp.verified == now + 16 * 24 * 3600


def test_clock_that_was_set_back_leads_to_a_comparison(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quietly(place / SITE / "one.py", "x = 2\n")
    before = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: before)
    assert condition(place).state is State.DAMAGED


def test_failing_import_is_remembered(place: Path) -> None:
    write_stamp(place, cell="2.15.1", tag=TAG, failing={"h5py": "ImportError"})
    assert condition(place).state is State.FAILING
