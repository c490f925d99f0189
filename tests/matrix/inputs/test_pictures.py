"""Models that decode pictures are fed one."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from matrix.inputs.generated import made_inputs
from matrix.inputs.pictures import picture
from matrix.inputs.tf_example import serialized
from tests.matrix.inputs.test_generated import saved_model


@pytest.mark.parametrize("op", ["DecodeImage", "DecodeJpeg", "DecodePng"])
def test_model_that_decodes_pictures_is_fed_one(op: str, tmp_path: Path) -> None:
    model = saved_model(tmp_path, {"name": "d", "op": op, "input": ["inputs"]})
    tries = list(made_inputs(model))
    assert set(tries[0]["serve/inputs"].tolist()) == {picture()}
    # Where it was no success, words are.
    assert any(b"hello world" in one["serve/inputs"].tolist() for one in tries[1:])


def test_picture_goes_through_base64_where_the_graph_takes_it_so(tmp_path: Path) -> None:
    nodes = [{"name": name, "op": name} for name in ("DecodeBase64", "DecodePng")]
    fed = next(made_inputs(saved_model(tmp_path, *nodes)))["serve/inputs"].tolist()[0]
    assert base64.urlsafe_b64decode(fed + b"=" * (-len(fed) % 4)) == picture()


def test_picture_within_an_example_is_its_text(tmp_path: Path) -> None:
    parse: dict[str, Any] = {"name": "p", "op": "ParseExample"}
    parse["input"] = ["inputs", "names", "s"]
    key: dict[str, Any] = {"name": "s", "op": "Const", "value": [b"image/encoded"]}
    nodes: list[dict[str, Any]] = [
        key,
        {**parse, "sparse_types": [7]},
        {"name": "d", "op": "DecodePng"},
    ]
    fed = next(made_inputs(saved_model(tmp_path, *nodes)))["serve/inputs"].tolist()[0]
    assert fed == serialized({b"image/encoded": (7, 1)}, [picture()])


def test_picture_is_a_png_of_48_pixels_square() -> None:
    data = picture()
    assert data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 48, 48))
    place = data.index(b"IDAT")
    length = struct.unpack(">I", data[place - 4 : place])[0]
    rows = zlib.decompress(data[place + 4 : place + 4 + length])
    assert len(rows) == 48 * (1 + 3 * 48)
    # Arrays of bytes lose zeros at their end.
    assert not data.endswith(b"\0")
