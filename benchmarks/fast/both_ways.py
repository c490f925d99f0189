"""Models run both ways, fast and in full, and compared cell by cell.

What a fast run measured must be what the full one did; what it left to its predictions is counted
by whether the full run bears it out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging import judged
from benchmarks.prediction.measured import Model, shared_models

# Runs `matrix` in a folder with these models and options; gives its CPU seconds.
Run = Callable[[Path, Sequence[Path], Sequence[str]], float]
# One model needs few cells; of many models that differ, almost every cell is needed by one.
ONE_CPU_TARGET = 0.4
MANY_CPU_TARGET = 0.8
# Small models of every format beside the project, most of which do not load everywhere.
REAL = (
    *("ckpt1-tf2onnx", "h5-mlperf-strww", "h5-mmsplice-donor", "json-gpd-arch-only"),
    *("k3-art-extraction", "pb-rust-regression", "sm1-serving-counter", "sm2-tfkeras-lso-tf22"),
    *("sm2-tfx-penguin-keras", "tfl-litert-composite"),
)
# Of fresh models that were made to score predictions, every so manyth.
FRESH = 10
_Cells = Mapping[tuple[str, str], Mapping[str, Any]]


def both_ways(run: Run, folder: Path, models: Sequence[Path], *options: str) -> None:
    """Run models both ways and print what differs, how much was measured, and what that cost."""
    # Nothing that the first has measured may save the second its work.
    again = ("--fresh", *options)
    slow = run(folder / "full", models, again)
    quick = run(folder / "fast", models, ("--fast", *again))
    full, fast = (_cells(folder / way / "compatibility") for way in ("full", "fast"))
    kinds = Counter(cell["source"] for cell in fast.values())
    differing = list(_differing(full, fast))
    wrong, right = list(_wrong(full, fast)), _right(full, fast)
    for line in (*differing, *wrong):
        print(line)
    pairs = f"{len(models)} models, {len(fast)} pairs of a model and a cell"
    details = f"{kinds['measured']} measured and {kinds['predicted']} predicted of {pairs}"
    judged("fast, measured cells that differ from those of a full run", len(differing), 0, details)
    details = f"{len(wrong)} of {len(wrong) + right} predicted checks that the full run answers"
    judged("fast, wrong predictions, %", 100 * len(wrong) / max(1, len(wrong) + right), 0, details)
    details = f"{quick:.0f} CPU s fast, {slow:.0f} in full"
    target = ONE_CPU_TARGET if len(models) == 1 else MANY_CPU_TARGET
    judged("fast, CPU over that of a full run", quick / slow, target, details)


def _cells(folder: Path) -> _Cells:
    """What a report says, by the path of the model and the id of the cell."""
    report = json.loads((folder / "report.json").read_text("utf-8"))
    return {
        (model["path"], cell["id"]): cell for model in report["models"] for cell in model["cells"]
    }


def _differing(full: _Cells, fast: _Cells) -> Iterator[str]:
    for (model, name), cell in fast.items():
        if cell["source"] == "measured":
            before = _verdicts(full[model, name])
            if (now := _verdicts(cell)) != before:
                yield f"measured otherwise: {model} in {name}: {now} / in full {before}"


def _verdicts(cell: Mapping[str, Any]) -> dict[tuple[str, str | None], str]:
    return {(check["loader"], check["variant"]): check["verdict"] for check in cell["checks"]}


def _wrong(full: _Cells, fast: _Cells) -> Iterator[str]:
    for model, name, loader, said, loads in _predicted(full, fast):
        if loads is not None and (said["verdict"] == "loads") != loads:
            what = "loads" if loads else "fails"
            yield f"predicted wrong: {model} in {name} with {loader}: {what}, not {said}"


def _right(full: _Cells, fast: _Cells) -> int:
    pairs = ((said["verdict"] == "loads", loads) for *_, said, loads in _predicted(full, fast))
    return sum(said == loads for said, loads in pairs)


def _predicted(
    full: _Cells, fast: _Cells
) -> Iterator[tuple[str, str, str, Mapping[str, str], bool | None]]:
    """Each loader that was left to its prediction, with that and whether it loads in full."""
    for (model, name), cell in fast.items():
        said = {
            check["loader"]: check["prediction"]
            for check in cell["checks"]
            if check["verdict"] == "predicted" and check["prediction"]["verdict"] != "unknown"
        }
        for loader, prediction in said.items():
            found = {
                check["loads"] for check in full[model, name]["checks"] if check["loader"] == loader
            }
            loads = True if True in found else False if False in found else None
            yield model, name, loader, prediction, loads


def chosen(shared: Path, fresh: Iterable[Model]) -> list[Path]:
    """The models to run: those beside the project, and some of the fresh ones."""
    real = [model.path for model in shared_models(shared) if model.name in REAL]
    # What loads nowhere may be refused before anything runs.
    others = sorted({model.path for model in fresh if any(load.ok for load in model.loads)})
    return [*real, *others[:: max(1, len(others) // FRESH)][:FRESH]]
