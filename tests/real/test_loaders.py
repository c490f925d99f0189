"""Real TensorFlow under the loaders of graphs, checkpoints, TFLite and Keras architectures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from matrix.model.facts import Format
from matrix.model.identify import identify
from matrix.plan.selection.checks import checks_for
from matrix.run.probe_output.events import CheckRecord
from matrix.run.probe_process import verify
from matrix.run.probing.launcher import Launcher, python_probe
from tests.builders import make_cell, make_model
from tests.conftest import EXAMPLE, LIMITS
from tests.real.test_matrix import MIDDLE, NEW, OLD, Made, made, python_of

pytestmark = pytest.mark.real
__all__ = ["made"]

EVERY = pytest.mark.parametrize("version", [OLD, MIDDLE, NEW])
Checked = Callable[..., list[CheckRecord]]


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Try a model in a release with the loaders of its format; gives what the probe said."""

    def run(
        path: Path,
        kind: Format,
        version: str,
        *,
        custom: str | None = None,
        allow: bool = False,
        **facts: Any,
    ) -> list[CheckRecord]:
        model, cell = make_model(kind, path=path, **facts), make_cell(version)
        found = checks_for(0, model, cell, allow_lambda=allow)
        checks = [replace(check, custom_objects=custom) for check in found]
        command = python_probe(python_of(version))
        launcher = Launcher(command=command, limits=LIMITS, folder=tmp_path / "probe")
        seen = verify(launcher, checks)
        return [seen.checks[check.id] for check in checks if check.id in seen.checks]

    return run


def outputs(record: CheckRecord) -> dict[str, list[float]]:
    (call,) = record.calls or ()
    assert call.outputs is not None, call
    return {output.name: list(output.kept) for output in call.outputs}


def inputs(record: CheckRecord) -> dict[str, list[float]]:
    (call,) = record.calls or ()
    return {given.name: list(given.kept) for given in call.inputs}


@EVERY
def test_every_input_of_a_tflite_file_is_set(made: Made, checked: Checked, version: str) -> None:
    (record,) = checked(made("tflite", "sum.tflite", OLD), Format.TFLITE, version)
    total = sum(values[0] for values in inputs(record).values())
    assert len(inputs(record)) == 2
    assert list(outputs(record).values()) == [pytest.approx([total] * 3)]


@EVERY
@pytest.mark.parametrize("name", ["graph.pb", "graph.pbtxt"])
def test_graph_runs_from_its_placeholders_to_its_ends(
    made: Made, checked: Checked, version: str, name: str
) -> None:
    path = made("graph_def", name, OLD)
    (record,) = checked(path, Format.GRAPH_DEF, version, text=name.endswith("txt"))
    (x,) = inputs(record)["x"]
    assert outputs(record) == {"double": [pytest.approx(2 * x)], "half": [pytest.approx(x / 2)]}


@EVERY
def test_meta_graph_is_restored_from_its_checkpoint(
    made: Made, checked: Checked, version: str
) -> None:
    path = made("old_checkpoint", "v2", OLD) / "model.meta"
    (record,) = checked(path, Format.META_GRAPH, version, weights=identify(path).weights)
    (x,) = inputs(record)["x"]
    assert outputs(record)["y"] == [pytest.approx(3 * x)]


def test_meta_graph_without_its_checkpoint_loads_and_does_not_run(
    made: Made, checked: Checked
) -> None:
    path = made("old_checkpoint", "v2", OLD) / "model.meta"
    (record,) = checked(path, Format.META_GRAPH, NEW)
    (call,) = record.calls or ()
    assert record.loaded
    assert call.error is not None
    assert call.error.type == "FailedPreconditionError"


@EVERY
@pytest.mark.parametrize("name", ["v1", "v2"])
def test_every_tensor_of_a_checkpoint_is_read(
    made: Made, checked: Checked, version: str, name: str
) -> None:
    prefix = made("old_checkpoint", name, OLD) / "model"
    (record,) = checked(prefix, Format.CHECKPOINT, version)
    assert record.loaded
    assert record.error is not None
    assert record.error.message == "a checkpoint cannot be called; its 1 tensors were read"


def test_truncated_checkpoint_does_not_load(made: Made, checked: Checked, tmp_path: Path) -> None:
    whole = made("old_checkpoint", "v2", OLD)
    for file in whole.glob("model.*"):
        content = file.read_bytes()
        cut = content[:-1] if ".data" in file.name else content
        (tmp_path / file.name).write_bytes(cut)
    (record,) = checked(tmp_path / "model", Format.CHECKPOINT, NEW)
    assert not record.loaded


@pytest.mark.parametrize("version", [OLD, MIDDLE])
def test_architecture_gets_its_weights(made: Made, checked: Checked, version: str) -> None:
    folder = made("architecture", "json", OLD)
    path = folder / "model.json"
    (whole,) = checked(path, Format.KERAS_JSON, version, weights=folder / "weights.h5")
    (alone,) = checked(path, Format.KERAS_JSON, version)
    assert outputs(whole) == {"dense": [pytest.approx(sum(*inputs(whole).values()))]}
    assert alone.error is not None
    assert (alone.loaded, alone.error.type) == (True, "NothingToCall")


def test_saved_model_runs_as_a_layer_of_keras_3(checked: Checked) -> None:
    layer = checked(EXAMPLE, Format.SAVED_MODEL, NEW)[-1]
    (x,) = inputs(layer)["x"]
    assert outputs(layer) == {"y": [pytest.approx(x / 2 + 2)]}


@pytest.mark.parametrize(("version", "name"), [(OLD, "m.h5"), (NEW, "m.keras")])
def test_custom_layer_loads_with_its_file_only(
    made: Made, checked: Checked, tmp_path: Path, version: str, name: str
) -> None:
    path = made("custom", name, version)
    kind = Format.KERAS_H5 if name.endswith("h5") else Format.KERAS_V3
    assert not any(record.loaded for record in checked(path, kind, version))
    layers = path.with_name("layers.py")
    broken = tmp_path / "layers.py"
    broken.write_text(f"import absent_package\n{layers.read_text()}", encoding="utf-8")
    for record in checked(path, kind, version, custom=str(broken)):
        assert record.error is not None
        assert record.error.type == "CustomObjectsError"
    record = checked(path, kind, version, custom=str(layers))[-1]
    (values,) = outputs(record).values()
    (x,) = inputs(record).values()
    assert values == [pytest.approx(2 * x[0])]


@pytest.mark.parametrize(("version", "name"), [(MIDDLE, "l.keras"), (NEW, "l.h5")])
def test_lambda_is_refused_until_it_is_allowed(
    made: Made, checked: Checked, version: str, name: str
) -> None:
    path = made("lambda_layer", name, version)
    kind = Format.KERAS_H5 if name.endswith("h5") else Format.KERAS_V3
    *refused, allowed = checked(path, kind, version, allow=True, lambdas=("lambda",))
    assert not any(record.loaded for record in refused)
    (values,) = outputs(allowed).values()
    (x,) = inputs(allowed).values()
    assert values == [pytest.approx(3 * x[0])]


def test_what_safe_mode_refuses_without_a_lambda_is_tried_as_well(
    made: Made, checked: Checked
) -> None:
    path = made("layer_of_a_saved_model", "wrapped.keras", NEW)
    *refused, allowed = checked(path, Format.KERAS_V3, NEW, allow=True)
    assert not any(record.loaded for record in refused)
    (values,) = outputs(allowed).values()
    (x,) = inputs(allowed).values()
    assert values == pytest.approx([x[0] / 2 + 2])
