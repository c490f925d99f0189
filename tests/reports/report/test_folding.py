"""Releases that answer alike are one row, and no row speaks of a release that was not tested."""

from __future__ import annotations

import pytest

from reports.report.releases.folding import folded, range_name, ranges_in_words, values_in_words


def _rows(said: dict[str, str]) -> list[str]:
    cells = list(said)
    return [range_name(group, cells) for group in folded(cells, said.__getitem__)]


def test_neighbours_that_answer_alike_are_one_row() -> None:
    said = {"2.13.1": "runs", "2.14.1": "runs", "2.15.1": "runs", "2.16.2": "fails"}
    assert _rows(said) == ["2.13 - 2.15", "2.16.2"]


@pytest.mark.parametrize("other", ["fails", "not-run", "unavailable"])
def test_release_with_another_answer_or_none_is_not_folded_over(other: str) -> None:
    said = {"2.13.1": "runs", "2.14.1": other, "2.15.1": "runs"}
    assert _rows(said) == ["2.13.1", "2.14.1", "2.15.1"]


def test_release_that_was_not_planned_is_not_folded_over() -> None:
    assert _rows({"2.13.1": "runs", "2.15.1": "runs"}) == ["2.13.1", "2.15.1"]


def test_release_of_which_only_an_old_patch_was_tested_is_no_whole_minor() -> None:
    said = {"2.12.1": "runs", "2.13.0": "runs", "2.14.1": "runs"}
    assert _rows(said) == ["2.12.1 - 2.13.0", "2.14.1"]


def test_patches_are_named_where_several_were_tested() -> None:
    said = {"2.12.1": "runs", "2.13.0": "runs", "2.13.1": "runs", "2.14.0": "fails"}
    assert _rows(said) == ["2.12.1 - 2.13.1", "2.14.0"]


def test_companions_fold_among_their_own_kind() -> None:
    cells = ["2.16.2", "2.16.2+tf_keras", "2.17.1", "2.17.1+tf_keras"]
    assert _rows(dict.fromkeys(cells, "runs")) == ["2.16 - 2.17", "2.16 - 2.17 +tf_keras"]


def test_releases_that_are_not_known_are_not_folded() -> None:
    assert _rows({"2.98.0": "runs", "2.99.0": "runs", "else": "runs"}) == [
        "2.98.0",
        "2.99.0",
        "else",
    ]


def test_some_cells_in_words_are_the_rows_of_a_table() -> None:
    cells = ["2.13.1", "2.14.1", "2.15.1", "2.16.2"]
    assert ranges_in_words(["2.13.1", "2.14.1", "2.16.2"], cells) == "2.13 - 2.14, 2.16.2"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["3.11.7", "3.11.7"], "3.11.7"),
        (["3.9.1", "3.11.7", "3.10.2"], "3.9 - 3.11"),
        (["3.11.5", "3.11.7"], "3.11.5 - 3.11.7"),
        (["", "3.11.7"], "3.11.7"),
        (["", ""], ""),
    ],
)
def test_versions_of_a_row_are_its_oldest_and_its_newest(values: list[str], told: str) -> None:
    assert values_in_words(values) == told
