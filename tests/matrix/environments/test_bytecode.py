"""The shared bytecode: links where the source is the same, nothing where it only looks the same."""

from __future__ import annotations

import os
import py_compile
import sys
from pathlib import Path

import pytest

from matrix.environments.bytecode import BytecodeStore

TAG = sys.implementation.cache_tag or ""


@pytest.fixture
def store(tmp_path: Path) -> BytecodeStore:
    """An empty store for the Python that runs the tests."""
    return BytecodeStore(folder=tmp_path / "bytecode", tag=TAG)


def environment(folder: Path, text: str = "x = 1\n", when: int = 1_000_000) -> Path:
    """An environment with one module, `lib/one.py`, whose file has a given time."""
    source = folder / "lib" / "one.py"
    source.parent.mkdir(parents=True)
    source.write_text(text, encoding="utf-8")
    os.utime(source, (when, when))
    return source


def compiled(source: Path) -> Path:
    return source.parent / "__pycache__" / f"one.{TAG}.pyc"


def kept(store: BytecodeStore, folder: Path, text: str = "x = 1\n") -> Path:
    """The bytecode of an environment that was warmed up and taken into the store."""
    source = environment(folder, text)
    py_compile.compile(str(source), doraise=True)
    store.keep(folder)
    return compiled(source)


def test_same_source_gets_the_same_file(store: BytecodeStore, tmp_path: Path) -> None:
    first = kept(store, tmp_path / "a")
    second = environment(tmp_path / "b")
    store.restore(tmp_path / "b")
    assert compiled(second).samefile(first)


def test_python_accepts_what_was_restored(store: BytecodeStore, tmp_path: Path) -> None:
    kept(store, tmp_path / "a")
    source = environment(tmp_path / "b")
    store.restore(tmp_path / "b")
    before = compiled(source).stat().st_ino
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", _importing(source)]) == 0
    # A stale file would have been written again.
    assert compiled(source).stat().st_ino == before


def _importing(source: Path) -> str:
    return f"import sys; sys.path.insert(0, {str(source.parent)!r}); import one; assert one.x == 1"


def test_other_content_of_the_same_size_and_time_gets_nothing(
    store: BytecodeStore, tmp_path: Path
) -> None:
    kept(store, tmp_path / "a", "x = 1\n")
    source = environment(tmp_path / "b", "x = 2\n")
    store.restore(tmp_path / "b")
    assert not compiled(source).exists()


def test_bytecode_of_a_second_environment_is_drawn_together(
    store: BytecodeStore, tmp_path: Path
) -> None:
    first, second = kept(store, tmp_path / "a"), kept(store, tmp_path / "b")
    assert first.samefile(second)


def test_empty_store_restores_nothing(store: BytecodeStore, tmp_path: Path) -> None:
    source = environment(tmp_path / "a")
    store.restore(tmp_path / "a")
    assert not compiled(source).exists()


def test_file_of_the_store_that_was_written_to_is_removed_and_not_linked(
    store: BytecodeStore, tmp_path: Path
) -> None:
    first = kept(store, tmp_path / "a")
    # In place, as a model might: every environment has the same file.
    with first.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"?")
    source = environment(tmp_path / "b")
    store.restore(tmp_path / "b")
    assert not compiled(source).exists()
    py_compile.compile(str(source), doraise=True)
    store.keep(tmp_path / "b")
    third = environment(tmp_path / "c")
    store.restore(tmp_path / "c")
    assert compiled(third).samefile(compiled(source))


def test_link_that_another_process_is_making_is_left_alone(
    store: BytecodeStore, tmp_path: Path
) -> None:
    kept(store, tmp_path / "a")
    (partial,) = (path.with_name(f".{path.name}.1234") for path in (store.folder / TAG).iterdir())
    partial.write_bytes(b"half")
    source = environment(tmp_path / "b")
    store.restore(tmp_path / "b")
    assert compiled(source).exists()
    assert partial.exists()
