"""What a list of models may look like, and what is said of one that cannot be read."""

from __future__ import annotations

import pytest

from matrix.errors import UsageError
from matrix.models_list.entries import Entry, entries_in


def _texts(content: str | bytes, title: str = "list.txt") -> list[str]:
    content = content.encode() if isinstance(content, str) else content
    return [entry.text for entry in entries_in(content, title)]


def _refused(content: str | bytes, title: str = "list.csv") -> str:
    with pytest.raises(UsageError) as caught:
        _texts(content, title)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_a_list_has_one_model_on_each_line() -> None:
    text = (
        "# all models\na.keras\r\n\n  with spaces/b c.h5  \n\t# none\nhf://org/model\nd#1.tflite\n"
    )
    assert _texts(text) == ["a.keras", "with spaces/b c.h5", "hf://org/model", "d#1.tflite"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_marks_of_windows_are_understood(encoding: str) -> None:
    mark = "\ufeff" if encoding.startswith("utf-16-") else ""
    assert _texts(f"{mark}modèle.keras\r\nb.h5\r\n".encode(encoding)) == ["modèle.keras", "b.h5"]


def test_a_table_has_models_and_names_in_its_columns() -> None:
    text = 'id,Name,Model\r\n1,Encoder,"a, b.keras"\r\n2,,c.h5\r\n\r\n3,Short,d.h5\r\n'
    assert entries_in(text.encode(), "list.csv") == (
        Entry(text="a, b.keras", name="Encoder"),
        Entry(text="c.h5"),
        Entry(text="d.h5", name="Short"),
    )


@pytest.mark.parametrize("column", ["model", "path", "url", "PATH"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_what_separates_columns_is_seen_in_the_header(column: str, delimiter: str) -> None:
    text = delimiter.join(["name", column]) + "\n" + delimiter.join(["A", "a.keras"])
    for title in ("list.csv", "list.tsv", "list", "The list on standard input"):
        assert entries_in(text.encode(), title) == (Entry(text="a.keras", name="A"),)


def test_a_table_of_one_column_is_one_by_its_name_alone() -> None:
    assert _texts("model\na.keras\n", "list.csv") == ["a.keras"]
    assert _texts("model\na.keras\n", "list.txt") == ["model", "a.keras"]


def test_a_quoted_column_may_have_what_separates_them() -> None:
    for text in ('"notes, more",model\n"a, b",m.keras\n', 'name, "model"\nx, "m.keras"\n'):
        assert _texts(text) == ["m.keras"]


@pytest.mark.parametrize(
    "text", ['{"class_name": "Sequential"}', "[\n", '["a.h5"]', "{", '[{"a": 1}]']
)
def test_json_is_no_list(text: str) -> None:
    assert "is JSON, and not a list of models" in _refused(text, "models.json")


def test_a_name_in_brackets_is_no_json() -> None:
    assert _texts("[ab].h5\n{3F25}.tflite") == ["[ab].h5", "{3F25}.tflite"]


def test_a_row_may_be_shorter_than_the_header() -> None:
    assert _texts("model,name\na.keras\n", "list.csv") == ["a.keras"]


def test_columns_that_leave_open_which_is_meant_are_refused() -> None:
    assert "the columns path and url" in _refused("path,url\na,b\n")
    assert "the columns name and name" in _refused("path,name,name\na,b,c\n")


def test_a_table_without_models_says_what_it_begins_with() -> None:
    assert "its first line is 'id,title'" in _refused("id,title\n1,a\n")


def test_a_row_without_its_model_is_named_by_its_line() -> None:
    assert _refused("# us\n\nmodel,name\na,A\n,B\n").startswith("Line 5 of list.csv has nothing")


@pytest.mark.parametrize("content", ["", "\n\n# nothing\n", "\ufeff"])
def test_an_empty_list_is_refused(content: str) -> None:
    assert _refused(content, "list.txt").startswith("list.txt names no model.")


def test_a_table_of_nothing_but_a_header_is_refused() -> None:
    assert _refused("model,name\n").startswith("list.csv names no model.")


@pytest.mark.parametrize("content", [b"\x89HDF\r\n\x1a\n\0\0", b"a\0b", b"PK\x03\x04\xff"])
def test_a_model_is_no_list(content: bytes) -> None:
    assert "without --models-from" in _refused(content, "model.h5")


def test_bytes_that_are_no_text_are_those_of_a_path() -> None:
    plain, raw = entries_in("a.keras\n# modèle\nmodèle.keras\n".encode("latin-1"), "list.txt")
    assert (plain.raw_byte, raw.raw_byte, raw.line) == (None, 0xE8, 3)
    assert raw.text.encode("utf-8", "surrogateescape") == b"mod\xe8le.keras"


def test_nothing_but_the_end_of_a_line_ends_it() -> None:
    assert _texts("a\u2028b\x85c.keras\rd.keras") == ["a\u2028b\x85c.keras", "d.keras"]


def test_a_damaged_table_names_the_line() -> None:
    damaged = 'model,name\na,b\nc,"' + "x" * 200_000
    assert "cannot be read as a table" in _refused(damaged)
