"""What no loader reads cannot damage a model, and damage explains only what comes of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matrix.errors import NothingTestable
from matrix.model.affected_loaders import loaders_reading
from matrix.model.codecs.protobuf import message_class
from matrix.model.facts import Format
from matrix.model.formats.reader import ALL_LOADERS, NO_LOADER
from matrix.model.inspection import Inspection, inspect_path, inspect_testable
from matrix.model.integrity.finding import Finding, Kind, Severity, damage
from matrix.model.place import Place
from matrix.results import verdicts
from matrix.results.verdicts import Verdict
from matrix.run.probe_output.process_exit import ProcessExit
from matrix.run.probe_output.records import ErrorRecord
from reports.build import inspection_json
from reports.build.diagnose_check import make_diagnoser
from reports.report.cause import Cause, Diagnosis
from tests import tiny_models
from tests.builders import make_cell, make_cell_result, make_check_result, make_model, make_result
from tests.conftest import SHARED

CASE = SHARED / "cases" / "02-labelmap-called-damaged" / "model"
LABELS = 'item {\n  id: 1\n  name: "cat"\n}\n'
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return tiny_models.saved_model(tmp_path / "model")


def put(folder: Path, name: str, content: bytes | str) -> None:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.skipif(not CASE.exists(), reason="the cases are not beside the project")
def test_label_map_is_no_damage() -> None:
    seen = inspect_testable(CASE)
    assert seen.findings == ()
    assert inspection_json.is_sound(seen)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("label_map.pbtxt", LABELS, id="labels"),
        pytest.param("policy_specs.pbtxt", "inputs { name: 'x' }", id="policy"),
        pytest.param("schema.pb", b"\x0a\x03abc\x12", id="another-message"),
        pytest.param("saved_model.pbtxt", "meta_graphs {", id="text-beside-the-binary"),
        pytest.param("fingerprint.pb", b"\xff" * 40, id="fingerprint"),
        pytest.param("fingerprint.pb", b"", id="empty-fingerprint"),
        pytest.param("keras_metadata.pb", b"", id="empty-metadata"),
        pytest.param("README.md", "", id="empty-readme"),
        pytest.param("config.json", "{", id="json"),
        pytest.param("old.h5", b"\x89HDF\r\n\x1a\n", id="hdf5"),
        pytest.param("old.keras", b"PK\x03\x04junk", id="zip"),
        pytest.param("lite.tflite", b"....TFL3", id="tflite"),
        pytest.param("frozen.pb", b"", id="empty-graph"),
        pytest.param("assets.extra/tf_serving_warmup_requests", b"junk", id="warm-up"),
        pytest.param("assets.extra/warmup.pb", b"\xff", id="warm-up-message"),
        pytest.param("variables/other.index", b"junk", id="another-index"),
        pytest.param("checkpoints/cp.index", b"junk", id="a-checkpoint-below"),
        pytest.param(".DS_Store", b"\0\0\0\1Bud1", id="desktop"),
    ],
)
def test_file_that_no_loader_reads_is_no_damage(
    model: Path, name: str, content: bytes | str
) -> None:
    put(model, name, content)
    seen = inspect_testable(model)
    assert [one.line for one in seen.findings if one.damaged] == []
    assert inspection_json.is_sound(seen)


@pytest.mark.parametrize(
    ("name", "content", "readers"),
    [
        pytest.param(
            "keras_metadata.pb", b"\xff" * 40, {"keras", "tf_keras"}, id="metadata-of-keras"
        ),
        pytest.param(
            "debug/saved_model_debug_info.pb",
            b"\xff" * 40,
            {"saved_model", "keras", "tf_keras", "tfsm_layer"},
            id="debug",
        ),
    ],
)
def test_file_that_some_loaders_read_is_damage_to_them(
    model: Path, name: str, content: bytes, readers: set[str]
) -> None:
    put(model, name, content)
    seen = inspect_testable(model)
    assert [(one.file, one.kind) for one in seen.findings] == [(name, Kind.UNPARSABLE)]
    assert set(seen.findings[0].readers or ()) == readers


def test_debug_information_that_parses_is_whole(model: Path) -> None:
    put(model, "debug/saved_model_debug_info.pb", b"\x0a\x03abc")
    assert inspect_testable(model).findings == ()


def test_sure_signs_in_a_file_that_no_loader_reads_are_warnings(model: Path) -> None:
    put(model, "docs/picture.png", LFS)
    (found,) = inspect_testable(model).findings
    assert (found.severity, found.kind, found.readers) == (Severity.WARNING, Kind.LFS_POINTER, ())
    assert found.sentence.endswith("No loader reads this file.")
    assert Finding.from_dict(found.to_dict()) == found


def test_damage_in_an_older_version_is_none_of_the_tested_one(tmp_path: Path) -> None:
    for version in ("1", "2"):
        tiny_models.saved_model(tmp_path / "model" / version)
    shard = tmp_path / "model" / "1" / "variables" / "variables.data-00000-of-00001"
    os.truncate(shard, 8)
    assert not any(one.damaged for one in inspect_testable(tmp_path / "model").findings)
    shard = tmp_path / "model" / "2" / "variables" / "variables.data-00000-of-00001"
    os.truncate(shard, 8)
    found = [one.file for one in inspect_testable(tmp_path / "model").findings if one.damaged]
    assert set(found) == {"2/variables/variables.data-00000-of-00001"}


def test_older_checkpoint_beside_the_newest_is_not_read(tmp_path: Path) -> None:
    folder = tiny_models.checkpoint(tmp_path / "model")
    for name in ("model.ckpt", "old.ckpt"):
        for file in list(folder.glob("model.ckpt.*")):
            put(folder, file.name.replace("model.ckpt", name), file.read_bytes())
    os.truncate(folder / "old.ckpt.data-00000-of-00002", 8)
    assert not any(one.damaged for one in inspect_testable(folder).findings)
    os.truncate(folder / "model.ckpt.data-00000-of-00002", 8)
    assert any(one.damaged for one in inspect_testable(folder).findings)


@pytest.mark.parametrize("make", [tiny_models.hdf5, tiny_models.keras, tiny_models.tflite])
def test_file_that_was_named_is_always_read(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    suffix = {"hdf5": ".h5", "keras": ".keras", "tflite": ".tflite"}[make.__name__]
    path = make(tmp_path / f"model{suffix}")
    facts = inspect_testable(path).facts
    assert loaders_reading(path.name, facts) is ALL_LOADERS
    assert loaders_reading("another.h5", facts) == NO_LOADER


def test_checkpoint_of_a_graph_is_read_with_it(tmp_path: Path) -> None:
    folder = tiny_models.checkpoint(tmp_path / "model")
    meta = message_class("tensorflow.MetaGraphDef")()
    meta.meta_info_def.tags.append("train")
    meta.graph_def.CopyFrom(tiny_models.graph())
    for name in ("model.ckpt.meta", ".meta"):
        (folder / name).write_bytes(meta.SerializeToString())
    facts = inspect_testable(folder / "model.ckpt.meta").facts
    assert loaders_reading("model.ckpt.meta", facts) is ALL_LOADERS
    assert loaders_reading("model.ckpt.data-00001-of-00002", facts) is ALL_LOADERS
    assert loaders_reading("other.ckpt.index", facts) == NO_LOADER
    # A file that is all suffix has no checkpoint beside it.
    assert inspect_testable(folder / ".meta").facts.weights is None


def test_folder_without_its_graph_says_what_it_lacks(model: Path) -> None:
    (model / "saved_model.pb").unlink()
    with pytest.raises(NothingTestable, match=r"saved_model\.pb"):
        inspect_testable(model)
    assert not isinstance(inspect_path(model), Inspection)


# --- what damage explains ------------------------------------------------------------------------

SHARD = "variables/variables.data-00000-of-00001"
CHECKSUM = damage(Kind.CHECKSUM, SHARD, f"{SHARD} holds other bytes than were saved.")
GRAPH = damage(Kind.INCONSISTENT, "saved_model.pb", "saved_model.pb is damaged: odd op.")
METADATA = replace(
    damage(Kind.UNPARSABLE, "keras_metadata.pb", "keras_metadata.pb does not parse."),
    readers=("keras", "tf_keras"),
)


def raised(kind: str, message: str) -> Verdict:
    return verdicts.Fails(error=ErrorRecord(type=kind, message=message))


KERAS_3 = raised("ValueError", "File format not supported: filepath=m. Keras 3 only supports V3")
ADD_SLOT = raised("AttributeError", "'_UserObject' object has no attribute 'add_slot'")
OP = raised(
    "FileNotFoundError",
    "Op type not registered 'DisableCopyOnRead' in binary running on x. Make sure the Op and "
    "Kernel are registered in the binary running in this process.",
)
ODD = raised("NotFoundError", "Op type not registered 'Mat\\x03ul' in binary running on x.")
READ = raised("DataLossError", "TensorBundle at m/variables shard 0: Checksum does not match")
INNER = raised(
    "ValueError",
    "A total of 1 objects could not be loaded. Example error message for object <Adam>:\n\n"
    "Bad CRC-32 for file 'model.weights.h5'",
)
UNKNOWN = raised("RuntimeError", "the frobnicator is out of tune")
DIED = verdicts.Crashed(
    exit=ProcessExit(signal="SIGSEGV", log="Fatal Python error: Segmentation fault")
)


def diagnosed(verdict: Verdict, *findings: Finding, loader: str = "saved_model") -> Diagnosis:
    path = Path("/models/m")
    facts = make_model(Format.SAVED_MODEL, path=path)
    check = make_check_result(verdict, loader)
    cell = make_cell_result(make_cell("2.21.0"), check)
    found = make_diagnoser(facts, findings, Place(), make_result(cell)).diagnose_check(cell, check)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("verdict", "loader", "finding", "cause"),
    [
        pytest.param(KERAS_3, "keras", CHECKSUM, Cause.KERAS3_FORMAT_UNSUPPORTED, id="keras-3"),
        pytest.param(
            ADD_SLOT, "saved_model", CHECKSUM, Cause.KERAS_CONFIG_INCOMPATIBLE, id="add-slot"
        ),
        pytest.param(OP, "saved_model", CHECKSUM, Cause.UNREGISTERED_OP, id="op"),
        pytest.param(ODD, "saved_model", GRAPH, Cause.CORRUPT_OR_TRUNCATED, id="op-of-a-bad-graph"),
        pytest.param(READ, "saved_model", CHECKSUM, Cause.CORRUPT_OR_TRUNCATED, id="checksum"),
        pytest.param(INNER, "keras", CHECKSUM, Cause.CORRUPT_OR_TRUNCATED, id="inner-words"),
        pytest.param(UNKNOWN, "saved_model", CHECKSUM, Cause.CORRUPT_OR_TRUNCATED, id="unknown"),
        pytest.param(DIED, "saved_model", CHECKSUM, Cause.CORRUPT_OR_TRUNCATED, id="crash"),
        pytest.param(UNKNOWN, "keras", METADATA, Cause.CORRUPT_OR_TRUNCATED, id="metadata"),
        pytest.param(UNKNOWN, "session", METADATA, Cause.UNCLASSIFIED, id="not-read-by-it"),
    ],
)
def test_damage_explains_only_what_comes_of_it(
    verdict: Verdict, loader: str, finding: Finding, cause: Cause
) -> None:
    found = diagnosed(verdict, finding, loader=loader)
    assert found.cause is cause
    assert (finding.sentence in found.explanation) is (cause is Cause.CORRUPT_OR_TRUNCATED)


def test_op_that_a_newer_release_has_is_no_damage_of_the_graph() -> None:
    assert diagnosed(OP, GRAPH).cause is Cause.UNREGISTERED_OP


def test_failure_that_names_the_damaged_file_is_damage_whatever_it_says_first() -> None:
    lost = replace(CHECKSUM, kind=Kind.MISSING)
    said = raised(
        "NotFoundError",
        "Restoring from checkpoint failed. This is most likely due to a Variable name or other "
        "graph key that is missing from the checkpoint.\n"
        f"/models/m/{lost.file}; No such file or directory",
    )
    assert diagnosed(said, loader="session").cause is Cause.WEIGHTS_MISMATCH
    assert diagnosed(said, lost, loader="session").cause is Cause.MISSING_FILE


def test_damage_is_not_why_a_loader_fails_that_the_format_rules_out() -> None:
    folder = raised("OSError", "SavedModel file does not exist at: m.keras/{saved_model.pb}")
    facts = make_model(Format.KERAS_V3, path=Path("/models/m.keras"))
    torn = Finding(
        severity=Severity.DAMAGED, kind=Kind.CHECKSUM, file="m.keras", sentence="It is torn."
    )
    found = {}
    for release in ("2.10.1", "2.13.1"):
        check = make_check_result(folder, "keras")
        cell = make_cell_result(make_cell(release), check)
        diagnoser = make_diagnoser(facts, (torn,), Place(), make_result(cell))
        found[release] = diagnoser.diagnose_check(cell, check)
    assert found["2.10.1"].cause is Cause.WRONG_FORMAT_OR_PATH  # type: ignore[union-attr]
    assert found["2.13.1"].cause is Cause.CORRUPT_OR_TRUNCATED  # type: ignore[union-attr]


def test_missing_shard_is_a_missing_file() -> None:
    lost = replace(CHECKSUM, kind=Kind.MISSING)
    assert diagnosed(READ, lost).cause is Cause.MISSING_FILE


def test_damage_that_another_variant_does_not_read_is_why_this_one_fails() -> None:
    failing = make_check_result(INNER, "keras", "compile=True")
    loading = make_check_result(verdicts.Runs(), "keras", "compile=False")
    cell = make_cell_result(make_cell("2.21.0"), failing, loading)
    facts = make_model(Format.KERAS_V3, path=Path("/models/m.keras"))
    found = make_diagnoser(facts, (CHECKSUM,), Place(), make_result(cell)).diagnose_check(
        cell, failing
    )
    assert found is not None
    assert found.cause is Cause.CORRUPT_OR_TRUNCATED
