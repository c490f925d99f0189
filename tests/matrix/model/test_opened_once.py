"""Each file of a model is opened once and parsed once, for the facts, the plan and the inputs."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import pytest

from matrix.model.codecs import hdf5, json_text, protobuf, tensor_bundle, zip_file
from matrix.model.codecs.protobuf import message_class
from matrix.model.codecs.readable import InMemory, Readable
from matrix.model.inspection import Inspection, inspect_path
from matrix.model.integrity.manifest import write_manifest
from matrix.model.opened_files import OpenedFiles
from matrix.options.reading import read_options
from matrix.plan.planning import planned
from matrix.run.input_files import store_inputs
from matrix.run.store import Store
from tests import tiny_models
from tests.conftest import SHARED, TESTS

MODELS = SHARED / "models"
ROOMS = ("matrix/model", "matrix/inputs")
# What parses bytes, by module: the only functions that do (the last test holds that).
PARSERS = (
    (protobuf, "parse_message"),
    (protobuf, "keras_metadata"),
    (hdf5, "parse_hdf5"),
    (zip_file, "parse_zip"),
    (json_text, "parse_json"),
    (tensor_bundle, "parse_bundle"),
)

_opened: Counter[Path] = Counter()
_watched: list[Path] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _watched and isinstance(arguments[0], str | os.PathLike):
        path = Path(arguments[0])
        if path.is_relative_to(_watched[0]):
            _opened[path.relative_to(_watched[0])] += 1


# A hook stays as long as the process; without a watched folder it does nothing.
sys.addaudithook(_watch)


@pytest.fixture
def opens(tmp_path: Path) -> Iterator[Counter[Path]]:
    """How often each file below the models of a test is opened."""
    _opened.clear()
    _watched.append(tmp_path / "models")
    yield _opened
    _watched.clear()


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> Counter[bytes]:
    """How often the same bytes are parsed, whatever they are parsed as."""
    counted: Counter[bytes] = Counter()

    def counting(parse: Callable[..., Any]) -> Callable[..., Any]:
        def parsed(*arguments: Any, **options: Any) -> Any:
            source = next(one for one in arguments if isinstance(one, bytes | Readable))
            content = source.content() if isinstance(source, Readable) else source
            counted[content] += 1
            return parse(*arguments, **options)

        return parsed

    for module, name in PARSERS:
        monkeypatch.setattr(module, name, counting(getattr(module, name)))
    return counted


def _architecture(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "m.json"
    path.write_text('{"class_name": "Sequential", "config": {"layers": []}}')
    with h5py.File(folder / "m.weights.h5", "w") as file:
        file.attrs["layer_names"] = [b"dense"]
    return path


def _meta_graph(folder: Path) -> Path:
    tiny_models.checkpoint(folder)
    meta = message_class("tensorflow.MetaGraphDef")()
    meta.meta_info_def.tags.append("train")
    meta.graph_def.CopyFrom(tiny_models.graph())
    (folder / "model.ckpt.meta").write_bytes(meta.SerializeToString())
    return folder / "model.ckpt.meta"


def _zipped(folder: Path) -> Path:
    model = tiny_models.saved_model(folder)
    return Path(shutil.make_archive(str(folder.with_name("packed")), "zip", model))


def _large_keras(folder: Path) -> Path:
    """Weights that do not fit into what is read of a small file when it is opened."""
    path = folder.with_suffix(".h5")
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = b"{}"
        file["w"] = [0.5] * 100_000
    return path


MADE: dict[str, Callable[[Path], Path]] = {
    "saved_model": tiny_models.saved_model,
    "keras_v3": lambda folder: tiny_models.keras(folder.with_suffix(".keras")),
    "keras_h5": lambda folder: tiny_models.hdf5(folder.with_suffix(".h5")),
    "keras_h5-large": _large_keras,
    "keras_json": _architecture,
    "tflite": lambda folder: tiny_models.tflite(folder.with_suffix(".tflite")),
    "graph_def": lambda folder: tiny_models.graph_def(folder.with_suffix(".pb")),
    "meta_graph": _meta_graph,
    "checkpoint": tiny_models.checkpoint,
    "archive": _zipped,
}


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    make: Callable[[Path], Path] = MADE[request.param]
    return make(tmp_path / "models" / "m")


def _several(counted: Counter[Any]) -> dict[Any, int]:
    return {what: count for what, count in counted.items() if count != 1}


each_format = pytest.mark.parametrize("made", MADE, indirect=True)


@each_format
def test_inspection_opens_and_parses_each_file_once(
    made: Path, opens: Counter[Path], parses: Counter[bytes]
) -> None:
    assert isinstance(inspect_path(made), Inspection)
    assert made.is_dir() or made.name in {path.name for path in opens}
    assert _several(opens) == {}
    assert _several(parses) == {}


@each_format
def test_plan_and_inputs_open_and_parse_each_file_once(
    made: Path, opens: Counter[Path], parses: Counter[bytes], tmp_path: Path
) -> None:
    plan = planned(read_options([str(made)], tmp_path))
    store_inputs(plan, Store(folder=tmp_path / "results"))
    assert opens
    assert parses or made.suffix == ".tflite"
    assert _several(opens) == {}
    assert _several(parses) == {}


def test_manifest_is_checked_with_the_files_that_are_open(
    opens: Counter[Path], tmp_path: Path
) -> None:
    model = tiny_models.saved_model(tmp_path / "models" / "m")
    sums = tmp_path / "sums"
    sums.write_text(write_manifest(model))
    opens.clear()
    seen = inspect_path(model, sums)
    assert seen.findings == ()
    assert _several(opens) == {}


@pytest.mark.skipif(not MODELS.exists(), reason="the real models are not beside the project")
@pytest.mark.parametrize("name", ["sm2-basic-pitch", "k3-deeplc-8c22", "ckpt1-phasenet"])
def test_real_model_is_opened_and_parsed_once(
    name: str, opens: Counter[Path], parses: Counter[bytes], tmp_path: Path
) -> None:
    model = Path(shutil.copytree(MODELS / name, tmp_path / "models" / name))
    opens.clear()
    plan = planned(read_options([str(model)], tmp_path))
    store_inputs(plan, Store(folder=tmp_path / "results"))
    assert set(opens) == {
        file.relative_to(tmp_path / "models") for file in model.rglob("*") if file.is_file()
    }
    assert _several(opens) == {}
    assert _several(parses) == {}


def test_of_many_large_files_only_some_stay_open(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.bin" for number in range(200)]
    for path in paths:
        path.write_bytes(path.name.encode() * 20_000)
    with OpenedFiles() as opened:
        files = [opened.at(path) for path in paths]
        assert len(opened._handles) <= 128
        for file, path in zip(files, paths, strict=True):
            assert file.read_at(0, 5) == path.name.encode()[:5]
    assert not opened._handles


def test_threads_read_one_file_at_different_places(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"".join(bytes([number]) * 2**16 for number in range(64)))
    wrong: list[int] = []
    with OpenedFiles() as opened:
        file = opened.at(path)

        def read(number: int) -> None:
            parts = (file.read_at(number * 2**16, 2**16) for _ in range(50))
            wrong.extend(number for part in parts if part != bytes([number]) * 2**16)

        threads = [threading.Thread(target=read, args=(number,)) for number in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_pipe_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with OpenedFiles() as opened, pytest.raises(OSError, match="not a regular file"):
        opened.at(tmp_path / "pipe")


def test_failure_to_parse_is_remembered() -> None:
    bytes_, tried = InMemory(b"{"), list[int]()

    def fail() -> None:
        tried.append(1)
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            bytes_.once("x", fail)
    assert tried == [1]


def test_nothing_else_parses_or_opens_files_of_models() -> None:
    by_itself = re.compile(
        r"\.FromString\(|\.ParseFromString\(|text_format\.Parse\(|h5py\.File\(|\.read_bytes\(\)"
        r"|json\.loads\(.*read|zipfile\.ZipFile\(\w*path|\.open\(\"rb\""
    )
    # Files of the caller, downloads and our own tables; small messages inside of a parsed one.
    apart = {"user_file.py", "manifest.py", "remote.py", "http.py", "scan.py", "graph_kind.py"}
    # Messages inside of a record that was read through the opened files.
    apart |= {"shipped.py"}
    # A link in an archive is a copy of what was unpacked before it.
    apart |= {"archives.py"}
    project = TESTS.parent
    files = [file for room in ROOMS for file in (project / room).rglob("*.py")]
    found = [
        file.relative_to(project).as_posix()
        for file in files
        if by_itself.search(file.read_text(encoding="utf-8")) and file.name not in apart
    ]
    codecs = {f"matrix/model/codecs/{name}.py" for name in ("protobuf", "tensor_bundle", "hdf5")}
    assert sorted(set(found) - codecs) == ["matrix/model/opened_files.py"]
