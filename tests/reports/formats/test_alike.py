"""Wordings of one fact are the same text, and different facts are not."""

from __future__ import annotations

import pytest

from reports.formats.alike import alike, kind_of, names_in, template


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("unknown keys {'b', 'a'}", "unknown keys {'a', 'b'}", id="set"),
        pytest.param("<_UserObject at 0x7f12>", "<_UserObject at 0x55ab>", id="address"),
        pytest.param("no layer 'a'", 'no layer "a"', id="quotes"),
        pytest.param("no `a`", "no \N{LEFT SINGLE QUOTATION MARK}a'", id="typeset-quotes"),
        pytest.param(
            "__init__() takes 1 positional argument but 2 were given",
            "Dense.__init__() takes from 1 to 2 positional arguments but 3 were given",
            id="python-3.10",
        ),
        pytest.param(
            "2026-01-02 03:04:05.678901: F core/op.cc:12] no op",
            "2026-11-12 13:14:15.161718: F core/op.cc:34] no op",
            id="clock-and-line",
        ),
        pytest.param(
            "No such file: '/tmp/tmpab12/model/x.index'",
            "No such file: '/tmp/tmpcd34/model/x.index'",
            id="folder-of-one-process",
        ),
        pytest.param("can't  open it", "cannot open it", id="spelling"),
        pytest.param(
            "cannot import name 'a' from 'b' (/env/one/b.py)",
            "cannot import name 'a' from 'b' (/env/two/b.py)",
            id="place-of-a-module",
        ),
        pytest.param(
            "Attempting to use uninitialized value fw/kernel\n\t [[{{node fw/kernel/read}}]]",
            "Attempting to use uninitialized value fw/bias\n\t [[{{node fw/bias/read}}]]",
            id="first-variable-without-a-value",
        ),
        pytest.param(
            "Node: 'a/Read'\nCould not find variable cell_0/bw/kernel/Adam_1. This could mean that "
            "it was deleted. Resource localhost/cell_0/bw/kernel/Adam_1/N10tensorflow3VarE",
            "Node: 'b/Read'\nCould not find variable cell_1/fw/bias. This could mean that "
            "it was deleted. Resource localhost/cell_1/fw/bias/N10tensorflow3VarE",
            id="first-resource-without-a-value",
        ),
        pytest.param(
            "Output 0 of node 'counter' has a reference type float_ref",
            "Output 0 of node 'by_op/AssignAdd' has a reference type float_ref",
            id="first-reference",
        ),
        pytest.param(
            "TF_Output i8:0 appears more than once in the input list",
            "TF_Output i16:0 appears more than once in the input list",
            id="first-input-twice",
        ),
    ],
)
def test_wordings_of_one_fact_are_alike(one: str, other: str) -> None:
    assert one != other
    assert alike(one) == alike(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("no layer layer_12", "no layer layer_13", id="layer"),
        pytest.param("it needs version 3", "it needs version 4", id="version"),
        pytest.param("unknown keys {'a', 'b'}", "unknown keys {'a', 'c'}", id="set"),
        pytest.param("shape [2, 1]", "shape [1, 2]", id="list"),
        pytest.param("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}", id="dict"),
        pytest.param("no file '/tmp/x1/a'", "no file '/tmp/x1/b'", id="file"),
        pytest.param("no kernel for {{node a}}", "no kernel for {{node b}}", id="op"),
    ],
)
def test_different_facts_stay_different(one: str, other: str) -> None:
    assert alike(one) != alike(other)


def test_sentences_of_one_kind_differ_in_names_paths_and_numbers() -> None:
    one = "The file's end is missing: a/b.index says 1,024 bytes of 'dense', there are 12.5 (`x`)."
    other = "The file's end is missing: c.d/e says 7 bytes of 'conv', there are 8 (`long name`)."
    assert kind_of(one) == kind_of(other)
    assert kind_of(one) != kind_of(one.replace("missing", "damaged"))


def test_what_a_sentence_is_about_is_left_out() -> None:
    assert template("Op `A` is newer.", "A") == template("Op `Bc` is newer.", "Bc")
    assert template("The layer dense fails.", "dense") == template("The layer conv fails.", "conv")
    assert template("It is newer.", "e") == "It is newer."
    assert names_in("Op `A` of `b.c`.") == ["A", "b.c"]
