"""What models are fed: made once, before the first cell, and stored beside the results.

Every cell is fed the same files. Where a size is unknown there are several, to be tried in turn.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from matrix.inputs.rules import Known, known_of
from matrix.inputs.tf_example import example_for
from matrix.inputs.user_file import EXPECTED, check_fit, check_signature, read_given
from matrix.model.facts import ModelFacts, SignatureFacts
from matrix.npz import Array, write_arrays
from matrix.plan.plan import Plan
from matrix.run.store import RULES, Store, write_json
from probe import values


def check(plan: Plan) -> None:
    """Refuse what the caller wants fed or called where it cannot be right.

    Raises:
        UsageError: the file of inputs or the signature makes no sense for these models.
    """
    if plan.numerics.signature:
        check_signature(plan.models, plan.numerics.signature)
    if plan.numerics.inputs:
        given = read_given(plan.numerics.inputs)
        for model in plan.models:
            check_fit(model, given, plan.numerics)


def store_inputs(plan: Plan, store: Store, say: Callable[[str], None] = print) -> None:
    """Write the inputs of every model to where its cells look for them."""
    given = read_given(plan.numerics.inputs) if plan.numerics.inputs else None
    for number, model in enumerate(plan.models):
        place = store.place_for_inputs(number)
        write_json(place / RULES, {"given": given is not None})
        if given:
            expected = {EXPECTED + key: array for key, array in given.expected.items()}
            write_arrays(place / "1.npz", {**given.inputs, **expected})
        try:
            _store_made(model, place, given=given is not None)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are tested
            said = f"{type(error).__name__}: {error}"[:300]
            say(
                f"The inputs of {model.shown} could not be made here ({said}), so each cell makes "
                "its own. This is an error in Loadmatrix: report it."
            )


def _store_made(model: ModelFacts, place: Path, *, given: bool) -> None:
    known = _known(model)
    write_json(place / RULES, {**known.rules, "given": given})
    for turn, arrays in enumerate(() if given else made_inputs(model, known), 1):
        write_arrays(place / f"{turn}.npz", arrays)


# What a reader of bytes that nobody checked may stumble over.
_DAMAGED = (
    *(ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError),
    struct.error,
)


def _known(model: ModelFacts) -> Known:
    """What is known of a model; nothing of one that is damaged, which costs no other model."""
    try:
        return known_of(model)
    except _DAMAGED:
        return Known()


def expected_outputs(plan: Plan, store: Store) -> dict[int, dict[str, Array]]:
    """What the caller expects of each model, as it was stored."""
    if plan.numerics.inputs is None:
        return {}
    found = {}
    for number in range(len(plan.models)):
        for path in store.inputs(number)[:1]:
            found[number] = dict(read_given(path).expected)
    return found


def made_inputs(model: ModelFacts, known: Known | None = None) -> Iterator[dict[str, Array]]:
    """The arrays of all signatures, once for each guess that some of them need."""
    known = known or _known(model)
    made = {one.name: list(_tries(one, model, known)) for one in model.signatures}
    for turn in range(max(map(len, made.values()), default=0)):
        yield {
            f"{signature}/{name}": array
            for signature, arrays in made.items()
            for name, array in (arrays[turn] if turn < len(arrays) else {}).items()
        }


def _tries(
    signature: SignatureFacts, model: ModelFacts, known: Known
) -> Iterator[dict[str, Array]]:
    """What to feed a signature with in turn; nothing where nobody knows values for an input."""
    inputs = [(one.name, one.dtype, one.shape) for one in signature.inputs]
    groups = known.groups.get(signature.name, ())
    rules = dict(known.rules)
    texts = [name for name, dtype, _ in inputs if dtype == "string"]
    example = example_for(model, rules.get("texts", ())) if texts else None
    if not inputs:
        return
    with contextlib.suppress(values.CannotBeMade):
        if example:
            # What is known of a single input comes first.
            contents = {name: [example] for name in texts} | rules.get("contents", {})
            yield from values.tries(inputs, groups, {**rules, "contents": contents, "batch": 1})
        yield from values.tries(inputs, groups, rules)
