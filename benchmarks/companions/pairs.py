"""Does a model that asks for a companion load in the cell that has it? Small real models, for real.

Each is made by the package itself in that cell (`make.py`), then planned, probed and
judged as any other. `nox -s companions -- [NAME|MINOR ...] [--output FILE]`.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matrix.cache import cache_folder
from matrix.environments.environments import Environments
from matrix.errors import EnvironmentUnavailable, LoadmatrixError
from matrix.maintenance.companions import Pair, chosen
from matrix.model.identify import identify
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.plan.make_plan import make_plan
from matrix.plan.plan import Plan, PlannedCell
from matrix.results.conclude import conclude
from matrix.results.result import CheckResult, ModelResult
from matrix.run.cell import CellRun
from matrix.run.store import Store

_MAKER = Path(__file__).with_name("make.py")
_SECONDS = 900


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the package made, and what it or the release said where it could not."""

    paths: tuple[Path, ...]
    words: tuple[str, ...]


def main(arguments: Sequence[str], folder: Path) -> int:
    """Try the pairs and add a line of JSON for each to FILE; 1 where a model loads no way."""
    words, output = list(arguments), folder / "companions.jsonl"
    if "--output" in words:
        place = words.index("--output")
        output = folder / words[place + 1]
        del words[place : place + 2]
    good = True
    for pair in chosen(words):
        found = tried(pair)
        good = good and not found["broken"] and all(one["loads"] for one in found["models"])
        print(json.dumps(found), flush=True)
        with output.open("a", encoding="utf-8") as file:
            file.write(json.dumps(found) + "\n")
    return 0 if good else 1


def tried(pair: Pair) -> dict[str, Any]:
    """One pair: its models in its cell."""
    known = {
        "package": pair.package.name,
        "version": pair.fit.version,
        "tensorflow": str(pair.release.version),
    }
    environments = Environments(folder=cache_folder())
    try:
        cell = pair.cell()
        with (
            environments.ready(cell, discard=True) as python,
            tempfile.TemporaryDirectory(prefix="loadmatrix-") as place,
        ):
            made = _made(python, pair.package.module, Path(place))
            found = list(_results(made.paths, pair, environments, Path(place)))
    except (EnvironmentUnavailable, LoadmatrixError) as error:
        return {**known, "broken": str(error), "models": [], "said": []}
    broken = "" if made.paths else " ".join(made.words[-1:])
    said = [line for line in made.words if line.startswith(("not saved", "tf.keras"))]
    return {**known, "python": cell.python, "broken": broken, "models": found, "said": said}


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _made(python: Path, module: str, place: Path) -> Made:
    done = subprocess.run(
        [python, "-B", _MAKER, module, place / "models"],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_SECONDS,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(place), "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    lines = [*done.stdout.splitlines(), *(done.stderr.splitlines() if done.returncode else ())]
    names = [line.removeprefix("saved ") for line in lines if line.startswith("saved ")]
    return Made(
        paths=tuple(place / "models" / name for name in names),
        words=tuple(line for line in lines if line.strip()),
    )


def _results(
    paths: Sequence[Path], pair: Pair, environments: Environments, place: Path
) -> Iterator[dict[str, Any]]:
    for number, path in enumerate(paths):
        options = read_options([str(path), "--tensorflow", f"=={pair.release.version}"], place)
        plan, planned = _planned(path, pair, options)
        if planned is None:
            (model,) = plan.models
            words = f"asks for no companion: {[*model.layers, *model.custom_objects]}"
            yield {"model": path.name, "loads": False, "checks": {"": words}}
            continue
        runs = CellRun(
            environments=environments,
            store=Store(folder=place / f"results-{number}"),
            limits=options.limits,
            models=plan.models,
        )
        (result,) = conclude(plan, {planned.cell.id: runs.run(planned)})
        yield _row(path, result, planned)


def _planned(path: Path, pair: Pair, options: Options) -> tuple[Plan, PlannedCell | None]:
    """The plan of one model, and the cell in it that has the package."""
    pythons = [pair.python] if pair.python else []
    model = identify(path)
    release = pair.release
    plan = make_plan([model], [release], options, pythons, "linux-x86_64")
    having = [one for one in plan.cells if one.cell.has(pair.package.name)]
    return plan, having[0] if having else None


def _row(path: Path, result: ModelResult, planned: PlannedCell) -> dict[str, Any]:
    (cell,) = [one for one in result.cells if one.cell.id == planned.cell.id]
    checks = [one for one in cell.checks if one.verdict.applies]
    return {
        "model": path.name,
        "loads": any(one.verdict.is_load for one in checks),
        "checks": dict(_verdicts(checks)),
    }


def _verdicts(checks: Sequence[CheckResult]) -> Iterator[tuple[str, str]]:
    """The best variant of each loader, and what went wrong where none loads."""
    for loader in dict.fromkeys(one.loader for one in checks):
        mine = [one for one in checks if one.loader == loader]
        loading = [one for one in mine if one.verdict.is_load]
        best = (loading or mine)[-1]
        evidence = best.verdict.evidence
        reason = (evidence.error.message if evidence.error else "") or evidence.reason or ""
        variant = f" ({best.variant})" if best.variant else ""
        why = "" if best.verdict.word == "runs" else f": {reason[:300]}"
        yield loader, f"{best.verdict.word}{variant}{why}"
