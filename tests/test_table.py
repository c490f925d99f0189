"""One table per model, from which every format is rendered."""

from __future__ import annotations

import pytest
from builders import (
    EXAMPLES,
    MEMBERS,
    make_cell,
    make_cell_result,
    make_check_result,
    make_hostile,
    make_result,
    make_sample,
)

from matrix import verdicts
from matrix.loaders import LOADERS
from matrix.verdicts import Verdict
from reports.table import Table, describe, first_line, in_words, make_table, spans


def _words(verdict: Verdict, variant: str | None = None, stage: str = "load") -> str:
    check = make_check_result(verdict, variant=variant, stage=stage)
    table = make_table("m", make_result(make_cell_result(make_cell(), check)))
    return table.rows[0].words[0]


def _strings(table: Table) -> list[str]:
    rows = [text for row in table.rows for text in (row.python, row.keras, *row.words)]
    return rows + [text for note in table.notes for text in (note.text, note.where)]


def test_rows_keep_the_order_of_the_plan() -> None:
    table = make_table("m", make_sample())
    assert [row.cell for row in table.rows][:2] == ["2.10.1", "2.11.1"]
    assert len(table.rows) == 7


def test_columns_are_the_loaders_that_were_tried() -> None:
    assert make_table("m", make_sample()).loaders == ("saved_model", "keras", "tf_keras")


@pytest.mark.parametrize("loader", LOADERS)
def test_every_loader_can_be_a_column(loader: str) -> None:
    check = make_check_result(verdicts.Runs(), loader)
    assert make_table("m", make_result(make_cell_result(make_cell(), check))).loaders == (loader,)


def test_loader_that_was_not_planned_leaves_its_column_empty() -> None:
    assert make_table("m", make_sample()).rows[-1].words == ("", "", "not-run")


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
        pytest.param(verdicts.Fails(error={}), "compile=False", "fails", id="fails-either-way"),
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
    table = make_table("m", make_result(make_cell_result(make_cell(), *checks)))
    assert table.rows[0].words == ("runs (compile=False)",)
    assert table.notes == ()


def test_python_is_the_one_that_was_seen() -> None:
    seen = make_cell_result(make_cell("2.14.1"), verdicts.Runs(), python="3.11.9")
    planned = make_cell_result(make_cell("2.15.1"), verdicts.NotRun())
    table = make_table("m", make_result(seen, planned))
    assert [row.python for row in table.rows] == ["3.11.9", "3.11"]


def test_cells_that_fail_alike_share_a_note() -> None:
    notes = make_table("m", make_sample()).notes
    (note,) = [note for note in notes if note.loader == "keras" and "Unknown layer" in note.text]
    assert note.cells == ("2.11.1", "2.12.1", "2.13.1")
    assert note.where == "keras in 2.11.1 to 2.13.1"


def test_what_holds_for_the_whole_cell_is_said_once() -> None:
    notes = make_table("m", make_sample()).notes
    (note,) = [note for note in notes if "No wheel" in note.text]
    assert (note.loader, note.cells, note.where) == ("", ("2.10.1",), "2.10.1")


def test_model_that_runs_everywhere_needs_no_notes() -> None:
    cells = [make_cell_result(make_cell(name), verdicts.Runs()) for name in ("2.14.1", "2.15.1")]
    assert make_table("m", make_result(*cells)).notes == ()


def test_cell_in_words_names_each_loader_once() -> None:
    assert in_words(make_sample().cells[1]) == "saved_model crashed (SIGSEGV), keras fails"


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
    assert spans(names.split(), order) == expected


def test_spans_of_asked_pythons_draw_plain_cells_together() -> None:
    order = [
        "2.15.1+py3.11",
        "2.16.2+py3.11",
        "2.16.2+py3.11+tf_keras",
        "2.17.1+py3.11",
        "2.17.1+py3.11+tf_keras",
    ]
    plain = [name for name in order if "tf_keras" not in name]
    assert spans(plain, order) == "2.15.1+py3.11 to 2.17.1+py3.11"


@pytest.mark.parametrize("verdict", EXAMPLES.values(), ids=lambda verdict: verdict.word)
def test_description_of_anything_but_runs_begins_with_why(verdict: Verdict) -> None:
    text = describe(verdict)
    assert (text == "") == (verdict.word == "runs")
    assert len(text) < 400


def test_description_quotes_the_first_line_of_an_error() -> None:
    error = {"type": "ValueError", "message": "\n\n  Unknown layer\nmore"}
    assert describe(verdicts.Fails(error=error)) == "fails: ValueError: Unknown layer"


def test_description_quotes_python_where_nothing_else_was_said() -> None:
    assert describe(EXAMPLES[verdicts.Crashed]).startswith("crashed (SIGSEGV): Fatal Python error")


def test_description_quotes_the_check_that_failed() -> None:
    said = "2026-01-01 00:00:00.1: F tensorflow/core/tensor.h:809] Check failed: 1 == n"
    log = f"I tensorflow/core: using AVX2\n{said}\nFatal Python error: Aborted\n  File x"
    assert describe(verdicts.Crashed(detail="SIGABRT", log=log)) == f"crashed (SIGABRT): {said}"


def test_description_of_a_silent_death_is_whole() -> None:
    assert describe(verdicts.TimedOut(detail="120s", log="")) == "timed-out (120s)"


def test_description_of_an_error_without_facts_is_whole() -> None:
    assert describe(verdicts.Loads(error={})).startswith("loads: no exception")


def test_difference_names_the_output_and_the_reference() -> None:
    text = describe(EXAMPLES[verdicts.Differs])
    assert text == "out off by up to 0.5 (compared with 2.15.1)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "", id="empty"),
        pytest.param(" \n\t\n x \ny", "x", id="first-with-text"),
        pytest.param("a\x1b[31mb", "a\ufffd[31mb", id="escape"),
        pytest.param("a\u202eb", "a\ufffdb", id="turned-around"),
        pytest.param("x" * 220, "x" * 220, id="just-fits"),
        pytest.param("x" * 221, "x" * 219 + "…", id="too-long"),
    ],
)
def test_first_line(text: str, expected: str) -> None:
    assert first_line(text) == expected


def test_hostile_text_leaves_no_control_characters_in_the_table() -> None:
    found = _strings(make_table("m", make_hostile()))
    assert len(found) > 20
    assert [text for text in found if not text.isprintable()] == []


def test_hostile_text_stays_short() -> None:
    endless = verdicts.Fails(error={"type": "E" * 10_000, "message": "m" * 10_000})
    table = make_table("m", make_result(make_cell_result(make_cell(), endless)))
    assert max(map(len, _strings(table))) < 1000
