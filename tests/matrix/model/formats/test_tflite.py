"""TensorFlow Lite files: what they say, and that damage is a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from matrix.errors import NothingTestable
from matrix.model.facts import Format, FormatFacts, TensorFacts
from matrix.model.formats.readers.tflite import read_tflite
from matrix.model.opened_files import OpenedFiles
from tests import tiny_models


def tflite(path: Path) -> FormatFacts:
    with OpenedFiles() as opened:
        return read_tflite(opened.at(path))


def test_file_tells_its_operators_inputs_and_parameters(tmp_path: Path) -> None:
    written = tflite(tiny_models.tflite(tmp_path / "m"))
    assert (written.format, written.ops, written.parameters) == (Format.TFLITE, {"ADD": 1}, 100)
    (signature,) = written.signatures
    assert signature.inputs == (TensorFacts(name="input", dtype="float32", shape=(2,)),)
    assert signature.outputs == (TensorFacts(name="output", dtype="float32", shape=(2,)),)
    assert written.custom_objects == ()


def test_graph_tells_what_is_picked_and_the_steps_of_what_was_quantised(tmp_path: Path) -> None:
    written = tflite(tiny_models.quantised_tflite(tmp_path / "m", scale=0.25))
    assert written.selected == {"places": "TOPK_V2"}
    assert written.steps == {"scores": 0.25}


def _answer(path: Path) -> str:
    try:
        return tflite(path).format.value
    except NothingTestable as refusal:
        return str(refusal).partition(" starts like")[0]


@pytest.mark.parametrize("make", [tiny_models.tflite, tiny_models.quantised_tflite])
def test_damage_anywhere_is_an_answer_or_a_sentence(
    make: Callable[[Path], Path], tmp_path: Path
) -> None:
    whole = make(tmp_path / "m").read_bytes()
    for place in range(8, len(whole), 7):
        for damaged in (whole[:place], whole[:place] + b"\xff\x7f" + whole[place + 2 :]):
            (tmp_path / "m").write_bytes(damaged)
            assert _answer(tmp_path / "m") in ("tflite", str(tmp_path / "m"))


def test_list_longer_than_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    # A model of one slot, its operators, which says that it has four billion of them.
    table = bytes([8, 0, 8, 0, 0, 0, 4, 0]) + bytes([8, 0, 0, 0, 4, 0, 0, 0]) + b"\xff" * 4
    path.write_bytes(bytes([16, 0, 0, 0]) + b"TFL3" + table)
    with pytest.raises(NothingTestable, match=re.escape(str(path))):
        tflite(path)
