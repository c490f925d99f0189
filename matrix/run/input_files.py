"""The input files of a run: written once, before the first cell, and read by every cell."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from matrix.files import write_json
from matrix.inputs.generated import hints_or_nothing, made_inputs
from matrix.inputs.hints import InputHints
from matrix.inputs.user_file import EXPECTED, read_user_inputs
from matrix.log import logger
from matrix.model.facts import ModelFacts
from matrix.npz import Array, write_arrays
from matrix.plan.plan import Plan
from matrix.run.keeping.model_inputs import RULES
from matrix.run.store import Store

_LOG = logger(__name__)


def store_inputs(
    plan: Plan, store: Store, numbers: Collection[int] | None = None
) -> tuple[int, ...]:
    """Write the inputs of every model, or of those numbers, to where its cells look for them.

    Returns the models of which nothing went wrong.
    """
    given = read_user_inputs(plan.numerics.inputs) if plan.numerics.inputs else None
    sound = []
    for number, model in enumerate(plan.models):
        if numbers is not None and number not in numbers:
            continue
        place = store.inputs(number).emptied()
        write_json(place / RULES, {"given": given is not None})
        if given:
            expected = {EXPECTED + key: array for key, array in given.expected.items()}
            write_arrays(place / "1.npz", {**given.inputs, **expected})
        try:
            hints = plan.hints_of(number) or hints_or_nothing(model)
            _store_made(model, place, hints, given=given is not None)
            sound.append(number)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are tested
            said = f"{type(error).__name__}: {error}"[:300]
            _LOG.warning(
                "The inputs of %s could not be generated (%s), so each cell generates its own. "
                "This is a bug in loadmatrix: please report it.",
                model.shown,
                said,
            )
    return tuple(sound)


def _store_made(model: ModelFacts, place: Path, hints: InputHints, *, given: bool) -> None:
    write_json(place / RULES, {**hints.rules, "given": given})
    for turn, arrays in enumerate(() if given else made_inputs(model, hints), 1):
        write_arrays(place / f"{turn}.npz", arrays)


def expected_outputs(plan: Plan, store: Store) -> dict[int, dict[str, Array]]:
    """What the caller expects of each model, as it was stored."""
    if plan.numerics.inputs is None:
        return {}
    found = {}
    for number in range(len(plan.models)):
        for path in store.inputs(number).arrays[:1]:
            found[number] = dict(read_user_inputs(path).expected)
    return found
