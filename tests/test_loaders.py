"""Which loaders exist for a format in a cell, and the checks they make."""

from __future__ import annotations

import pytest
from builders import make_cell, make_model

from matrix.checks import Check
from matrix.loaders import LOADERS, checks_for, loaders_for, not_applicable
from matrix.model.facts import Format


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param(Format.SAVED_MODEL, ["saved_model", "session", "keras"], id="saved-model"),
        pytest.param(Format.SAVED_MODEL_V1, ["saved_model", "session", "keras"], id="tf1"),
        pytest.param(Format.KERAS_H5, ["keras"], id="h5"),
        pytest.param(Format.KERAS_V3, ["keras"], id="keras-zip"),
    ],
)
def test_loaders_of_a_format(kind: Format, expected: list[str]) -> None:
    assert list(loaders_for(make_model(kind), make_cell("2.15.1"))) == expected


@pytest.mark.parametrize("kind", Format)
def test_tf_keras_is_tried_only_where_it_is_installed(kind: Format) -> None:
    model = make_model(kind)
    assert "tf_keras" not in loaders_for(model, make_cell("2.16.2"))
    assert "tf_keras" in loaders_for(model, make_cell("2.16.2", tf_keras=True))


@pytest.mark.parametrize("kind", Format)
def test_every_loader_has_its_column(kind: Format) -> None:
    found = list(loaders_for(make_model(kind), make_cell("2.16.2", tf_keras=True)))
    assert found == sorted(found, key=LOADERS.index)


@pytest.mark.parametrize(
    ("version", "applies"),
    [
        pytest.param("2.11.1", False, id="before"),
        pytest.param("2.12.1", True, id="first"),
        pytest.param("2.21.0", True, id="after"),
    ],
)
def test_keras_zip_exists_from_tensorflow_2_12_on(*, version: str, applies: bool) -> None:
    model, cell = make_model(Format.KERAS_V3), make_cell(version)
    assert (not_applicable(model, cell) is None) is applies
    assert bool(list(checks_for(0, model, cell))) is applies


@pytest.mark.parametrize("kind", [one for one in Format if one is not Format.KERAS_V3])
def test_no_other_format_is_too_young_for_a_release(kind: Format) -> None:
    assert not_applicable(make_model(kind), make_cell("1.15.5")) is None


def test_uncompiled_is_tried_where_compiled_did_not_load() -> None:
    first, second = checks_for(3, make_model(Format.KERAS_H5), make_cell())
    assert (first.id, first.options, first.unless) == (
        "3:keras:compile=True",
        {"compile": True},
        None,
    )
    assert (second.options, second.unless) == ({"compile": False}, first.id)


def _check(loader: str, tags: tuple[tuple[str, ...], ...]) -> list[Check]:
    model = make_model(Format.SAVED_MODEL_V1, tag_sets=tags)
    return [check for check in checks_for(0, model, make_cell()) if check.loader == loader]


def test_single_graph_is_loaded_without_naming_its_tags() -> None:
    (check,) = _check("saved_model", (("odd",),))
    assert (check.variant, check.options) == (None, {"tags": None})


def test_session_names_the_tags_of_the_file() -> None:
    (check,) = _check("session", (("odd", "tags"),))
    assert (check.variant, check.options) == (None, {"tags": ["odd", "tags"]})


def test_session_takes_an_empty_tag_set_as_it_is() -> None:
    (check,) = _check("session", ((),))
    assert check.options == {"tags": []}


def test_session_asks_for_serve_where_the_file_says_nothing() -> None:
    (check,) = _check("session", ())
    assert check.options == {"tags": ["serve"]}


@pytest.mark.parametrize("loader", ["saved_model", "session"])
def test_each_of_several_graphs_is_a_variant(loader: str) -> None:
    checks = _check(loader, (("serve",), ("serve", "tpu")))
    assert [check.variant for check in checks] == ["tags=serve", "tags=serve,tpu"]
    assert [check.options["tags"] for check in checks] == [["serve"], ["serve", "tpu"]]


def test_no_two_checks_of_a_model_share_their_identifier() -> None:
    # TensorFlow's own builder does not hinder two graphs with the same tags.
    checks = _check("session", (("serve",), ("serve",), ("a,b",), ("a", "b")))
    assert len({check.id for check in checks}) == len(checks)
