"""The snippet of a card: from the Hub to an output, with inputs of the shapes that ran."""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.model.facts import Format
from matrix.results import verdicts
from matrix.results.result import CellResult
from matrix.run.probe_output.records import CallRecord, ErrorRecord, TensorRecord
from reports.card.home import NOWHERE, Home
from reports.card.hub import repository_of
from reports.card.hub_snippet import hub_snippet, shown_way
from reports.report.model_report import ModelReport
from tests.builders import (
    make_cell,
    make_cell_result,
    make_check_result,
    make_model_report,
    make_result,
)


def _tensor(name: str, dtype: str, *shape: int) -> TensorRecord:
    return TensorRecord(name=name, dtype=dtype, shape=shape, digest="0" * 64)


def _at(tensor: TensorRecord, *place: int | str) -> TensorRecord:
    return replace(tensor, place=place)


def _ran(loader: str, *inputs: TensorRecord, version: str = "2.15.1") -> CellResult:
    call = CallRecord(
        signature="serving_default", inputs=inputs, outputs=(_tensor("y", "float32", 1),)
    )
    check = replace(make_check_result(verdicts.Runs(), loader), calls=(call,))
    return make_cell_result(make_cell(version), check)


def _model(*cells: CellResult, **model: Any) -> ModelReport:
    return make_model_report(make_result(*cells), **model)


def _snippet(model: ModelReport, home: Home = NOWHERE) -> list[str]:
    shown = shown_way(model)
    assert shown
    code = hub_snippet(model, shown, home)
    ast.parse(code)
    return code.splitlines()


_LOADS = verdicts.Loads(error=ErrorRecord(type="ValueError", message="m"))
_X, _IDS = _tensor("x", "float32", 1, 18, 4), _tensor("ids", "int64", 1, 2)


@pytest.mark.parametrize(
    ("loader", "kind", "inputs", "expected"),
    [
        ("keras", Format.KERAS_H5, [_X], "print(model(tf.zeros([1, 18, 4])))"),
        (
            "keras",
            Format.KERAS_V3,
            [_at(_X, 0, 0), _at(_IDS, 0, 1)],
            "print(model([tf.zeros([1, 18, 4]), tf.zeros([1, 2], tf.int64)]))",
        ),
        (
            "keras",
            Format.KERAS_V3,
            [_at(_X, 0, "x"), _at(_IDS, 0, "more ids", 0)],
            'print(model({"x": tf.zeros([1, 18, 4]), "more ids": [tf.zeros([1, 2], tf.int64)]}))',
        ),
        (
            "keras",
            Format.SAVED_MODEL,
            [_at(_X, "x"), _at(_IDS, 0)],
            "print(model(tf.zeros([1, 2], tf.int64), x=tf.zeros([1, 18, 4])))",
        ),
        (
            "saved_model",
            Format.SAVED_MODEL,
            [_at(_X, 0)],
            "print(model.serving_default(tf.zeros([1, 18, 4])))",
        ),
        (
            "saved_model",
            Format.SAVED_MODEL,
            [_tensor("s", "string", 2)],
            'print(model.signatures["serving_default"](s=tf.fill([2], "")))',
        ),
        (
            "saved_model",
            Format.SAVED_MODEL,
            [_tensor("a b", "float32", 1)],
            'print(model.signatures["serving_default"](**{"a b": tf.zeros([1])}))',
        ),
        (
            "graph",
            Format.GRAPH_DEF,
            [_tensor("x", "int32")],
            '    print(session.run("y:0", {"x:0": np.zeros([], "int32")}))',
        ),
    ],
)
def test_call_has_inputs_of_the_shapes_that_ran(
    loader: str, kind: Format, inputs: list[TensorRecord], expected: str
) -> None:
    assert _snippet(_model(_ran(loader, *inputs), kind=kind))[-1] == expected


