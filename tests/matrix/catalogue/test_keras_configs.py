"""What each Keras takes from a configuration, as the shipped table has it."""

from __future__ import annotations

from matrix.catalogue.keras_configs import ClassConfigs, keras_configs, token


def _class(name: str, *, space: str = "keras", form: str = "h5") -> ClassConfigs:
    found = keras_configs().of(space, form, name)
    assert found is not None
    return found


def _at(*releases: str) -> set[int]:
    return {list(keras_configs().releases).index(release) for release in releases}


def test_argument_is_refused_before_the_release_that_brought_it() -> None:
    groups = _class("Conv2D").refused["groups"]["number"]
    assert _at("1.15.5", "2.2.3") <= groups
    assert not _at("2.3.4", "2.15.1", "2.21.0") & groups


def test_argument_of_keras_2_is_refused_by_keras_3_alone() -> None:
    assert _at("2.16.2", "2.21.0") <= _class("LSTM").refused["time_major"]["false"]
    assert not _class("LSTM", space="tf_keras").refused["time_major"]["false"] & _at("2.21.0")


def test_kind_of_value_counts() -> None:
    policies = _class("Dense", form="keras").refused["dtype"]
    assert _at("2.15.1") <= policies["{DTypePolicy}"]
    assert not _at("2.15.1") & policies["=float32"]


def test_classes_that_were_never_asked_about_are_unknown() -> None:
    assert keras_configs().of("keras", "h5", "SomebodysLayer") is None


def test_token_tells_kinds_and_no_numbers() -> None:
    assert token(3) == token(0.5) == "number"
    assert [token(one) for one in (None, True, "relu", [1])] == ["null", "true", "=relu", "[]"]
    assert token({"class_name": "Zeros", "config": {}}) == "{Zeros}"
