"""A moved weight is told by its size, against what we compute without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.numerics.runs import Found, label, ran_in_cells, why
from matrix.options.options import Options
from matrix.results import verdicts

# As in making/plain.py, which cannot import this.
NUDGE = 0.25
_NEAR = 1e-5


def nudged_models(models: Sequence[Path], options: Options, noxfile: Path) -> list[str]:
    """`dense` gives what we compute ourselves, `nudged` is off by what its weight was moved."""
    given = options.output / "expected.json"
    given.parent.mkdir(parents=True, exist_ok=True)
    given.write_text(json.dumps(_expected()), encoding="utf-8")
    held = replace(options, numerics=replace(options.numerics, inputs=given))
    found = ran_in_cells(models, replace(held, output=options.output / "nudged"), noxfile).found
    ran = [one for one in found if isinstance(one.check.verdict, verdicts.Runs | verdicts.Differs)]
    right = [one for one in ran if _truly(one)]
    nudged = [one for one in ran if "nudged" in one.model]
    print(f"\n{len(nudged)} checks of models with a weight moved by {NUDGE} ran, and", end=" ")
    print(f"{len(ran) - len(nudged)} of models as they were: {len(right)} were told truly.")
    if not nudged:
        return ["no model with a moved weight ran"]
    return [
        f"{label(one)}: {one.check.verdict.word} {why(one.check)}"
        for one in ran
        if one not in right
    ]


def _truly(one: Found) -> bool:
    verdict = one.check.verdict
    if not isinstance(verdict, verdicts.Runs | verdicts.Differs) or not verdict.expected:
        return False
    if "nudged" not in one.model:
        return isinstance(verdict, verdicts.Runs)
    off = verdict.evidence.difference
    return off is not None and abs((off.max_abs_diff or 0) - NUDGE) < _NEAR


def _expected() -> dict[str, Any]:
    """What `dense` of making/plain.py gives, from its weights and without TensorFlow."""
    random = np.random.RandomState(1)
    shapes = ((8, 16), (16,), (16, 3), (3,))
    first, bias, second, last = (
        random.uniform(0.05, 0.3, shape).astype("float32") for shape in shapes
    )
    x = np.linspace(0, 0.7, 8, dtype="float32").reshape(1, 8)
    y = np.maximum(x @ first + bias, 0) @ second + last
    return {"inputs": {"x": x.tolist()}, "outputs": {"y": y.tolist()}}
