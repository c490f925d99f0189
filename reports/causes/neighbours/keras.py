"""Causes that look alike when Keras rebuilds a model."""

from __future__ import annotations

from reports.causes.neighbours.pair import pair
from reports.report.cause import Cause

PAIRS = (
    pair(
        Cause.MISSING_CUSTOM_OBJECT,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`Unknown layer: Functional`, `Unknown optimizer`, `Could not locate class 'Policy'`.",
        "If the class is part of any Keras release, the versions of Keras differ. Only a class "
        "that Keras never had is a custom object.",
    ),
    pair(
        Cause.MISSING_CUSTOM_OBJECT,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`Unrecognized keyword arguments passed to ...`.",
        "For a class of Keras, another Keras version wrote the config. For a class of the model "
        "author, the class lacks `get_config` or does not accept what it returns.",
    ),
    pair(
        Cause.MISSING_CUSTOM_OBJECT,
        Cause.ENV_IMPORT_FAILURE,
        "`NameError: name 'tf' is not defined`.",
        "Inside a Lambda layer, the function lacks a global name: pass it with `custom_objects`. "
        "Outside of a model, the import is missing in the code.",
    ),
    pair(
        Cause.WEIGHTS_MISMATCH,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`expected N variables, but received 0 variables during loading`.",
        "With nested layers, this is often a difference between Keras versions in saving. If the "
        "Keras that saved the file loads it, the file is right.",
    ),
    pair(
        Cause.KERAS3_FORMAT_UNSUPPORTED,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "A model of Keras 2 that Keras 3 does not load.",
        "If Keras 3 refuses the kind of file (a SavedModel folder), it is the format. If it reads "
        "the file and fails at a layer or an argument, it is the config.",
    ),
    pair(
        Cause.CALL_INPUT_MISMATCH,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`'_UserObject' object has no attribute ...`.",
        "`predict` or `summary`: `tf.saved_model.load` gives no Keras model, call its signatures. "
        "`add_slot` or `_create_or_restore_slot_variable`: an optimizer of another Keras version.",
    ),
    pair(
        Cause.API_REMOVED,
        Cause.KERAS_CONFIG_INCOMPATIBLE,
        "`has no attribute` or `unexpected keyword argument`.",
        "The last frame decides: in the user's own code, an API was removed. Inside of the "
        "loader, the file has the config of another Keras version.",
    ),
    pair(
        Cause.UNSAFE_LAMBDA_BLOCKED,
        Cause.PYTHON_VERSION,
        "A Lambda layer that does not load.",
        "If Keras refuses it, the message names `safe_mode`. If it fails with `bad marshal data` "
        "or `unknown opcode`, another Python version wrote it.",
    ),
    pair(
        Cause.PYTHON_VERSION,
        Cause.CORRUPT_OR_TRUNCATED,
        "`bad marshal data (unknown type code)`.",
        "The bytecode of a Lambda differs between Python versions. If the Python that saved the "
        "model loads it, the file is whole.",
    ),
)
