"""What a terminal gets beside words: colours, symbols, links, and when it gets none of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reports.formats import terminal
from reports.formats.tables.styled import print_model, print_with_link
from tests.builders import HOSTILE, make_model_report, make_sample

MODEL = make_model_report(make_sample())
ESCAPE = "\x1b"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that is to be written as a terminal."""
    for name, value in (("FORCE_COLOR", "1"), ("TERM", "xterm-256color")):
        monkeypatch.setenv(name, value)
    for name in ("NO_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)


def test_pipe_gets_plain_text(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    print_model(MODEL)
    assert capsys.readouterr().out == f"{terminal.render(MODEL)}\n"


@pytest.mark.usefixtures("coloured")
def test_terminal_gets_colours_and_symbols(capsys: Capture) -> None:
    print_model(MODEL)
    out = capsys.readouterr().out
    assert f"{ESCAPE}[32m✓ runs" in out
    assert f"{ESCAPE}[31m✗ fails" in out


@pytest.mark.usefixtures("coloured")
def test_no_color_leaves_symbols_and_words(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    print_model(MODEL)
    out = capsys.readouterr().out
    assert "✗ fails" in out
    assert f"{ESCAPE}[3" not in out


@pytest.mark.usefixtures("coloured")
def test_hostile_name_is_text_and_no_style(capsys: Capture) -> None:
    hostile = f"{HOSTILE}[bold]m[link=x]"
    print_model(make_model_report(make_sample(), path=Path("/models", hostile)))
    out = capsys.readouterr().out
    assert "[bold]m[link=x]" in out
    assert HOSTILE not in out


@pytest.mark.usefixtures("coloured")
def test_report_is_a_link_in_a_terminal(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_with_link(f"The report is in {tmp_path}.", tmp_path)
    out = capsys.readouterr().out
    assert f";{tmp_path.as_uri()}{ESCAPE}\\{tmp_path}" in out


@pytest.mark.parametrize("forced", ["", "1"])
def test_report_is_a_path_in_a_pipe_even_a_coloured_one(
    forced: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture
) -> None:
    monkeypatch.setenv("FORCE_COLOR", forced)
    print_with_link(f"The report is in {tmp_path}.", tmp_path)
    assert capsys.readouterr().out == f"The report is in {tmp_path}.\n"
