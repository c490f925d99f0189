"""One table per model, from which every format is rendered."""

from __future__ import annotations

import pytest

from matrix.plan.loaders import LOADERS
from matrix.results import verdicts
from matrix.results.result import ModelResult
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.records import ErrorRecord
from reports.formats.table import Table, make_table
from reports.report.releases.ranges import cell_spans
from tests.builders import (
    EXAMPLES,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_hostile,
    make_model_report,
    make_result,
    make_sample,
    report_of,
)


def _table(result: ModelResult) -> Table:
    return make_table(make_model_report(result))


def _words(verdict: Verdict, variant: str | None = None, stage: str = "load") -> str:
    loader = "keras" if variant else "saved_model"
    check = make_check_result(verdict, loader, variant=variant, stage=stage)
    table = _table(make_result(make_cell_result(make_cell(), check)))
    return table.rows[0].words[0]


def _strings(table: Table) -> list[str]:
    rows = [text for row in table.rows for text in (row.python, row.keras, *row.words)]
    return rows + [text for note in table.notes for text in (note.text, note.where)]


def test_rows_keep_the_order_of_the_plan() -> None:
    table = _table(make_sample())
    assert [row.cell for row in table.rows][:2] == ["2.10.1", "2.11.1"]
    assert len(table.rows) == 7


def test_columns_are_the_loaders_that_were_tried() -> None:
    assert _table(make_sample()).loaders == ("saved_model", "keras", "tf_keras")


@pytest.mark.parametrize("loader", LOADERS)
def test_every_loader_can_be_a_column(loader: str) -> None:
    check = make_check_result(verdicts.Runs(), loader)
    assert _table(make_result(make_cell_result(make_cell(), check))).loaders == (loader,)


def test_loader_that_was_not_planned_leaves_its_column_empty() -> None:
    assert _table(make_sample()).rows[-1].words == ("", "", "not-run")


@pytest.mark.parametrize("member", MEMBERS, ids=[member.word for member in MEMBERS])
def test_every_verdict_has_its_word_in_the_row(member: type[Verdict]) -> None:
    assert _words(EXAMPLES[member]).startswith(member.word)


def test_death_is_told_with_its_signal() -> None:
    verdict = EXAMPLES[verdicts.Crashed]
    assert _words(verdict) == "crashed (SIGSEGV)"
    assert _words(verdict, stage="run") == "crashed (SIGSEGV, loaded)"


@pytest.mark.parametrize(
    ("verdict", "variant", "expected"),
    [
        pytest.param(verdicts.Runs(), "compile=True", "runs", id="the-usual-way"),
        pytest.param(verdicts.Runs(), "compile=False", "runs (compile=False)", id="another-way"),
        pytest.param(
            verdicts.Fails(error=ErrorRecord()), "compile=False", "fails", id="fails-either-way"
        ),
        pytest.param(verdicts.NotRun(), "compile=False", "not-run", id="never-tried"),
    ],
)
def test_variant_is_named_where_it_is_what_loads(
    verdict: Verdict, variant: str, expected: str
) -> None:
    assert _words(verdict, variant) == expected


def test_best_variant_stands_for_its_loader() -> None:
    checks = [
        make_check_result(EXAMPLES[verdicts.Fails], "keras", "compile=True"),
        make_check_result(verdicts.Runs(), "keras", "compile=False"),
    ]
    table = _table(make_result(make_cell_result(make_cell(), *checks)))
    assert table.rows[0].words == ("runs (compile=False)",)
    assert table.notes == ()


def test_python_is_the_one_that_was_seen() -> None:
    seen = make_cell_result(make_cell("2.14.1"), verdicts.Runs(), python="3.11.9")
    planned = make_cell_result(make_cell("2.15.1"), verdicts.NotRun())
    table = _table(make_result(seen, planned))
    assert [row.python for row in table.rows] == ["3.11.9", "3.11"]


def test_cells_that_fail_alike_share_a_note() -> None:
    notes = _table(make_sample()).notes
    keras, graph = [note for note in notes if "missing custom object" in note.text]
    assert keras.cells == ("2.11.1", "2.12.1", "2.13.1")
    assert keras.where == "keras in 2.11.1 to 2.13.1"
    # Only Keras takes the objects of a caller, so the advice for graphs is another.
    assert graph.where == "saved_model in 2.12.1"
    assert "--custom-objects" in keras.text
    assert "--custom-objects" not in graph.text


def test_what_holds_for_the_whole_cell_is_said_once() -> None:
    notes = _table(make_sample()).notes
    (note,) = [note for note in notes if "No wheel" in note.text]
    assert (note.loaders, note.cells, note.where) == ((), ("2.10.1",), "2.10.1")


def test_model_that_runs_everywhere_needs_no_notes() -> None:
    cells = [make_cell_result(make_cell(name), verdicts.Runs()) for name in ("2.14.1", "2.15.1")]
    assert _table(make_result(*cells)).notes == ()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param("a", "a", id="one"),
        pytest.param("a b", "a, b", id="two-neighbours"),
        pytest.param("a b c", "a to c", id="a-run"),
        pytest.param("a c d e", "a, c to e", id="one-and-a-run"),
        pytest.param("a b d e", "a, b, d, e", id="two-pairs"),
        pytest.param(
            "a a+tf_keras b b+tf_keras c", "a to c, a+tf_keras, b+tf_keras", id="plain-ones-first"
        ),
        pytest.param(
            "c+tf_keras b+tf_keras a+tf_keras",
            "a+tf_keras to c+tf_keras",
            id="in-the-order-of-the-table",
        ),
    ],
)
def test_spans_draw_neighbours_together(names: str, expected: str) -> None:
    order = [name + extra for name in "abcde" for extra in ("", "+tf_keras")]
    assert cell_spans(names.split(), order) == expected


def test_spans_of_asked_pythons_draw_plain_cells_together() -> None:
    order = [
        "2.15.1+py3.11",
        "2.16.2+py3.11",
        "2.16.2+py3.11+tf_keras",
        "2.17.1+py3.11",
        "2.17.1+py3.11+tf_keras",
    ]
    plain = [name for name in order if "tf_keras" not in name]
    assert cell_spans(plain, order) == "2.15.1+py3.11 to 2.17.1+py3.11"


def test_hostile_text_leaves_no_control_characters_in_the_table() -> None:
    found = _strings(_table(make_hostile()))
    assert len(found) > 20
    assert [text for text in found if not text.isprintable()] == []


def test_hostile_text_stays_short() -> None:
    endless = verdicts.Fails(error=ErrorRecord(type="E" * 10_000, message="m" * 10_000))
    table = _table(make_result(make_cell_result(make_cell(), endless)))
    assert max(map(len, _strings(table))) < 1000


def test_loader_that_is_not_applicable_has_one_reason_for_all_cells() -> None:
    absent = verdicts.NotApplicable(reason="this SavedModel was not saved from a Keras model")
    found = {"saved_model": verdicts.Runs(), "keras": absent}
    (model,) = report_of({"2.15.1": found, "2.16.2": found, "2.17.1": found}).models
    (note,) = make_table(model).notes
    assert note.where == "keras"
    assert note.text.endswith("this SavedModel was not saved from a Keras model")
    # Its note says all; a specifier would be one more line that says nothing.
    assert not model.specifiers
