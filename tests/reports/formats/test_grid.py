"""The grid that pictures and the page share: what stands in it, in which order, said once."""

from __future__ import annotations

from dataclasses import replace

from reports.formats.grid import columns_of, loaders_of, present, shared_reasons
from tests.builders import make_report, make_sample

(MODEL,) = make_report(make_sample()).models


def test_reasons_are_said_once_with_their_cells() -> None:
    found = [(one.loader, [cell.id for cell in one.cells]) for one in shared_reasons(MODEL)]
    assert ("keras", ["2.11.1", "2.12.1"]) in found
    # Another remedy was verified there.
    assert ("keras", ["2.13.1"]) in found
    assert ("", ["2.10.1"]) in found
    assert "runs" not in {one.check.verdict for one in shared_reasons(MODEL)}


def test_other_diagnosis_is_another_reason() -> None:
    cells = MODEL.cells
    checks = tuple(
        replace(check, diagnosis=replace(check.diagnosis, explanation="Another."))
        for check in cells[2].checks
        if check.diagnosis
    )
    model = replace(MODEL, cells=(*cells[:2], replace(cells[2], checks=checks), *cells[3:]))
    assert len(shared_reasons(model)) == len(shared_reasons(MODEL)) + 1


def test_columns_are_those_of_all_models_oldest_first() -> None:
    newer, older = (replace(MODEL, cells=cells) for cells in (MODEL.cells[3:], MODEL.cells[:4]))
    assert columns_of([newer, older]) == MODEL.cells


def test_words_and_loaders_keep_their_order() -> None:
    assert loaders_of(MODEL) == ("saved_model", "keras", "tf_keras")
    assert present([MODEL])[:3] == ("runs", "differs", "loads")
