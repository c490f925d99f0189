"""What configurations of Keras say, in the dialects of its versions."""

from __future__ import annotations

from typing import Any

import pytest

from matrix.model.formats.keras_config import Config


def _model(*layers: Any, **more: Any) -> dict[str, Any]:
    return {"class_name": "Functional", "config": {"name": "m", "layers": list(layers)}, **more}


def _layer(name: str, **more: Any) -> dict[str, Any]:
    return {"class_name": name, "config": {"name": name.lower()}, **more}


def _keras_3(name: str, module: str, registered: str | None = None) -> dict[str, Any]:
    return _layer(name, module=module, registered_name=registered)


@pytest.mark.parametrize(
    ("layer", "custom"),
    [
        pytest.param(_layer("Dense"), (), id="of-keras-2"),
        pytest.param(_layer("Convolution1D"), (), id="of-keras-1"),
        pytest.param(_layer("SplineWeight1D"), ("SplineWeight1D",), id="unknown"),
        pytest.param(_layer("Custom>Odd"), ("Custom>Odd",), id="registered-in-keras-2"),
        pytest.param(_layer("Custom>Dense"), ("Custom>Dense",), id="named-like-one-of-keras"),
        pytest.param(_keras_3("Dense", "keras.layers"), (), id="of-keras-3"),
        pytest.param(_keras_3("Odd", "my.layers", "Odd"), ("Odd",), id="of-a-module"),
        pytest.param(_keras_3("Odd", "my", "pkg>Odd"), ("pkg>Odd",), id="registered"),
        pytest.param(
            _layer(
                "Dense", config={"activation": _keras_3("function", "builtins") | {"config": "f"}}
            ),
            ("f",),
            id="function",
        ),
    ],
)
def test_custom_objects_are_those_no_keras_has(layer: Any, custom: tuple[str, ...]) -> None:
    assert Config.of(_model(layer)).custom_objects == custom


def test_layers_within_layers_count() -> None:
    inner = _model(_layer("Dense"), _layer("Dense"))
    wrapped = _layer("Bidirectional", config={"layer": _layer("LSTM")})
    layers = Config.of(_model(inner, wrapped)).layers
    assert layers == {"Bidirectional": 1, "Dense": 2, "Functional": 1, "LSTM": 1}


def test_lambda_is_named_and_is_no_custom_object() -> None:
    config = Config.of(_model(_layer("Lambda")))
    assert (config.lambdas, config.custom_objects) == (("lambda",), ())


@pytest.mark.parametrize(
    "training",
    [
        pytest.param({"optimizer_config": {"class_name": "Adam"}}, id="hdf5"),
        pytest.param({"optimizer_config": {"class_name": "Custom>Adam"}}, id="keras-2.11"),
        pytest.param({"optimizer": {"class_name": "Adam", "module": "keras.optimizers"}}, id="v3"),
        pytest.param({"optimizer": "Adam"}, id="name"),
    ],
)
def test_optimizer_is_told_and_is_no_custom_object(training: dict[str, Any]) -> None:
    config = Config.of(_model(), training)
    assert (config.optimizer, config.custom_objects) == ("Adam", ())


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({"batch_shape": [None, 3], "dtype": "int32", "name": "x"}, id="keras-3"),
        pytest.param({"batch_input_shape": [None, 3], "dtype": "int32", "name": "x"}, id="keras-2"),
        pytest.param({"batch_input_shape": [None, 3], "input_dtype": "int32", "name": "x"}, id="1"),
    ],
)
def test_input_layers_are_what_a_call_takes(config: dict[str, Any]) -> None:
    (signature,) = Config.of(_model({"class_name": "InputLayer", "config": config})).signatures
    (tensor,) = signature.inputs
    assert (tensor.name, tensor.dtype, tensor.shape) == ("x", "int32", (None, 3))


@pytest.mark.parametrize("odd", [None, 7, "x", [[]], {"layers": 3}, {"layers": [{"config": 1}]}])
def test_configuration_of_other_types_tells_nothing(odd: Any) -> None:
    assert Config.of({"class_name": "Model", "config": odd}).custom_objects == ()


def test_the_function_of_a_lambda_layer_is_part_of_the_layer() -> None:
    code = {"class_name": "__lambda__", "config": {"code": "4wEA"}}
    layer = _layer("Lambda", module="keras.layers", registered_name=None)
    layer["config"]["function"] = code
    dense = _layer("Dense", module="keras.layers", registered_name=None)

    assert Config.of(_model(layer)).lambdas == ("lambda",)
    dense["config"]["activation"] = {**code}
    assert Config.of(_model(layer, dense)).lambdas == ("lambda", "__lambda__")
