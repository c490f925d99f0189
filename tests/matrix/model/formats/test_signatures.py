"""The one table of magic numbers and suffixes, and the readers that refer to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from matrix.model.codecs.readable import InMemory
from matrix.model.facts import Format
from matrix.model.formats import signatures as table
from matrix.model.formats.reader import Evidence
from matrix.model.formats.registry import (
    folder_readers,
    format_readers,
    formats_promised,
    reader_of,
    signatures,
)
from matrix.model.formats.signatures import FOREIGN, Signature
from tests.conftest import TESTS

MODELS = [signature for signature in signatures() if signature.marked]


def test_every_format_has_one_reader() -> None:
    formats = [kind for reader in format_readers() for kind in reader.formats]
    assert sorted(kind.value for kind in formats) == sorted(
        kind.value for kind in Format if kind is not Format.UNKNOWN
    )
    assert all(kind in reader_of(kind).formats for kind in formats)


def test_every_format_has_a_name_that_people_use() -> None:
    names = [one.words for one in Format]
    assert len(set(names)) == len(names)
    assert all(names)


def test_surest_evidence_is_asked_first() -> None:
    order = [reader.evidence for reader in format_readers()]
    assert order == sorted(order)
    assert order[0] is Evidence.MAGIC
    assert folder_readers()[0] is reader_of(Format.SAVED_MODEL)


def test_suffix_stands_for_one_kind_of_file() -> None:
    kinds: dict[str, set[str]] = {}
    for signature in signatures():
        for suffix in signature.suffixes:
            kinds.setdefault(suffix, set()).add(signature.kind)
    assert {suffix: names for suffix, names in kinds.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("suffix", "formats"),
    [
        (".keras", {Format.KERAS_V3}),
        (".h5", {Format.KERAS_H5, Format.WEIGHTS_H5}),
        (".tflite", {Format.TFLITE}),
        (".pb", {Format.GRAPH_DEF}),
        (".pbtxt", {Format.GRAPH_DEF, Format.META_GRAPH}),
        (".zip", set()),
        (".txt", set()),
    ],
)
def test_suffix_promises_the_formats_of_its_readers(suffix: str, formats: set[Format]) -> None:
    assert formats_promised(suffix) == formats


@pytest.mark.parametrize("signature", MODELS, ids=lambda one: one.kind)
def test_bytes_of_a_kind_are_of_no_other(signature: Signature) -> None:
    for place, mark in signature.magic:
        head = b"\x01" * place + mark + b"\x01" * 600
        kinds = {one.kind for one in signatures() if one.matches_head(head)}
        assert kinds == {signature.kind}


def test_mark_at_the_end_is_looked_for_there() -> None:
    (place, mark) = table.TABLE.magic[0]
    assert place == -len(mark)
    assert table.TABLE.matches(InMemory(b"anything" * 200 + mark))
    assert not table.TABLE.matches(InMemory(mark + b"anything" * 200))
    assert not table.TABLE.matches(InMemory(mark[1:]))


def test_what_is_no_model_comes_with_advice() -> None:
    assert all(signature.advice and signature.words for signature in FOREIGN)


def test_magic_numbers_stand_in_the_table_only() -> None:
    # The codecs of zip files and tables know the bytes that they read.
    apart = {"signatures.py", "zip_file.py", "sstable.py"}
    marks = re.compile(
        r'b"PK\\x|\\x89HDF|b"TFL3|b"BZh|xfd7zXZ|x93NUMPY|b"GIF8|git-lfs.github|ustar'
    )
    rooms = Path(TESTS.parent, "matrix", "model")
    found = [file.name for file in rooms.rglob("*.py") if marks.search(file.read_text("utf-8"))]
    assert sorted(set(found) - apart) == []
