"""What to do at once where a model needs a class that nobody passes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from matrix.plan.plan import Plan
from matrix.plan.prediction import FAILS, Prediction
from matrix.shown import on_one_line

_KERAS = ("keras", "tf_keras")
_NOBODY = " is a class that Keras does not have, and nobody passes it"


def what_to_pass(plan: Plan, predictions: Sequence[Prediction]) -> Iterator[str]:
    """The option that gives the model its own code, where every release lacks the same class."""
    said = {one.why for one in predictions if one.loader in _KERAS and one.rule == "keras-class"}
    others = [one for one in predictions if one.loader in _KERAS and one.verdict != FAILS]
    if others or len(said) != 1 or not (why := said.pop()).endswith(_NOBODY):
        return
    name = why.removesuffix(_NOBODY)
    if found := _beside(plan, name):
        option = f"--custom-objects {on_one_line(shlex.quote(str(found)))}"
        yield (
            f"{on_one_line(found.name)} lies beside it, and the model says that {name} is from "
            f"there: give it with {option}."
        )
    else:
        yield f"Give the Python file that defines {name} with --custom-objects FILE."


def _beside(plan: Plan, name: str) -> Path | None:
    """The file of the module that the model says the class is from, if it lies beside the model."""
    contents, model = plan.contents_of(0), plan.models[0]
    if contents is None or contents.keras is None or model.address:
        return None
    for one in contents.keras.objects:
        if one.name == name and one.module and one.module.isidentifier():
            path = model.path.parent / f"{one.module}.py"
            return path if path.is_file() else None
    return None
