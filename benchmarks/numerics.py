"""Does everything that loads compute the same? With models of our own making, in real releases.

`make_numerics.py` makes them with four releases. Every check that loads must say `runs`, but for
what is known of TensorFlow itself; a model with one weight moved must say `differs` from what we
compute without TensorFlow, and by just as much.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from packaging.specifiers import SpecifierSet
from tabulate import tabulate

from benchmarks.numerics_models import EXAMPLE, WRITERS, make, models_of
from matrix import inputs, verdicts
from matrix.options import Options, read_options
from matrix.outcomes import Store
from matrix.parallel import run_sessions
from matrix.plan import Plan
from matrix.plan_document import plan_document
from matrix.reference import EXPECTATION
from matrix.results import CheckResult, conclude
from reports import job
from reports.reasons import first_line

# As in make_numerics.py, which cannot import this.
NUDGE = 0.25
_NEAR = 1e-5
# What TensorFlow itself does otherwise: (model, release, loader), the verdict, and why.
KNOWN: Mapping[tuple[str, str, str], tuple[str, str]] = {
    ("2.4.4/attention", "2.4.4", "keras"): (
        "differs",
        "Keras 2.4.4 leaves the weights of MultiHeadAttention random",
    ),
    ("2.4.4/several", "2.21.0", "tfsm_layer"): (
        "loads",
        "TFSMLayer hands one argument on, and the model takes two",
    ),
    ("2.21.0/quantised.tflite", "2.4.4", "tflite"): (
        "differs",
        "kernels of 2.4.4 answer nonsense to what 2.21.0 quantised",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """One check of one model in one cell."""

    model: str
    cell: str
    check: CheckResult

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by: tf-keras beside a release changes nothing of what others do."""
        return self.model, self.cell.partition("+")[0], self.check.loader


def main(arguments: Sequence[str], folder: Path, noxfile: Path) -> int:
    """Make the models that are not there yet, run them, print what is wrong; 0 if nothing.

    `arguments` are options of `matrix`; what it takes for a model is where our models are kept.
    """
    options = read_options([str(EXAMPLE), *arguments], folder)
    named = [model for model in options.models[1:] if isinstance(model, Path)]
    place = next(iter(named), options.output / "models")
    spec = options.tensorflow or SpecifierSet(">=2")
    chosen = replace(options, tensorflow=spec, remedies=False)
    missing = [writer for writer in WRITERS if not make(writer, place / writer, chosen)]
    models = [path for writer in WRITERS for path in models_of(writer, place)]
    wrong = _agreement([one for one in models if one.stem != "nudged"], chosen, noxfile)
    wrong += _nudged([one for one in models if one.stem in ("dense", "nudged")], chosen, noxfile)
    wrong += [f"no models were made by {writer}" for writer in missing]
    print("\n".join([*wrong, f"{len(wrong)} answers are not as they should be."]), flush=True)
    return 1 if wrong else 0


def _run(models: Sequence[Path], options: Options, noxfile: Path) -> list[Found]:
    """All checks of all models, in the releases that made them."""
    plan = _only_writers(job.planned(replace(options, models=tuple(models))))
    store = Store(folder=options.output / "results")
    with store.alone():
        store.begin(plan_document(plan))
        inputs.store_inputs(plan, store)
        if not run_sessions(plan, options, store, noxfile):
            raise KeyboardInterrupt
        outcomes = {one.cell.id: store.read(one.cell.id) for one in plan.cells}
    results = conclude(plan, outcomes, store.stored, inputs.expected_outputs(plan, store))
    return [
        Found(model=_name(plan.models[result.number].path), cell=cell.cell.id, check=check)
        for result in results
        for cell in result.cells
        for check in cell.checks
    ]


def _only_writers(plan: Plan) -> Plan:
    """The releases that made models, plain and with tf-keras, which is Keras 2 in new ones."""
    cells = [f"{writer}{beside}" for writer in WRITERS for beside in ("", "+tf_keras")]
    planned = tuple(one for one in plan.cells if one.cell.id in cells)
    return replace(plan, cells=planned, order=tuple(one for one in plan.order if one in cells))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


# --- every cell that loads says the same ---------------------------------------------------------


def _agreement(models: Sequence[Path], options: Options, noxfile: Path) -> list[str]:
    found = _run(models, replace(options, output=options.output / "agreement"), noxfile)
    print(f"\n{len(models)} models\n{_table(found)}\n")
    words = Counter(one.check.verdict.word for one in found)
    print(", ".join(f"{word}: {count}" for word, count in words.most_common()))
    held = [one.check.verdict for one in found if isinstance(one.check.verdict, verdicts.Runs)]
    apart = [one for one in held if one.compared_with]
    largest = max((one.relative for one in apart), default=0)
    print(f"{len(apart)} of {len(held)} that run were compared, and are apart by {largest:.2g}.")
    for text in _random(found):
        print(text)
    return list(_unexpected(found))


