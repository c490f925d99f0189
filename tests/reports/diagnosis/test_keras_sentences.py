"""Sentences that the loaders of Keras print in some release, with the cause they mean.

They are filled-in templates of matrix/catalogue/messages.zip. Wordings of several releases of one
sentence stand beside each other: a rule that knows one of them must know them all.
"""

from __future__ import annotations

import pytest

from reports.diagnosis.diagnose import diagnose
from reports.diagnosis.symptom import Symptom

SENTENCES = {
    "keras_config_incompatible": """
Unknown layer: Functional
Unknown layer: 'TFOpLambda'. Please ensure you are using a `keras.utils.custom_object_scope`
Unknown dtype policy: Policy
Could not locate function 'mse'. Make sure custom classes are decorated with
Could not interpret optimizer identifier: {'class_name': 'Adam', 'config': {}}
Could not interpret serialized loss function: {'class_name': 'MeanSquaredError'}
Unable to restore a layer of class TFOpLambda. Layers of class TFOpLambda require that the class
Improper config format: {'l2': 0.1}
Improperly formatted model config.
Unable to decode config: 3
Unable to decode TF-Keras layer config. Config should be a dictionary, tuple or list.
Saved configuration not understood. Configuration should be a dictionary, string, tuple or list.
Unknown `config` as a `dict`, config={'a': 1}
Expected 'config' to be a list or a tuplefor a __typespec__ class name, instead got <class 'dict'>
Error when deserializing class 'InputLayer' using config={'batch_shape': [None, 3]}.
Unrecognized keyword arguments passed to InputLayer: {'batch_shape': [None, 3]}
('Keyword argument not understood:', 'groups')
Argument(s) not recognized: {'lr': 0.001}
LossScaleOptimizer does not support arguments: `dynamic`.
Invalid Reduction Key mean. Expected keys are "('auto', 'none', 'sum', 'sum_over_batch_size')"
Cannot convert 'policy' to a mixed precision DTypePolicy. Valid policies include 'mixed_float16'
Graph disconnected: cannot obtain value for tensor KerasTensor(type_spec=1) at layer "conv".
Graph disconnected: cannot find parent for tensor x at operation 'conv'. The following previous
The name "dense" is used 2 times in the model. All operation names should be unique.
Asked to get input_shape at node 3, but the operation has only 1 inbound nodes.
TensorFlow symbol `math.foo` could not be found.
The following model(s) could not be initialized: encoder
""",
    "missing_custom_object": """
Unknown layer: MyLayer. Please ensure this object is passed to the `custom_objects` argument.
Unknown loss function:dice_loss
Unknown metric function: 'f1_m'. Please ensure you are using a `keras.utils.custom_object_scope`
Could not locate class 'Sampling'. Make sure custom classes and functions are decorated with
Could not deserialize class 'Block' because its parent module project.blocks cannot be imported.
Unable to restore custom object of type _tf_keras_metric currently. Please make sure that the layer
Unable to restore custom object of class "MyMetric" (type _tf_keras_metric). Please make sure that
Unable to restore object of class 'Sampling'. One of several possible causes could be a missing
Cannot call custom layer a of type <class 'x.A'>, because the call function was not serialized to
Cannot deserialize object of type `Block`. If `Block` is a custom class, please register it
Unable to reconstruct an instance of 'Block' because the class is missing a `from_config()` method.
Layer Block has arguments in `__init__` and therefore must override `get_config`.
Cannot serialize <x.Block object at 0x1> because it doesn't implement `get_config()`.
""",
    "weights_mismatch": """
You are trying to load a weight file containing 3 layers into a model with 4 layers.
Layer count mismatch when loading weights from file. Model expected 4 layers, found 3 saved layers.
Layer #1 (named "a") expects 2 weight(s), but the saved weights have 1 element(s).
Weight count mismatch for layer #1 (named a). Layer expects 2 weight(s). Received 1 saved weight(s)
Weight count mismatch for top-level weights of model. Model expects 1 top-level weight(s).
Shape mismatch in layer #1 (named a) for weight a/kernel:0. Weight expects shape (4, 3).
Shape mismatch in model for top-level weight w:0. Weight expects shape (4, 3). Received saved
You called `set_weights(weights)` on layer 'a' with a weight list of length 1, but the layer was \
expecting 2 weights.
Layer a weight shape (4, 3) is not compatible with provided weight shape (4, 2).
Layer weight shape (4, 3) not compatible with provided weight shape (4, 2)
Layer 'a' expected 2 variables, but received 0 variables during loading. Expected: ['kernel']
Layer 'a' was never built and thus it doesn't have any variables. However the weights file lists 2
GRU(reset_after=False) is not compatible with GRU(reset_after=True)
You are loading weights into a model that has not yet been built. Try building the model first
A total of 2 objects could not be loaded. Example error message for object <Dense name=a>:
""",
    "keras3_format_unsupported": """
File format not supported: filepath=m. Keras 3 only supports V3 `.keras` and `.weights.h5` files
File format not supported: filepath=m. Keras Core only supports V3 `.keras` files and legacy H5
The `save_format` argument is deprecated in Keras 3. Please remove this argument
Invalid `filepath` argument: expected a `.keras` extension. Received: filepath=m
Not allowed: H5 file with external Dataset: [('x', 0, 1)]
""",
    "unsafe_lambda_blocked": """
Requested the deserialization of a Lambda layer with a Python `lambda` inside it. This carries
Requested the deserialization of a `lambda` object. This carries a potential risk of arbitrary code
Requested the deserialization of a `Lambda` layer whose `function` is a Python lambda. This carries
The `function` of this `Lambda` layer is a Python lambda. Deserializing it is unsafe.
Cannot deserialize `keras.utils.get_file` because it is not a modeling function.
""",
    "wrong_format_or_path": """
No model config found in the file at w.h5.
No model found in config file.
Unable to create a TF-Keras model from SavedModel at m. This SavedModel was exported with
`by_name` only supports loading legacy '.h5' or '.hdf5' files. Received: w
""",
    "api_removed": """
lr is deprecated in the new Keras optimizer, please check the docstring for valid arguments
Method `model_from_yaml()` has been removed due to security risk of arbitrary code execution.
""",
}
TABLE = [(cause, line) for cause, lines in SENTENCES.items() for line in lines.strip().splitlines()]
# Errors of Python that say nothing of a model, a file or Keras.
PLAIN = (
    "KeyError: 'name'",
    "IndexError: list index out of range",
    "TypeError: __init__() got an unexpected keyword argument 'hostname'",
    "TypeError: __init__() missing 1 required positional argument: 'path'",
    "ValueError: cannot reshape array of size 2048 into shape (8,2)",
    "TypeError: string indices must be integers",
    "AttributeError: 'NoneType' object has no attribute 'get'",
)
OF_A_MODEL = {"keras_config_incompatible", "missing_custom_object", "weights_mismatch"}


