"""The overview in a terminal and in Markdown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matrix.catalogue.releases import catalogue
from reports.overview import markdown, terminal
from reports.overview.beside import beside
from reports.overview.printed import coloured_overview
from reports.overview.row import ObstacleKind, OverviewRow
from tests.reports.overview.rows import make_obstacle, make_row

_LONG = "The layer `attention` was saved by a Keras that had other arguments. " * 4


def _many(count: int) -> list[OverviewRow]:
    """Every third stops, one is untested, one loads nowhere."""
    rows = [make_row(n, *([make_obstacle(reason=_LONG)] if n % 3 else [])) for n in range(count)]
    rows[4] = make_row(4, untested="model4.h5 is damaged.")
    rows[5] = make_row(5, make_obstacle(ObstacleKind.NOWHERE, ""))
    return rows


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    rows = [*_many(50), make_row(50, path=f"/models/{'long' * 40}.h5")]
    text = terminal.render_overview(rows, width)
    assert max(map(len, text.split("\n"))) <= width


def test_small_overview_has_every_model_in_the_order_of_the_call() -> None:
    _, text, *_ = terminal.render_overview(_many(9)).split("what stands in the way")
    places = [text.index(f"\nmodel{number}.h5") for number in range(9)]
    assert places == sorted(places)


def test_large_overview_lists_what_needs_attention_and_counts_the_others() -> None:
    text = terminal.render_overview(_many(1000), most=40)
    table = text.split("The 40 models that need attention most:")[1].split("\n")[4:]
    assert table[0].startswith("model4.h5")
    assert table[1].startswith("model5.h5")
    assert table[-1] == "... and 960 more models in report.md."
    assert len(text.split("\n")) < 200


def test_models_without_an_obstacle_are_not_said_to_need_attention() -> None:
    text = terminal.render_overview(_many(50), most=40)
    assert "40 of 50 models, those with an obstacle first:" in text
    assert "need attention" not in text


def test_groups_come_before_the_table_which_does_not_tell_their_reasons_again() -> None:
    text = terminal.render_overview(_many(9))
    groups, table = text.split("what stands in the way")
    assert "\n1. 4 models stop at 2.16" in groups
    assert table.count("stops at 2.16 (reason 1)") == 4
    assert "attention" not in table


def test_markdown_has_a_line_for_each_model_with_a_link() -> None:
    text = markdown.render_overview(_many(9), link=lambda row: f"models/{row.place:06}.json")
    assert "| ✓ | [model8.h5](models/000008.json) | hdf5 |" in text
    assert text.count("](models/") == 9


def test_markdown_of_a_hostile_name_stays_one_cell() -> None:
    row = make_row(0, path="/models/a|b\n<script>[x](y)`.h5")
    line = markdown.render_overview([row]).splitlines()[-1]
    assert line.count(" | ") == 4
    assert "<script>" not in line
    assert "[x](y)" not in line


def test_markdown_cuts_names_of_any_length() -> None:
    rows = [make_row(n, make_obstacle(), path=f"/models/{'long' * 999}{n}.h5") for n in range(3)]
    text = markdown.render_overview(rows)
    assert max(map(len, text.splitlines())) < 700
    assert "long2.h5 |" in text


def test_nothing_at_all_is_an_overview_too() -> None:
    assert markdown.render_overview([])
    assert terminal.render_overview([])


def test_names_are_shown_whole_and_words_are_broken_at_their_hyphens_alone() -> None:
    name = "a-name-longer-than-its-column-which-tells-most-at-its-beginning.keras"
    row = replace(make_row(0), name=name, works_in="with tensorflow-decision-forests: runs in 5")
    text = terminal.render_overview([row], 80)
    assert max(map(len, text.split("\n"))) <= 80
    _, _, *lines = text.split("\n\n")[-1].split("\n")
    assert "".join(line[:28].rstrip() for line in lines) == name
    works = [line[30:].split("  ")[0] for line in lines if line[30:]]
    assert " ".join(works).replace("- ", "-") == row.works_in


def test_with_symbols_each_model_has_one_beside_what_is_said() -> None:
    text = terminal.render_overview(_many(9), symbols=True)
    table = text.split("what stands in the way")[1]
    assert "\n✓  model0.h5" in table
    assert "\n∅  model4.h5" in table
    assert "\n✗" not in table.split("model0.h5")[0]


@pytest.mark.parametrize("symbols", [True, False])
@pytest.mark.parametrize("width", [80, 100, 140])
def test_models_side_by_side_fit_and_are_folded(width: int, symbols: bool) -> None:
    text = terminal.render_overview(_diverse(), width, fits=True, symbols=symbols)
    table = text.rpartition("what stands in the way")[2]
    assert max(map(len, text.split("\n"))) <= width
    assert "2.2 -" in table
    assert "fails" in table
    assert table.isascii() is not symbols


def _diverse() -> list[OverviewRow]:
    """Models of long names that start to fail at different releases, one a release."""
    releases = [str(release.version) for release in catalogue() if release.minor >= (2, 2)]
    words = [["runs"] * turn + ["fails"] * (len(releases) - turn) for turn in range(3, 19, 2)]
    return [
        replace(
            make_row(place, path=f"/models/a-model-with-a-rather-long-name-{place}.h5"),
            verdicts=tuple(zip(releases, said, strict=True)),
        )
        for place, said in enumerate(words)
    ]


def test_plain_table_of_models_side_by_side_is_in_words() -> None:
    table = terminal.render_overview(_many(9)).rpartition("\n\n")[2].split("\n")
    assert table[0].split() == ["model", "2.15", "-", "2.16"]
    assert table[2].split() == ["model0.h5", "runs"]
    assert markdown.render_beside(_many(9)).count("| ✓ runs") == 8


def test_one_tested_model_has_no_table_beside_itself() -> None:
    assert beside([make_row(0), make_row(1, untested="gone")]) is None


def test_model_that_needs_a_package_everywhere_says_so_side_by_side() -> None:
    cells = (("2.15.1", "fails"), ("2.15.1+text", "runs"))
    alone = replace(make_row(0), verdicts=cells)
    needs = replace(make_row(1), verdicts=cells[1:])
    found = beside([alone, needs])
    assert found is not None
    assert [phrases for _, phrases in found.models] == [("fails",), ("runs (text)",)]


def test_colours_stand_beside_symbols() -> None:
    text = coloured_overview(terminal.render_overview(_many(9), fits=True, symbols=True))
    coloured = {text.plain[span.start : span.end] for span in text.spans if span.style != "bold"}
    assert {"✓", "∅", "✓ runs"} <= coloured
