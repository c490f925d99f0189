"""What a model could do: found where it stands, in graphs, archives and configurations."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format, ModelFacts
from matrix.model.opened_files import OpenedFiles
from matrix.model.risks.op_placement import OpPlacement, op_placements
from matrix.model.risks.risk import Risk
from matrix.model.risks.scan import risks
from tests import tiny_models
from tests.builders import make_model


def risks_of(model: ModelFacts) -> tuple[Risk, ...]:
    with OpenedFiles() as opened:
        return risks(model, opened)


def _meta(**nodes: str) -> Any:
    """A MetaGraph with an op of each kind in a node of its own, which nothing calls."""
    meta = message_class("tensorflow.MetaGraphDef")()
    for name, op in nodes.items():
        meta.graph_def.node.add(name=name, op=op)
    return meta


def _saved(folder: Path, meta: Any) -> tuple[Risk, ...]:
    model = message_class("tensorflow.SavedModel")(meta_graphs=[meta])
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    return risks_of(make_model(Format.SAVED_MODEL, path=folder))


def test_initialiser_of_tensorflow_1_runs_while_loading() -> None:
    meta = _meta(init="NoOp", write="WriteFile")
    meta.graph_def.node[0].input.append("^write")
    meta.collection_def["saved_model_main_op"].node_list.value.append("init")
    assert op_placements(meta)["WriteFile"] is OpPlacement.LOAD


def test_function_that_creates_a_resource_runs_while_loading() -> None:
    meta = _meta()
    function = meta.graph_def.library.function.add()
    function.signature.name = "create"
    function.node_def.add(name="w", op="WriteFile")
    owner = meta.object_graph_def.nodes.add()
    owner.children.add(node_id=1, local_name="_create_resource")
    meta.object_graph_def.nodes.add().function.concrete_functions.append("create")
    assert op_placements(meta)["WriteFile"] is OpPlacement.LOAD


def test_function_in_a_signature_runs_when_it_is_called() -> None:
    meta = _meta(call="StatefulPartitionedCall")
    meta.graph_def.node[0].attr["f"].func.name = "body"
    function = meta.graph_def.library.function.add()
    function.signature.name = "body"
    function.node_def.add(name="p", op="EagerPyFunc")
    meta.signature_def["serve"].outputs["out"].name = "call:0"
    assert op_placements(meta)["EagerPyFunc"] is OpPlacement.SIGNATURE


def test_saver_may_write_checkpoints_but_nothing_else_while_it_restores(tmp_path: Path) -> None:
    meta = _meta(restore="NoOp", read="RestoreV2", evil="WriteFile", save="SaveV2")
    meta.graph_def.node[0].input.extend(["^read", "^evil"])
    meta.saver_def.restore_op_name = "restore"
    meta.saver_def.save_tensor_name = "save:0"
    found = {one.subject: (one.where, one.usual) for one in _saved(tmp_path, meta)}
    assert found["RestoreV2"] == found["SaveV2"] == (OpPlacement.SAVER, True)
    assert found["WriteFile"] == (OpPlacement.LOAD, False)


def test_writer_comes_before_what_every_model_has(tmp_path: Path) -> None:
    meta = _meta(table="InitializeTableFromTextFileV2", write="WriteFile")
    meta.collection_def["legacy_init_op"].node_list.value.append("table")
    found = _saved(tmp_path, meta)
    assert [(one.subject, one.usual) for one in found] == [
        ("WriteFile", False),
        ("InitializeTableFromTextFileV2", True),
    ]
    assert found[0].sentence.startswith("WriteFile: writes")


def test_asset_whose_name_climbs_out_of_the_folder_is_told(tmp_path: Path) -> None:
    meta = _meta()
    meta.asset_file_def.add(filename="../../etc/passwd")
    (found,) = _saved(tmp_path, meta)
    assert (found.kind, found.subject) == ("climbs_out", "../../etc/passwd")


def test_flex_op_of_tensorflow_lite_counts_like_the_op_itself(tmp_path: Path) -> None:
    model = make_model(Format.TFLITE, path=tmp_path, ops={"FlexReadFile": 1, "ADD": 2})
    assert [one.subject for one in risks_of(model)] == ["FlexReadFile"]


def test_lambdas_are_told_by_their_layer(tmp_path: Path) -> None:
    (found,) = risks_of(make_model(Format.KERAS_H5, path=tmp_path, lambdas=("square",)))
    assert (found.kind, found.subject, found.where) == ("lambda", "square", OpPlacement.LOAD)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.pkl", b"anything"),
        ("hidden", pickle.dumps([1])),
        ("objects.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False}"),
    ],
)
def test_pickle_in_an_archive_is_told(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    (found,) = risks_of(make_model(Format.KERAS_V3, path=path))
    assert (found.kind, found.subject) == ("pickle", f"{name} in m.keras")


def test_pickle_in_the_arrays_in_a_keras_file_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "words.npz", words=np.array([{"a": 1}], dtype=object))
    path = tmp_path / "m.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(tmp_path / "words.npz", "assets/words.npz")
    (found,) = risks_of(make_model(Format.KERAS_V3, path=path))
    assert found.subject == "words.npy in assets/words.npz in m.keras"


def test_foreign_module_and_climbing_member_of_a_keras_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "m.keras"
    config = {"module": "keras", "config": {"layers": [{"module": "os.path", "class_name": "x"}]}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("../outside", b"")
    found = [(one.kind, one.subject) for one in risks_of(make_model(Format.KERAS_V3, path=path))]
    assert found == [("climbs_out", "../outside"), ("imports_module", "os.path")]


def test_link_of_hdf5_into_another_file_is_told_and_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "m.h5"
    with h5py.File(path, "w") as file:
        file["here"] = np.ones(3)
        file["there"] = h5py.ExternalLink("/etc/other.h5", "/x")
    (found,) = risks_of(make_model(Format.KERAS_H5, path=path))
    assert (found.kind, found.subject) == ("outside_file", "/etc/other.h5")


def test_damaged_model_gets_no_labels_and_no_traceback(tmp_path: Path) -> None:
    path = tiny_models.keras(tmp_path / "m.keras")
    path.write_bytes(path.read_bytes()[:300])
    assert risks_of(make_model(Format.KERAS_V3, path=path)) == ()