@pytest.mark.parametrize(("cause", "sentence"), TABLE)
def test_a_sentence_of_keras_has_its_cause(cause: str, sentence: str) -> None:
    assert diagnose(Symptom(message=sentence)).cause.value == cause


@pytest.mark.parametrize("sentence", PLAIN)
def test_a_plain_error_is_not_blamed_on_the_model(sentence: str) -> None:
    assert diagnose(Symptom(message=sentence)).cause.value not in OF_A_MODEL


@pytest.mark.parametrize("sentence", PLAIN)
def test_the_same_error_of_a_loader_is_not_left_without_a_cause(sentence: str) -> None:
    found = diagnose(Symptom(message=sentence, stage="load", loader="keras"))
    assert found.cause.value != "unclassified" or "hostname" in sentence


@pytest.mark.parametrize(
    ("keras", "keyword", "refusing"),
    [
        ("2.3.0-tf", "groups", "the Keras of this TensorFlow"),
        # No release before 2.16 has a class that takes it.
        ("2.15.0", "quantization_config", "Keras 2"),
        ("3.15.1", "groups", "Keras 3"),
    ],
)
def test_not_all_of_keras_2_is_said_to_refuse_what_a_release_of_it_takes(
    keras: str, keyword: str, refusing: str
) -> None:
    said = f"('Keyword argument not understood:', '{keyword}')"
    symptom = Symptom(
        kind="TypeError", message=said, loader="keras", keras_loaded=keras, in_cell=True
    )
    assert f", but {refusing} does not accept it" in diagnose(symptom).explanation
