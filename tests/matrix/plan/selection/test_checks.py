"""Which loaders exist for a format in a cell, and the checks they make."""

from __future__ import annotations

from pathlib import Path

import pytest

from matrix.model.facts import Format, ModelFacts, SignatureFacts
from matrix.plan.check import Check
from matrix.plan.loaders import LOADERS
from matrix.plan.selection.checks import checks_for, loaders_for, not_applicable
from tests.builders import make_cell, make_model


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(Format.SAVED_MODEL, ["saved_model", "session", "keras"], id="saved-model"),
        pytest.param(Format.SAVED_MODEL_V1, ["saved_model", "session", "keras"], id="tf1"),
        pytest.param(Format.KERAS_H5, ["keras"], id="h5"),
        pytest.param(Format.KERAS_V3, ["keras"], id="keras-zip"),
        pytest.param(Format.KERAS_JSON, ["keras"], id="json"),
        pytest.param(Format.TFLITE, ["tflite"], id="tflite"),
        pytest.param(Format.GRAPH_DEF, ["graph"], id="graph"),
        pytest.param(Format.META_GRAPH, ["graph"], id="meta"),
        pytest.param(Format.CHECKPOINT, ["checkpoint"], id="checkpoint"),
        pytest.param(Format.WEIGHTS_H5, [], id="weights"),
        pytest.param(Format.UNKNOWN, [], id="unknown"),
    ],
)
def test_loaders_of_a_format(kind: Format, expected: list[str]) -> None:
    found = [loader.name for loader in loaders_for(make_model(kind), make_cell("2.15.1"))]
    assert found == expected


_KERAS = (Format.SAVED_MODEL, Format.KERAS_V3, Format.KERAS_H5, Format.KERAS_JSON)


@pytest.mark.parametrize("kind", _KERAS)
def test_tf_keras_is_tried_only_where_it_is_installed(kind: Format) -> None:
    model, tf_keras = make_model(kind), LOADERS["tf_keras"]
    assert tf_keras not in loaders_for(model, make_cell("2.16.2"))
    assert tf_keras in loaders_for(model, make_cell("2.16.2", tf_keras=True))


@pytest.mark.parametrize("kind", Format)
def test_every_loader_has_its_column(kind: Format) -> None:
    found = loaders_for(make_model(kind), make_cell("2.16.2", tf_keras=True))
    columns = [loader.column for loader in found]
    assert columns == sorted(set(columns))


@pytest.mark.parametrize(
    ("kind", "loader", "version", "applies"),
    [
        pytest.param(Format.KERAS_V3, "keras", "2.11.1", False, id="zip-before"),
        pytest.param(Format.KERAS_V3, "keras", "2.12.1", True, id="zip-first"),
        pytest.param(Format.KERAS_H5, "keras", "1.15.5", True, id="h5-oldest"),
        pytest.param(Format.SAVED_MODEL, "tfsm_layer", "2.15.1", False, id="layer-before"),
        pytest.param(Format.SAVED_MODEL, "tfsm_layer", "2.16.2", True, id="layer-first"),
        pytest.param(Format.WEIGHTS_H5, "keras", "2.21.0", False, id="weights-alone"),
        pytest.param(Format.TFLITE, "tflite", "1.15.5", True, id="tflite-oldest"),
    ],
)
def test_loader_exists_from_a_release_on(
    *, kind: Format, loader: str, version: str, applies: bool
) -> None:
    model, cell = make_model(kind), make_cell(version)
    assert (loader not in not_applicable(model, cell)) is applies
    assert (loader in {check.loader for check in checks_for(0, model, cell)}) is applies


def _options(model: ModelFacts) -> dict[str | None, dict[str, object]]:
    found = {check.variant.label: check for check in checks_for(0, model, make_cell("2.16.2"))}
    return {variant: dict(check.options) for variant, check in found.items()}


def test_architecture_is_tried_with_its_weights_then_alone() -> None:
    model = make_model(Format.KERAS_JSON, weights=Path("/models/m.h5"))
    first, second = checks_for(0, model, make_cell())
    assert first.options == {"kind": "json", "weights": "/models/m.h5"}
    assert (second.options["weights"], second.skip_if_loaded) == (None, first.id)


def test_architecture_alone_is_one_check() -> None:
    found = _options(make_model(Format.KERAS_JSON))
    assert found == {"json": {"kind": "json", "weights": None}}


def test_graph_is_told_what_it_is() -> None:
    model = make_model(Format.META_GRAPH, text=True, weights=Path("/models/export"))
    expected = {"kind": "meta_graph", "text": True, "weights": "/models/export"}
    assert _options(model) == {None: expected}


@pytest.mark.parametrize(
    ("names", "endpoint"),
    [
        pytest.param((), "serving_default", id="none"),
        pytest.param(("a", "serving_default"), "serving_default", id="usual"),
        pytest.param(("__saved_model_init_op", "other"), "other", id="odd"),
    ],
)
def test_layer_is_made_of_a_signature_the_model_has(names: tuple[str, ...], endpoint: str) -> None:
    signatures = tuple(SignatureFacts(name=name) for name in names)
    model = make_model(Format.SAVED_MODEL, signatures=signatures)
    checks = list(checks_for(0, model, make_cell("2.16.2")))
    assert checks[-1].options == {"endpoint": endpoint}


def test_uncompiled_is_tried_where_compiled_did_not_load() -> None:
    first, second = checks_for(3, make_model(Format.KERAS_H5), make_cell())
    assert (first.id, first.options, first.skip_if_loaded) == (
        "3:keras:compile=True",
        {"compile": True},
        None,
    )
    assert (second.options, second.skip_if_loaded) == ({"compile": False}, first.id)


def _check(loader: str, tags: tuple[tuple[str, ...], ...]) -> list[Check]:
    model = make_model(Format.SAVED_MODEL_V1, tag_sets=tags)
    return [check for check in checks_for(0, model, make_cell()) if check.loader == loader]


def test_single_graph_is_loaded_without_naming_its_tags() -> None:
    (check,) = _check("saved_model", (("odd",),))
    assert (check.variant.label, check.options) == (None, {"tags": None})


def test_session_names_the_tags_of_the_file() -> None:
    (check,) = _check("session", (("odd", "tags"),))
    assert (check.variant.label, check.options) == (None, {"tags": ["odd", "tags"]})


def test_session_takes_an_empty_tag_set_as_it_is() -> None:
    (check,) = _check("session", ((),))
    assert check.options == {"tags": []}


def test_session_asks_for_serve_where_the_file_says_nothing() -> None:
    (check,) = _check("session", ())
    assert check.options == {"tags": ["serve"]}


@pytest.mark.parametrize("loader", ["saved_model", "session"])
def test_each_of_several_graphs_is_a_variant(loader: str) -> None:
    checks = _check(loader, (("serve",), ("serve", "tpu")))
    assert [check.variant.label for check in checks] == ["tags=serve", "tags=serve,tpu"]
    assert [check.options["tags"] for check in checks] == [["serve"], ["serve", "tpu"]]


def test_no_two_checks_of_a_model_share_their_identifier() -> None:
    # TensorFlow's own builder does not hinder two graphs with the same tags.
    checks = _check("session", (("serve",), ("serve",), ("a,b",), ("a", "b")))
    assert len({check.id for check in checks}) == len(checks)