def _table(found: Sequence[Found]) -> str:
    """What became of the loaders of each model in each cell; and how far apart, where it shows."""
    cells = list(dict.fromkeys(one.cell for one in found))
    rows = []
    for model in dict.fromkeys(one.model for one in found):
        mine = [one for one in found if one.model == model]
        rows.append([model, *(_in_short([m.check for m in mine if m.cell == c]) for c in cells)])
    return tabulate(rows, headers=["model", *cells])


def _in_short(checks: Sequence[CheckResult]) -> str:
    told = [one.verdict for one in checks if not isinstance(one.verdict, verdicts.NotApplicable)]
    words = Counter(verdict.word for verdict in told)
    text = ", ".join(f"{count} {word}" for word, count in words.items())
    relative = max((one.relative for one in told if isinstance(one, verdicts.Runs)), default=0)
    return f"{text} ({relative:.0e})" if relative > 1e-6 else text


def _random(found: Sequence[Found]) -> Iterator[str]:
    for one in found:
        for call in one.check.calls:
            if call.get("repeatable") is False:
                yield f"{_label(one)}: {call.get('signature')} is not repeatable"


def _unexpected(found: Sequence[Found]) -> Iterator[str]:
    """What differs or only loads and is not known to, and what is known and was not seen."""
    for one in found:
        word, known = one.check.verdict.word, KNOWN.get(one.key)
        if known and word == known[0]:
            print(f"{_label(one)}: {word} {_why(one.check)}. Known: {known[1]}.")
        elif word in ("differs", "loads") or known:
            yield f"{_label(one)}: {word} {_why(one.check)}"
        elif word not in ("runs", "fails", "not-applicable"):
            # No answer is no agreement.
            yield f"{_label(one)}: {word}"


def _label(one: Found) -> str:
    return f"{one.model} in {one.cell} with {one.check.loader}"


def _why(check: CheckResult) -> str:
    verdict = check.verdict
    if isinstance(verdict, verdicts.Differs):
        return f"{verdict.output} {verdict.explanation} (compared with {verdict.compared_with})"
    error: Any = getattr(verdict, "error", None) or {}
    return f"{error.get('type')}: {first_line(str(error.get('message')))[:200]}" if error else ""


# --- a moved weight is told by its size ----------------------------------------------------------


def _nudged(models: Sequence[Path], options: Options, noxfile: Path) -> list[str]:
    """`dense` gives what we compute ourselves, `nudged` is off by what its weight was moved."""
    given = options.output / "expected.json"
    given.parent.mkdir(parents=True, exist_ok=True)
    given.write_text(json.dumps(_expected()), encoding="utf-8")
    held = replace(options, numerics=replace(options.numerics, inputs=given))
    found = _run(models, replace(held, output=options.output / "nudged"), noxfile)
    ran = [one for one in found if isinstance(one.check.verdict, verdicts.Runs | verdicts.Differs)]
    right = [one for one in ran if _truly(one)]
    nudged = [one for one in ran if "nudged" in one.model]
    print(f"\n{len(nudged)} checks of models with a weight moved by {NUDGE} ran, and", end=" ")
    print(f"{len(ran) - len(nudged)} of models as they were: {len(right)} were told truly.")
    if not nudged:
        return ["no model with a moved weight ran"]
    return [
        f"{_label(one)}: {one.check.verdict.word} {_why(one.check)}"
        for one in ran
        if one not in right
    ]


def _truly(one: Found) -> bool:
    verdict = one.check.verdict
    if not str(getattr(verdict, "compared_with", None)).startswith(EXPECTATION):
        return False
    if "nudged" not in one.model:
        return isinstance(verdict, verdicts.Runs)
    size = getattr(verdict, "largest", None) or 0
    return isinstance(verdict, verdicts.Differs) and abs(size - NUDGE) < _NEAR


def _expected() -> dict[str, Any]:
    """What `dense` of make_numerics.py gives, from its weights and without TensorFlow."""
    random = np.random.RandomState(1)
    shapes = ((8, 16), (16,), (16, 3), (3,))
    first, bias, second, last = (
        random.uniform(0.05, 0.3, shape).astype("float32") for shape in shapes
    )
    x = np.linspace(0, 0.7, 8, dtype="float32").reshape(1, 8)
    y = np.maximum(x @ first + bias, 0) @ second + last
    return {"inputs": {"x": x.tolist()}, "outputs": {"y": y.tolist()}}
