"""Generates the inputs of a model, once and before the first cell starts.

Every cell is fed the same files. Where a size is unknown there are several, to be tried in turn.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from matrix.inputs.hints import InputHints
from matrix.inputs.rules import hints_of_model
from matrix.model.facts import ModelFacts, SignatureFacts
from matrix.model.opened_files import OpenedFiles
from matrix.npz import Array
from probe import values

# What reading unchecked bytes can raise.
_DAMAGED = (
    *(ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError),
    struct.error,
)


def hints_or_nothing(model: ModelFacts, opened: OpenedFiles | None = None) -> InputHints:
    """What is known of a model; nothing of one that is damaged, which costs no other model."""
    try:
        return hints_of_model(model, opened)
    except _DAMAGED:
        return InputHints()


def made_inputs(model: ModelFacts, hints: InputHints | None = None) -> Iterator[dict[str, Array]]:
    """The arrays of all signatures, once for each guess that some of them need."""
    hints = hints or hints_or_nothing(model)
    made = {signature.name: list(_tries(signature, hints)) for signature in model.signatures}
    for turn in range(max(map(len, made.values()), default=0)):
        yield {
            f"{signature}/{name}": array
            for signature, arrays in made.items()
            for name, array in (arrays[turn] if turn < len(arrays) else {}).items()
        }


def _tries(signature: SignatureFacts, hints: InputHints) -> Iterator[dict[str, Array]]:
    """What to feed a signature with in turn, what the model ships first.

    Nothing more where nobody knows values for an input.
    """
    inputs = [(tensor.name, tensor.dtype, tensor.shape) for tensor in signature.inputs]
    groups = hints.groups.get(signature.name, ())
    rules = dict(hints.rules)
    texts = [name for name, dtype, _ in inputs if dtype == "string"]
    example = hints.example if texts else None
    if not inputs:
        return
    for shipped in hints.shipped.get(signature.name, ()):
        if all(tensor.name in shipped for tensor in signature.inputs):
            yield {tensor.name: shipped[tensor.name] for tensor in signature.inputs}
    with contextlib.suppress(values.CannotBeMade):
        if example:
            # What is known of a single input comes first.
            contents = {name: [example] for name in texts} | rules.get("contents", {})
            yield from values.tries(inputs, groups, {**rules, "contents": contents, "batch": 1})
        yield from values.tries(inputs, groups, rules)
