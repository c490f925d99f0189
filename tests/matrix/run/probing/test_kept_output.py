"""What a probe says and prints is kept whole, or cut where it is too long."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from matrix.run.probing import kept_output
from matrix.run.probing.kept_output import EVENTS, EventFile, Lines, Log


def _put(instead: str, path: Path, other: Path) -> None:
    """What a model may put in the place of a file where no wall holds it back."""
    path.unlink()
    if instead == "other content":
        path.write_bytes(b"forged\n")
    elif instead == "a link":
        path.symlink_to(other)
    elif instead == "a hard link":
        path.hardlink_to(other)
    elif instead == "a pipe":
        os.mkfifo(path)
    elif instead == "a folder":
        path.mkdir()


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_lines_are_whole_however_they_come(size: int) -> None:
    text = b'{"a": 1}\n\n{"b": 2}\nthe rest'
    lines = Lines(most=100)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert [line for piece in pieces for line in lines.of(piece)] == [b'{"a": 1}', b'{"b": 2}']
    assert (lines.dropped, lines.size) == (False, len(text))


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_line_that_is_too_long_is_dropped_and_said_so(size: int) -> None:
    text = b"short\n" + b"x" * 50 + b"\nshort again\n"
    lines = Lines(most=20)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert [line for piece in pieces for line in lines.of(piece)] == [b"short", b"short again"]
    assert lines.dropped


def test_endless_line_is_not_kept_in_memory() -> None:
    lines = Lines(most=100)
    for _ in range(1000):
        assert lines.of(b"x" * 64) == []
    assert len(lines._begun) <= 100
    assert lines.of(b"\nnext\n") == [b"next"]


def test_log_is_kept_as_it_comes(tmp_path: Path) -> None:
    log = Log(path=tmp_path / "log.txt")
    log.add(b"one\n")
    # A crash of ours loses nothing of it.
    assert (tmp_path / "log.txt").read_bytes() == b"one\n"
    log.add(b"two\n")
    log.close()
    assert (tmp_path / "log.txt").read_bytes() == b"one\ntwo\n"


def test_middle_of_a_long_log_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_output, "_HEAD", 2000)
    monkeypatch.setattr(kept_output, "_TAIL", 2000)
    log = Log(path=tmp_path / "log.txt")
    log.add(b"the first words\n")
    for number in range(10_000):
        log.add(b"%06d xxxxxxxxxxxxxxx\n" % number)
    log.add(b"the last words\n")
    log.close()
    content = (tmp_path / "log.txt").read_bytes()
    assert content.startswith(b"the first words\n000000 ")
    assert content.endswith(b"009999 xxxxxxxxxxxxxxx\nthe last words\n")
    assert b"KB of output left out" in content
    assert len(content) < 5000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among files")
@pytest.mark.parametrize(
    "instead", ["other content", "a link", "a hard link", "a pipe", "a folder", "nothing"]
)
def test_what_a_model_puts_in_the_place_of_a_file_is_not_followed(
    instead: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"secret\n")
    log = Log(path=tmp_path / "log.txt")
    with EventFile(tmp_path) as events:
        events.write({"event": "start"})
        log.add(b"one\n")
        for path in (tmp_path / EVENTS, log.path):
            _put(instead, path, other)
        events.write({"event": "end"})
        log.add(b"two\n")
        log.close()
    assert (tmp_path / EVENTS).read_bytes() == b'{"event": "start"}\n{"event": "end"}\n'
    assert log.path.read_bytes() == b"one\ntwo\n"
    assert other.read_bytes() == b"secret\n"
