"""The grid that pictures and the page share: what stands in it, in which order, said once."""

from __future__ import annotations

from dataclasses import replace

from reports.formats.grid import columns_of, loaders_of, present
from tests.builders import make_report, make_sample

(MODEL,) = make_report(make_sample()).models


def test_columns_are_those_of_all_models_oldest_first() -> None:
    newer, older = (replace(MODEL, cells=cells) for cells in (MODEL.cells[3:], MODEL.cells[:4]))
    assert columns_of([newer, older]) == MODEL.cells


def test_words_and_loaders_keep_their_order() -> None:
    assert loaders_of(MODEL) == ("saved_model", "keras", "tf_keras")
    assert present([MODEL])[:3] == ("runs", "differs", "loads")