@pytest.mark.parametrize(
    "inputs",
    [
        pytest.param([_X, _IDS], id="nothing-says-how-several-are-given"),
        pytest.param([_at(_X, 0), _at(_IDS, 0, "ids")], id="two-in-one-place"),
        pytest.param([_at(_X, 1)], id="nothing-is-first"),
        pytest.param([_at(_X, 0, 0), _at(_IDS, 0, "ids")], id="list-and-dict"),
    ],
)
def test_what_was_not_seen_to_run_is_not_called(inputs: list[TensorRecord]) -> None:
    lines = _snippet(_model(_ran("keras", *inputs), kind=Format.KERAS_V3))
    assert lines[-1].startswith("model = ")


def test_few_numbers_that_the_run_fed_are_fed_again() -> None:
    factor = replace(_at(_tensor("factor", "float32"), 0), values=(0.7,))
    lines = _snippet(_model(_ran("keras", factor), kind=Format.KERAS_V3))
    assert lines[-1] == "print(model(tf.constant(0.7, tf.float32)))"
    graph = _model(_ran("graph", replace(factor, place=None)), kind=Format.GRAPH_DEF)
    assert 'np.array(0.7, "float32")' in _snippet(graph)[-1]


def test_snippet_begins_with_what_to_install_and_ends_in_a_call() -> None:
    model = _model(_ran("keras", _X), kind=Format.KERAS_H5, path=Path("/secret/place/m.h5"))
    lines = _snippet(model, Home(repository="org/name"))
    assert lines[0] == '# pip install huggingface_hub "tensorflow==2.15.*"'
    assert 'path = snapshot_download("org/name") + "/m.h5"' in lines
    assert "secret" not in "".join(lines)


def test_folder_of_a_saved_model_is_the_repository() -> None:
    assert 'path = snapshot_download("NAME/REPOSITORY")' in _snippet(
        _model(_ran("saved_model", _X))
    )


