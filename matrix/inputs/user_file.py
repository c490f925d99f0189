"""The file of `--inputs`: input arrays and expected outputs."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matrix.errors import UsageError
from matrix.model.facts import Format, ModelFacts, SignatureFacts
from matrix.npz import Array
from matrix.options.tolerances import Numerics

EXPECTED = "outputs/"
# What the probe calls a Keras model by, in the place of a signature.
KERAS_CALL = "call"


@dataclass(frozen=True, kw_only=True)
class UserInputs:
    """What the caller feeds and expects; keys are `NAME` or `SIGNATURE/NAME`."""

    path: Path
    inputs: Mapping[str, Array]
    expected: Mapping[str, Array]


def read_user_inputs(path: Path) -> UserInputs:
    """The arrays of an .npz or .json file.

    Raises:
        UsageError: the file is absent, something else, or has values that are no arrays.
    """
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"PK"
        arrays = _npz(path) if zipped else _json(path)
    except OSError as error:
        raise UsageError(f"--inputs {path} cannot be read: {error.strerror}.") from error
    except (ValueError, zipfile.BadZipFile, KeyError, EOFError, RecursionError) as error:
        message = f"--inputs {path} is not a file of arrays ({error})"
        raise UsageError(
            f"{message}. Write an .npz file with numpy.savez, or a JSON file."
        ) from error
    inputs = {key: array for key, array in arrays.items() if not key.startswith(EXPECTED)}
    expected = {
        key.removeprefix(EXPECTED): array
        for key, array in arrays.items()
        if key.startswith(EXPECTED)
    }
    for key, array in arrays.items():
        if array.dtype.kind not in "biufcSU":
            raise UsageError(
                f"--inputs {path}: {key} is an array of type {array.dtype}. Use numbers or strings."
            )
    if not inputs:
        raise UsageError(
            f"--inputs {path} contains no inputs. Its keys must be the names of inputs."
        )
    return UserInputs(path=path, inputs=inputs, expected=expected)


def _npz(path: Path) -> dict[str, Array]:
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


def _json(path: Path) -> dict[str, Array]:
    """`{"x": [...]}`, or `{"inputs": {...}, "outputs": {...}}`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict):
        raise ValueError("its JSON value is not an object")  # noqa: TRY004 - becomes a sentence above
    if isinstance(document.get("inputs"), dict) and document.keys() <= {"inputs", "outputs"}:
        expected = document.get("outputs", {})
        if not isinstance(expected, dict):
            raise ValueError("its outputs are not an object")
        document = {
            **document["inputs"],
            **{EXPECTED + name: value for name, value in expected.items()},
        }
    return {str(key): _array(key, value) for key, value in document.items()}


def _array(key: str, value: Any) -> Array:
    try:
        return np.array(_decoded(value))
    except (ValueError, OverflowError, binascii.Error) as error:
        raise ValueError(f"{key}: {error}") from error


def _decoded(value: Any) -> Any:
    """Bytes are written as TensorFlow Serving wants them: `{"b64": "..."}`."""
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, dict) and value.keys() == {"b64"}:
        return base64.b64decode(value["b64"], validate=True)
    if value is None or isinstance(value, dict):
        raise ValueError(f"{json.dumps(value)[:40]} is neither a number nor a string")
    return value


def check_signature(models: Sequence[ModelFacts], name: str) -> None:
    """Refuse a signature that no model has.

    Raises:
        UsageError: all that is known of the models is other signatures.
    """
    names = {signature.name for model in models for signature in model.signatures}
    if name not in names and all(model.signatures for model in models):
        there = f"available: {', '.join(sorted(names))}"
        raise UsageError(
            f"No model has a signature {name} ({there}). Choose one of them with --signature."
        )


def check_fit(model: ModelFacts, given: UserInputs, numerics: Numerics) -> None:
    """Refuse arrays that fit no signature of a model, as far as its inputs are known.

    Raises:
        UsageError: an input has no array, or one of another shape; or something is expected of an
            output that there is not, which would be held against nothing.
    """
    wanted = [
        signature
        for signature in model.signatures
        if signature.inputs and numerics.signature in (None, signature.name)
    ]
    reasons = [_misfit(signature, given.inputs) for signature in wanted]
    if reasons and all(reasons):
        raise UsageError(f"--inputs {given.path} does not match {model.path.name}: {reasons[0]}.")
    # Interpreters of TFLite call outputs otherwise than its signatures do.
    lite = model.format is Format.TFLITE
    if not lite and (lost := _expects_in_vain(wanted, given.expected)):
        raise UsageError(f"--inputs {given.path} does not match {model.path.name}: {lost}.")


def _misfit(signature: SignatureFacts, arrays: Mapping[str, Array]) -> str | None:
    """Why arrays do not fit a signature; `None` where they do."""
    there = {
        tensor.name: arrays[key]
        for tensor in signature.inputs
        for key in (tensor.name, f"{signature.name}/{tensor.name}")
        if key in arrays
    }
    if not there and len(arrays) == len(signature.inputs):
        # Under names of another release: they are taken in their order.
        return None
    for tensor in signature.inputs:
        if tensor.name not in there:
            return (
                f"there is no array for the input {tensor.name} of the signature {signature.name}, "
                f"only for {', '.join(arrays)}"
            )
        shape = there[tensor.name].shape
        # With further parts it is ragged or sparse: Keras names the shape of the whole.
        apart = any(
            f"{key}_1" in arrays for key in (tensor.name, f"{signature.name}/{tensor.name}")
        )
        if tensor.shape is not None and not apart and not _agree(tensor.shape, shape):
            wanted = ["any" if size is None else size for size in tensor.shape]
            return f"{tensor.name} has the shape {list(shape)} instead of {wanted}"
    return None


def _expects_in_vain(
    signatures: Sequence[SignatureFacts], expected: Mapping[str, Array]
) -> str | None:
    """Why an expectation is of no output; `None` where all are, or where it cannot be known."""
    if not signatures or not all(signature.outputs for signature in signatures):
        return None
    for key in expected:
        about, _, name = key.rpartition("/")
        # What Keras calls the outputs of a model as a whole no file says.
        mine = [signature for signature in signatures if about in ("", signature.name)]
        if about == KERAS_CALL or any(_meant(key, name, signature, expected) for signature in mine):
            continue
        there = [
            f"{signature.name}/{_plain(out.name)}"
            for signature in signatures
            for out in signature.outputs
        ]
        return f"{EXPECTED}{key} is expected, but the outputs are {', '.join(there)}"
    return None


def _meant(key: str, name: str, signature: SignatureFacts, expected: Mapping[str, Array]) -> bool:
    """Whether an expectation is of an output of a signature: by name, or where both are single."""
    if _plain(name) in [_plain(out.name) for out in signature.outputs]:
        return True
    same = [other for other in expected if other.rpartition("/")[0] in ("", signature.name)]
    return same == [key] and len(signature.outputs) == 1


def _plain(name: str) -> str:
    """The operation that a tensor comes from, which is what a graph without signatures names."""
    return re.sub(r":\d+$", "", name)


def _agree(wanted: Sequence[int | None], shape: Sequence[int]) -> bool:
    return len(wanted) == len(shape) and all(
        size_wanted in (None, size) for size_wanted, size in zip(wanted, shape, strict=True)
    )
