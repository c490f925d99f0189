"""Pictures of a terminal of 80, 100 and 140 columns, light and dark: text and SVG."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, MONOKAI
from rich.text import Text

from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from reports.formats import terminal
from reports.formats.tables.styled import styled
from reports.formats.terminal import ShownModel
from reports.overview.printed import coloured_overview
from reports.overview.row import row_of
from reports.overview.terminal import render_overview
from reports.report.cell_report import CellReport
from reports.report.model_report import ModelReport
from tests.builders import EXAMPLES, report_of
from tests.conftest import TESTS

GOLDEN = TESTS / "golden" / "terminal"
WIDTHS = (80, 100, 140)
_THEMES = {"light": DEFAULT_TERMINAL_THEME, "dark": MONOKAI}
# Fonts of the reader, and nothing that is fetched.
_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>{styles}
.{unique_id}-matrix {{ font: {char_height}px monospace; white-space: pre; }}</style>
<rect width="100%" height="100%" fill="{background}"/>
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g></svg>
"""


def _model() -> ModelReport:
    """A Keras SavedModel as it is met most: Keras 3 reads it no more."""
    old: dict[str, Verdict] = {
        "saved_model": verdicts.Runs(),
        "session": verdicts.Runs(),
        "keras": verdicts.Runs(),
        "tfsm_layer": verdicts.NotApplicable(reason="TFSMLayer is part of Keras 3"),
    }
    new = {
        **old,
        "saved_model": EXAMPLES[verdicts.Crashed],
        "keras": verdicts.NotApplicable(reason="Keras 3 does not load SavedModel folders"),
        "tfsm_layer": EXAMPLES[verdicts.Fails],
    }
    waiting = dict.fromkeys(old, verdicts.NotRun())
    cells = dict.fromkeys(("2.12.1", "2.13.1", "2.14.1", "2.15.1"), old)
    cells |= dict.fromkeys(("2.16.2", "2.17.1"), new)
    model = report_of({**cells, "2.18.1": waiting}).models[0]
    return replace(model, cells=tuple(map(_without_compiling, model.cells)))


def _without_compiling(cell: CellReport) -> CellReport:
    checks = (
        replace(check, variant="compile=False")
        if check.loader == "keras" and check.loads
        else check
        for check in cell.checks
    )
    return replace(cell, checks=tuple(checks))


def _shown(width: int) -> ShownModel:
    """All that is printed of a model: title, table, reasons, headline."""
    return terminal.fitted(_model(), width)


def _overview(width: int) -> str:
    """Several models at a glance: one runs everywhere, two stop, one loads nowhere."""
    model = _model()
    runs = report_of({cell: {"keras": verdicts.Runs()} for cell in ("2.12.1", "2.16.2")}).models[0]
    fails = report_of({"2.16.2": {"keras": EXAMPLES[verdicts.Fails]}}).models[0]
    names = {"classifier": model, "segmentation-with-a-long-name": model, "mnist.h5": runs}
    models = [replace(one, path=f"/m/{name}") for name, one in {**names, "odd.h5": fails}.items()]
    rows = [row_of(one, place) for place, one in enumerate(models)]
    return render_overview(rows, width, fits=True, symbols=True)


@pytest.mark.parametrize("width", WIDTHS)
def test_overview_of_each_width_is_the_golden_one(width: int) -> None:
    text = _overview(width)
    assert _widest(text) <= width
    assert text + "\n" == (GOLDEN / f"overview-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", _THEMES)
def test_picture_of_the_overview_is_the_golden_one(theme: str) -> None:
    picture = _drawn(coloured_overview(_overview(100)), 100, theme)
    assert picture == (GOLDEN / f"overview-100-{theme}.svg").read_text(encoding="utf-8")


def _widest(text: str) -> int:
    return max(map(len, text.split("\n")))


@pytest.mark.parametrize("width", WIDTHS)
def test_terminal_of_each_width_is_the_golden_one(width: int) -> None:
    text = _shown(width).text
    assert _widest(text) <= width
    assert text + "\n" == (GOLDEN / f"{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", _THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_picture_of_each_width_and_theme_is_the_golden_one(width: int, theme: str) -> None:
    assert _picture(width, theme) == (GOLDEN / f"{width}-{theme}.svg").read_text(encoding="utf-8")


def _picture(width: int, theme: str) -> str:
    return _drawn(styled(_shown(width)), width, theme)


def _drawn(text: Text, width: int, theme: str) -> str:
    console = Console(
        record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    console.print(text, highlight=False)
    colours = _THEMES[theme]
    background = colours.background_color.hex
    frame = _FRAME.replace("{background}", background)
    return console.export_svg(theme=colours, code_format=frame, unique_id="t")


@pytest.mark.parametrize("width", [*range(44, 80, 6), *WIDTHS])
def test_no_word_of_a_table_is_broken_at_any_width(width: int) -> None:
    model = _model()
    grid = terminal.fitted(model, width).grid
    assert _widest(grid) <= width
    found = set(re.findall(r"[a-z][\w-]+", grid))
    assert {"not-applicable", "crashed", "runs", "fails", "tfsm_layer", "saved_model"} <= found
    # Whatever is left out or put below, each loader has all its rows.
    assert len(re.findall(r"✗ fails", grid)) == 1
    assert len(re.findall(r"crashed", grid)) == 1


def test_narrow_table_keeps_its_verdict_and_says_what_it_leaves_out() -> None:
    narrow, wide = terminal.fitted(_model(), 80).grid, terminal.fitted(_model(), 140).grid
    assert "  verdict" in narrow
    assert ("Python" in wide, "too wide" in wide) == (True, False)
    assert "The columns Python and Keras are in report.md" in narrow


def test_colours_stand_beside_symbols_and_words() -> None:
    text = styled(terminal.fitted(_model(), 100))
    coloured = {text.plain[span.start : span.end] for span in text.spans if span.style != "bold"}
    assert {"✓ runs", "✗ fails", "↯ crashed (SIGSEGV)"} <= coloured


def test_without_symbols_words_are_enough() -> None:
    assert terminal.fitted(_model(), 100, symbols=False).grid.isascii()