@pytest.mark.parametrize(
    ("named", "loaded", "kind", "place"),
    [
        ("model", "model/m.h5", Format.KERAS_H5, ' + "/model/m.h5"'),
        ("deep/m.h5", "deep/m.h5", Format.KERAS_H5, ' + "/deep/m.h5"'),
        ("model", "model", Format.SAVED_MODEL, ' + "/model"'),
        ("model", "model/1", Format.SAVED_MODEL, ' + "/model/1"'),
        (".", ".", Format.SAVED_MODEL, ""),
    ],
)
def test_model_below_its_card_has_its_place_there(
    named: str, loaded: str, kind: Format, place: str, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    Path(clone, loaded).mkdir(parents=True)
    model = _model(_ran("keras", _X), kind=kind, path=Path(named), load_path=Path(loaded))
    elsewhere = Home.of(clone / "README.md", tmp_path, repository="o/n")
    assert f'path = snapshot_download("o/n"){place}' in _snippet(model, elsewhere)


def test_model_that_is_not_below_its_card_has_no_place_there(tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    (tmp_path / "m.h5").touch()
    home = Home.of(tmp_path / "clone" / "README.md", tmp_path)
    assert home.place_of("m.h5") is None
    assert home.place_of(str(tmp_path / "m.h5")) is None


def test_model_in_an_archive_is_unpacked_first(tmp_path: Path) -> None:
    digest = "ab" * 32
    inside = Path("/cache") / digest[:32] / "deep" / "export"
    found = {"path": Path("/secret/m.tar.gz"), "load_path": inside, "sha256": digest}
    lines = _snippet(_model(_ran("saved_model", _X), **found))
    unpack = next(line for line in lines if line.startswith("shutil."))
    assert 'snapshot_download("NAME/REPOSITORY") + "/m.tar.gz"' in unpack
    assert lines.index("import shutil") < lines.index(unpack)
    # What the snippet says is where it would be found.
    (tmp_path / "packed" / "deep" / "export").mkdir(parents=True)
    archive = shutil.make_archive(str(tmp_path / "m"), "gztar", tmp_path / "packed")
    shutil.unpack_archive(archive, tmp_path / "unpacked")
    place = next(line for line in lines if line.startswith("path = ")).removeprefix("path = ")
    assert (tmp_path / "".join(map(ast.literal_eval, place.split(" + ")))).is_dir()


@pytest.mark.parametrize(
    ("address", "fetched", "place"),
    [
        ("hf://org/name", "name", 'path = snapshot_download("org/name") + "/m.h5"'),
        (
            "hf://org/name/deep/m.h5",
            "name/m.h5",
            'path = snapshot_download("org/name") + "/deep/m.h5"',
        ),
    ],
)
def test_model_of_the_hub_is_fetched_from_where_it_was(
    address: str, fetched: str, place: str
) -> None:
    found = {"load_path": Path("/cache/name/m.h5"), "address": address}
    path = Path("/cache", fetched)
    model = _model(_ran("keras", _X), kind=Format.KERAS_H5, path=path, **found)
    assert place in _snippet(model)


@pytest.mark.parametrize(
    ("file", "line"),
    [("my_layers.py", "import my_layers"), ("mine/layers.py", "import mine.layers")],
)
def test_code_beside_the_card_is_imported_from_the_download(
    file: str, line: str, tmp_path: Path
) -> None:
    model = _model(_ran("keras", _X), kind=Format.KERAS_H5, path=Path("m.h5"))
    code = f'# needs {file}\nimport tensorflow as tf\n{line}\n\nmodel = load("m.h5")'
    way = replace(model.summary.ways[0], snippet=code)
    made = replace(model, summary=replace(model.summary, ways=(way,)))
    assert line in _snippet(made, Home.of(tmp_path / "README.md"))[1:4]
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).touch()
    assert _snippet(made, Home.of(tmp_path / "README.md", repository="org/name"))[1:] == [
        "import sys",
        "import tensorflow as tf",
        "from huggingface_hub import snapshot_download",
        "",
        'folder = snapshot_download("org/name")',
        "sys.path.append(folder)",
        line,
        'path = folder + "/m.h5"',
        "model = load(path)",
        "print(model(tf.zeros([1, 18, 4])))",
    ]


def test_code_beside_a_model_below_the_card_is_imported_from_there(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for file in ("m.h5", "mine.py"):
        (tmp_path / "models" / file).touch()
    model = _model(_ran("keras", _X), kind=Format.KERAS_H5, path=tmp_path / "models" / "m.h5")
    way = replace(
        model.summary.ways[0], snippet='# needs mine.py\nimport mine\n\nmodel = load("m.h5")'
    )
    model = replace(model, path="models/m.h5", summary=replace(model.summary, ways=(way,)))
    lines = _snippet(model, Home.of(tmp_path / "README.md", tmp_path))
    assert 'sys.path.append(folder + "/models")' in lines
    assert 'path = folder + "/models/m.h5"' in lines


def test_repository_is_that_of_the_clone(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    assert repository_of(card) == ""
    (tmp_path / ".git").mkdir()
    config = '[remote "origin"]\n\turl = git@hf.co:org/name.git\n'
    (tmp_path / ".git" / "config").write_text(config, encoding="utf-8")
    assert repository_of(card) == "org/name"


def test_newest_release_that_runs_is_shown() -> None:
    fails = make_cell_result(make_cell("2.16.2"), make_check_result(_LOADS, "keras"))
    shown = shown_way(_model(_ran("keras", _X), fails, kind=Format.KERAS_H5))
    assert shown
    assert shown.cell.id == "2.15.1"


def test_model_that_loads_nowhere_has_no_snippet() -> None:
    cell = make_cell_result(make_cell(), verdicts.Unavailable(reason="no wheel"))
    assert shown_way(_model(cell)) is None


@pytest.mark.parametrize(
    ("loader", "keras", "told"),
    [
        ("keras", "3.15.1", ' "keras==3.15.*"'),
        ("keras", "2.15.0", ""),
        ("saved_model", "3.15.1", ""),
    ],
)
def test_snippet_installs_the_keras_3_that_was_tested(loader: str, keras: str, told: str) -> None:
    check = make_check_result(verdicts.Runs(), loader)
    cell = make_cell_result(make_cell("2.18.1"), check, packages={"keras": keras})
    (first, *_) = _snippet(_model(cell, kind=Format.KERAS_V3))
    assert first == f'# pip install huggingface_hub "tensorflow==2.18.*"{told}'
