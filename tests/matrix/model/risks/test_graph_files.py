"""Files outside of a model that its graph names: told with the path, by who reads it and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format
from matrix.model.opened_files import OpenedFiles
from matrix.model.risks.op_placement import OpPlacement
from matrix.model.risks.risk import Risk
from matrix.model.risks.scan import risks
from tests.builders import make_model

_STRING = 7


def _meta(op: str, path: bytes, name: str = "path") -> Any:
    """A graph whose initialiser runs an op that takes a constant through an Identity."""
    meta = message_class("tensorflow.MetaGraphDef")()
    nodes = meta.graph_def.node
    constant = nodes.add(name=name, op="Const").attr["value"].tensor
    constant.dtype = _STRING
    constant.string_val.append(path)
    nodes.add(name="same", op="Identity", input=[name])
    nodes.add(name="does", op=op, input=["same"])
    meta.collection_def["legacy_init_op"].node_list.value.append("does")
    return meta


def _told(folder: Path, meta: Any) -> list[Risk]:
    model = message_class("tensorflow.SavedModel")(meta_graphs=[meta])
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    with OpenedFiles() as opened:
        found = risks(make_model(Format.SAVED_MODEL_V1, path=folder), opened)
    return [risk for risk in found if risk.kind == "outside_file"]


def test_constant_that_a_reader_takes_is_told_with_its_path(tmp_path: Path) -> None:
    (found,) = _told(tmp_path, _meta("ReadFile", b"/etc/passwd"))
    assert (found.subject, found.where, found.usual) == ("/etc/passwd", OpPlacement.LOAD, False)
    assert "ReadFile reads the file /etc/passwd" in found.sentence


def test_table_that_is_filled_from_any_path_is_told(tmp_path: Path) -> None:
    (found,) = _told(tmp_path, _meta("InitializeTableFromTextFileV2", b"words.txt"))
    assert found.subject == "words.txt"


def test_asset_is_a_part_of_the_model(tmp_path: Path) -> None:
    meta = _meta("InitializeTableFromTextFileV2", b"/home/author/words.txt")
    meta.asset_file_def.add(filename="words.txt").tensor_info.name = "path:0"
    assert _told(tmp_path, meta) == []


def test_op_in_a_function_and_path_in_an_attribute_are_told(tmp_path: Path) -> None:
    meta = _meta("NoOp", b"x")
    function = meta.graph_def.library.function.add()
    function.signature.name = "f"
    function.node_def.add(name="i", op="ImmutableConst").attr[
        "memory_region_name"
    ].s = b"/etc/hosts"
    (found,) = _told(tmp_path, meta)
    assert (found.subject, found.usual) == ("/etc/hosts", True)


def test_prefix_of_a_saver_is_expected_and_a_checkpoint_for_the_initialiser_is_not(
    tmp_path: Path,
) -> None:
    meta = _meta("RestoreV2", b"/tmp/author/model")
    (found,) = _told(tmp_path, meta)
    assert (found.where, found.usual) == (OpPlacement.LOAD, False)
    del meta.collection_def["legacy_init_op"]
    meta.saver_def.restore_op_name = "does"
    (found,) = _told(tmp_path, meta)
    assert (found.where, found.usual) == (OpPlacement.SAVER, True)
