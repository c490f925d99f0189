"""What the probe feeds: from files where they fit, else made on the spot."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from matrix.inputs import generated as home
from matrix.inputs.rules import hints_of_model
from matrix.model.facts import Format, SignatureFacts, TensorFacts
from matrix.npz import write_arrays
from tests.builders import make_model


def loaded(name: str) -> Any:
    return importlib.import_module(f"probe.{name}")


probe_inputs = loaded("inputs")
tensors = loaded("tensors")
values = loaded("values")


def dtype(name: str) -> Any:
    """As much of a type as the probe asks for."""
    kind: Any = np.dtype(object if name == "string" else name)
    limits = np.iinfo(kind) if kind.kind in "iu" else SimpleNamespace(min=None, max=None)
    return SimpleNamespace(
        name=name,
        is_bool=kind.kind == "b",
        is_integer=kind.kind in "iu",
        is_floating=kind.kind == "f",
        is_complex=kind.kind == "c",
        as_numpy_dtype=kind,
        min=limits.min,
        max=limits.max,
    )


def signature(
    *inputs: tuple[str, str, Any], name: str = "serve", function: Any = None, groups: Any = ()
) -> Any:
    described = [(key, dtype(kind), shape) for key, kind, shape in inputs]
    return SimpleNamespace(
        name=name, inputs=described, function=function, groups=groups, places=None
    )


def fed(folder: Path, wanted: Any, *files: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    paths = []
    for number, arrays in enumerate(files):
        paths.append(folder / f"{number}.npz")
        write_arrays(paths[-1], {key: np.array(value) for key, value in arrays.items()})
    return list(probe_inputs.Feed([str(path) for path in paths]).attempts(wanted))


X = ("x", "float32", [None, 2])


def test_file_that_another_cell_ran_with_is_tried_first(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_arrays(tmp_path / f"{number}.npz", {"serve/x": np.full((1, 2), number)})
    paths = [str(tmp_path / f"{number}.npz") for number in (1, 2, 3)]
    feed = probe_inputs.Feed(paths, {"first": {"serve": "2"}})
    wanted = signature(X)
    tried = [
        (int(arrays["x"][0, 0]), feed.file, feed.is_settled(wanted))
        for arrays, _ in feed.attempts(wanted)
    ]
    assert tried == [(2, "2", True), (1, "1", False), (3, "3", False)]


@pytest.mark.parametrize(
    "arrays",
    [
        pytest.param({"serve/x": [[1, 2]], "x": [[3, 4]]}, id="signature-and-name"),
        pytest.param({"x": [[1, 2]], "other/x": [[3, 4]]}, id="name"),
        pytest.param({"other/x": [[1, 2]]}, id="name-of-another-signature"),
        pytest.param({"other/input_1": [[1, 2]]}, id="order"),
        pytest.param({"graph/x:0": [[1, 2]], "graph/y:0": [[3, 4]]}, id="tensor"),
        pytest.param({"x": [[1, 2]], "outputs/y": [[3, 4]]}, id="what-is-expected-is-not-fed"),
    ],
)
def test_input_gets_the_array_that_is_meant(tmp_path: Path, arrays: Any) -> None:
    ((found, origin),) = fed(tmp_path, signature(X), arrays)
    assert origin == "file"
    assert (found["x"].tolist(), found["x"].dtype) == ([[1, 2]], "float32")


@pytest.mark.parametrize(
    ("wanted", "array"),
    [
        pytest.param(X, [1, 2], id="rank"),
        pytest.param(X, [[1, 2, 3]], id="size"),
        pytest.param(X, [["a", "b"]], id="text-for-number"),
        pytest.param(("x", "int32", [2]), [1, 0.5], id="no-whole-number"),
        pytest.param(("x", "uint8", [2]), [1, 300], id="too-large"),
        pytest.param(("x", "bool", [2]), [1, 0], id="number-for-truth"),
        pytest.param(("x", "string", [2]), [1, 2], id="number-for-text"),
    ],
)
def test_array_that_does_not_fit_is_made_anew(tmp_path: Path, wanted: Any, array: Any) -> None:
    tries = fed(tmp_path, signature(wanted), {"serve/x": array})
    assert {origin for _, origin in tries} == {"cell"}


def test_texts_become_bytes(tmp_path: Path) -> None:
    ((found, _),) = fed(tmp_path, signature(("x", "string", [2])), {"x": ["é", "b"]})
    assert found["x"].tolist() == ["é".encode(), b"b"]


def test_files_are_tried_in_turn(tmp_path: Path) -> None:
    tries = fed(tmp_path, signature(X), {"x": [[1, 2]]}, {"x": [[3, 4]]})
    assert [found["x"].tolist() for found, _ in tries] == [[[1, 2]], [[3, 4]]]


KINDS = ("float32", "float16", "float64", "complex64", "bool", "uint8", "int8", "int32", "int64")


@pytest.mark.parametrize("kind", [*KINDS, "string"])
@pytest.mark.parametrize("shape", [(None, 4), (None, None), (None,), (2, 3), (), None])
def test_home_and_probe_make_the_same(tmp_path: Path, kind: str, shape: Any) -> None:
    """Names, types, values and their order; with what is known of the model, too."""
    config = '{"class_name": "Embedding", "config": {"input_dim": 7}}'
    (tmp_path / "m.json").write_text(config)
    facts = [TensorFacts(name=name, dtype=kind, shape=shape) for name in ("x", "mask")]
    model = make_model(
        Format.KERAS_JSON,
        path=tmp_path / "m.json",
        signatures=(SignatureFacts(name="serve", inputs=tuple(facts)),),
    )
    ours = list(home.made_inputs(model))
    known = None if shape is None else list(shape)
    wanted = signature(("x", kind, known), ("mask", kind, known))
    theirs = list(probe_inputs.Feed([], dict(hints_of_model(model).rules)).attempts(wanted))
    assert len(ours) == len(theirs) > 0
    for made, (arrays, origin) in zip(ours, theirs, strict=True):
        assert origin == "cell"
        assert [key.removeprefix("serve/") for key in made] == list(arrays)
        for key, array in made.items():
            other = arrays[key.removeprefix("serve/")]
            assert array.shape == other.shape
            assert array.astype(other.dtype).tolist() == other.tolist()


def test_signature_that_is_wanted_is_the_only_one() -> None:
    both = [signature(name="a"), signature(name="b")]
    assert probe_inputs.chosen(both, "b") == both[1:]
    assert probe_inputs.chosen(both, None) == both
    assert probe_inputs.chosen([signature(name="call")], "b")
    with pytest.raises(probe_inputs.NoInputs, match="it has no signature c, only a, b"):
        probe_inputs.chosen(both, "c")


def called(tmp_path: Path, function: Any, reset: Any = lambda: None) -> Any:
    feed = probe_inputs.Feed([])
    feed.seeded = lambda: None
    stored = tensors.Stored(str(tmp_path / "outputs.npz"))
    entry = tensors.call(
        signature(("x", "float32", [2]), function=function), feed, stored, reset, repr
    )
    stored.write()
    return entry


def test_large_output_is_stored_whole(tmp_path: Path) -> None:
    entry = called(tmp_path, lambda _: {"y": np.arange(3000.0).reshape(3, 1000)})
    key = entry["outputs"][0]["stored"]
    assert np.load(tmp_path / "outputs.npz")[key].tolist() == list(range(3000))


def test_output_beyond_the_room_is_sampled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "MOST_STORED", 100)
    entry = called(tmp_path, lambda _: {"y": np.zeros(3000)})
    assert "stored" not in entry["outputs"][0]
    assert not (tmp_path / "outputs.npz").exists()


def test_model_that_counts_starts_afresh() -> None:
    count = [0.0]

    def counting(_: Any) -> Any:
        count[0] += 1
        return {"y": np.array(count)}

    assert called(Path(), counting)["repeatable"] is False
    count[0] = 0

    def reset() -> None:
        count[0] = 0

    entry = called(Path(), counting, reset)
    assert (entry["repeatable"], entry["outputs"][0]["values"]) == (True, [1.0])


def test_tensorflow_1_may_still_turn_eager_for_a_saved_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[int] = []
    v1 = SimpleNamespace(set_random_seed=begun.append)
    old = SimpleNamespace(__version__="1.15.5", compat=SimpleNamespace(v1=v1))
    monkeypatch.setitem(sys.modules, "tensorflow", old)
    probe_inputs.seeded(graph=False)
    assert not begun
    probe_inputs.seeded()
    assert begun == [probe_inputs.SEED]


@pytest.mark.parametrize(
    ("file", "given", "made"),
    [
        pytest.param({}, False, True, id="in-the-cell"),
        pytest.param({"x": [1, 2]}, False, True, id="at-home"),
        pytest.param({"x": [1, 2]}, True, False, id="by-the-caller"),
        pytest.param({"y": [1, 2, 3]}, True, True, id="by-the-caller-but-unfit"),
    ],
)
def test_failing_call_says_who_made_its_inputs(
    tmp_path: Path, file: Any, given: bool, made: bool
) -> None:
    def failing(_: Any) -> Any:
        raise ValueError("not these")

    path = tmp_path / "1.npz"
    write_arrays(path, {key: np.array(value) for key, value in file.items()})
    feed = probe_inputs.Feed([str(path)], {"given": given})
    feed.seeded = lambda: None
    wanted = signature(("x", "float32", [2]), function=failing)
    entry = tensors.call(wanted, feed, tensors.Stored(None), lambda: None, str)
    assert (entry["error"], entry["made"]) == ("not these", made)


def test_rows_of_another_signature_are_not_taken_for_row_splits(tmp_path: Path) -> None:
    group = {"kind": "ragged", "names": ["x", "x_1"], "shape": None}
    wanted = signature(("x", "float32", [None]), ("x_1", "int64", [None]), groups=[group])
    ((first, origin), *_) = fed(tmp_path, wanted, {"other/a": [1.0, 2.0], "other/b": [7]})
    assert (origin, first["x_1"].tolist()) == ("cell", [0, 16, 24, 28])
    ((first, origin),) = fed(tmp_path, wanted, {"other/a": [1.0, 2.0], "other/b": [0, 2]})
    assert (origin, first["x_1"].tolist()) == ("file", [0, 2])
