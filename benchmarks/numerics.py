"""Does everything that loads compute the same? With models of our own making, in real releases.

`make_numerics.py` makes them with four releases. Every check that runs must say `runs`; a model
with one weight moved must say `differs` from what the other gives, by just as much.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from matrix import verdicts
from matrix.options import Options
from matrix.outcomes import Store
from matrix.parallel import run_sessions
from matrix.plan import Plan
from matrix.plan_document import plan_document
from matrix.results import CheckResult, conclude
from reports import job

WRITERS = ("2.4.4", "2.10.1", "2.15.1", "2.21.0")
NUDGE = 0.25
_MAKER = Path(__file__).with_name("make_numerics.py")


def main(options: Options, noxfile: Path) -> int:
    """Make the models that are not there yet, run them, print what does not agree; 0 if nothing."""
    folder = options.output / "models"
    for writer in WRITERS:
        _make(writer, folder / writer, options)
    models = [path for writer in WRITERS for path in _models(folder / writer)]
    print(f"{len(models)} models")
    wrong = _agreement([path for path in models if path.stem != "nudged"], options, noxfile)
    wrong += _nudged(folder, options, noxfile)
    return 1 if wrong else 0


def _models(folder: Path) -> Iterator[Path]:
    """Not the SavedModel that a TFLite model was converted from."""
    yield from (path for path in sorted(folder.iterdir()) if path.name != "tflite-source")


def _make(writer: str, folder: Path, options: Options) -> None:
    if folder.exists():
        return
    chosen = replace(options, models=(_MAKER.parent.parent / "examples" / "half_plus_two",))
    plan = job.planned(replace(chosen, tensorflow=SpecifierSet(f"=={writer}")))
    cell = plan.cell(writer).cell
    partial = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    with job.environments(options).ready(cell, job.say) as python:
        command = [str(python), "-I", "-B", str(_MAKER), str(partial)]
        environment = {"PATH": os.environ["PATH"], "HOME": str(options.output)}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=1800
        )
    print("\n".join(line for line in done.stdout.splitlines() if "cannot be made" in line))
    partial.rename(folder)


def _run(
    models: Sequence[Path], options: Options, noxfile: Path, folder: str
) -> tuple[Plan, Store, list[tuple[str, str, CheckResult]]]:
    """All checks of a run: model, cell, result."""
    chosen = replace(options, models=tuple(models), output=options.output / folder)
    plan = job.planned(chosen)
    store = Store(folder=chosen.output / "results")
    store.begin(plan_document(plan))
    from matrix import inputs

    inputs.store_inputs(plan, store)
    run_sessions(plan, chosen, store, noxfile)
    outcomes = {one.cell.id: store.read(one.cell.id) for one in plan.cells}
    expected = inputs.expected_outputs(plan, store)
    found = [
        (_name(plan.models[result.number].path), cell.cell.id, check)
        for result in conclude(plan, outcomes, store.stored, expected)
        for cell in result.cells
        for check in cell.checks
    ]
    return plan, store, found


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _agreement(models: Sequence[Path], options: Options, noxfile: Path) -> int:
    _, _, found = _run(models, options, noxfile, "agreement")
    words = Counter(check.verdict.word for _, _, check in found)
    compared = [c.verdict for *_, c in found if isinstance(c.verdict, verdicts.Runs)]
    print(", ".join(f"{word}: {count}" for word, count in words.most_common()))
    against = sum(1 for one in compared if one.compared_with)
    largest = max((one.largest for one in compared), default=0)
    relative = max((one.relative for one in compared), default=0)
    print(f"{against} were compared; apart by at most {largest:.3g}, relative {relative:.2g}")
    steady = [check for *_, check in found if isinstance(check.verdict, verdicts.Runs)]
    for check in steady:
        for call in check.calls:
            if call.get("repeatable") is False:
                print(f"not repeatable: {check.loader} {call.get('signature')}")
    wrong = [one for one in found if isinstance(one[2].verdict, verdicts.Differs | verdicts.Loads)]
    for model, cell, check in wrong:
        print(f"{model} in {cell}: {check.loader} {check.verdict.word} {_why(check)}")
    return len(wrong)


def _why(check: CheckResult) -> str:
    verdict = check.verdict
    if isinstance(verdict, verdicts.Differs):
        return f"{verdict.output} {verdict.explanation} (compared with {verdict.compared_with})"
    error: Any = getattr(verdict, "error", {})
    return f"{error.get('type')}: {str(error.get('message'))[:200]}"


def _nudged(folder: Path, options: Options, noxfile: Path) -> int:
    """What `dense` gives is what `nudged` is held to."""
    wrong = 0
    for writer in WRITERS:
        place = folder / writer
        originals = [path for path in sorted(place.glob("dense*")) if path.is_file()]
        for original in originals:
            twin = original.with_stem("nudged")
            single = replace(options, tensorflow=SpecifierSet(f"=={writer}"))
            _, _, found = _run([original], single, noxfile, f"original-{writer}")
            call = next(check.calls[0] for *_, check in found if check.calls)
            arrays = {one["name"]: [one["values"]] for one in call["inputs"]}
            expected = {one["name"]: [one["values"]] for one in call["outputs"]}
            given = options.output / f"expected-{writer}.json"
            given.write_text(json.dumps({"inputs": arrays, "outputs": expected}))
            numerics = replace(options.numerics, inputs=given)
            held = replace(options, numerics=numerics)
            _, _, found = _run([twin], held, noxfile, f"nudged-{writer}")
            for model, cell, check in found:
                if not isinstance(check.verdict, verdicts.Runs | verdicts.Differs):
                    continue
                size = check.verdict.largest or 0
                told = isinstance(check.verdict, verdicts.Differs) and abs(size - NUDGE) < 1e-5
                wrong += not told
                print(f"{model} in {cell}: {check.loader} {check.verdict.word} by {size:.6g}")
    return wrong
