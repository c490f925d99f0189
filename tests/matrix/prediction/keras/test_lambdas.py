"""Lambda layers: their bytecode and the safe mode of Keras."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import pytest

from tests.builders import make_cell
from tests.matrix.prediction.keras.models import hdf5, layer, said, sequential, verdicts

# The numbers of arguments, variables and flags; the type of the bytecode; the bytecode.
_LAYOUTS = {
    "3.7": (5, b"s", b"|\0d\1\x14\0S\0"),
    "3.9": (6, b"s", b"|\0d\1\x14\0S\0"),
    "3.11": (5, b"\xf3", b"\x97\0|\0d\1z\5"),
    "3.13": (5, b"\xf3", b"\x95\0U\0S\1-\5"),
}


def _code(python: str) -> str:
    count, kind, body = _LAYOUTS[python]
    head = b"\xe3" + struct.pack("<5i", 1, 0, 2, 3, 67)[: 4 * count]
    head += struct.pack("<i", 67) * (count - 5)
    return base64.b64encode(head + kind + struct.pack("<i", len(body)) + body * 2).decode()


def _model(folder: Path, python: str) -> Path:
    function = {"function": [_code(python), None, None], "function_type": "lambda"}
    return hdf5(folder / "m.h5", sequential(layer("Lambda", **function)))


@pytest.mark.parametrize(
    ("python", "of_cell", "verdict"),
    [
        ("3.7", "3.7", "loads"),
        ("3.7", "3.8", "fails"),
        ("3.9", "3.8", "loads"),
        ("3.9", "3.11", "fails"),
        ("3.11", "3.11", "loads"),
        ("3.11", "3.10", "fails"),
        ("3.11", "3.12", "unknown"),
        ("3.13", "3.11", "fails"),
    ],
)
def test_bytecode_is_of_some_pythons(
    tmp_path: Path, python: str, of_cell: str, verdict: str
) -> None:
    cell = make_cell("2.11.1", python=of_cell)
    (found,) = said(_model(tmp_path, python), cell)
    assert found.verdict == verdict
    if verdict == "fails":
        assert f"this cell has Python {of_cell}" in found.why


def test_keras_3_refuses_code_in_its_safe_mode(tmp_path: Path) -> None:
    (found,) = said(_model(tmp_path, "3.11"), make_cell("2.16.2", python="3.12"))
    assert (found.verdict, found.rule) == ("fails", "keras-safe-mode")


def test_function_by_name_is_no_code(tmp_path: Path) -> None:
    named = layer("Lambda", function="relu", function_type="function")
    path = hdf5(tmp_path / "m.h5", sequential(named))
    assert verdicts(path, make_cell("2.11.1", python="3.10")) == ["loads"]
