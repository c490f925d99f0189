"""Does every verified remedy of a report hold? Each is run again from its snippet alone.

A plain script, in a folder where the model has its name, with the Python of the cell it was seen
in; nothing of the probe is there.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matrix.cache import cache_folder
from matrix.catalogue.releases import catalogue
from matrix.environments.environments import Environments
from matrix.errors import LoadmatrixError, UsageError
from matrix.model.facts import ModelFacts, shown_path
from matrix.plan.plan import Plan
from matrix.plan.plan_json import plan_from
from matrix.run.store import Store
from reports.report.report import Report
from reports.report.report_json import read_report

_SECONDS = 300
_LOADED = "the snippet came to its end"


@dataclass(frozen=True, kw_only=True)
class Replay:
    """One snippet to run in one cell."""

    model: int
    cell: str
    snippet: str


def replay(arguments: Sequence[str], folder: Path) -> int:
    """`nox -s replay -- OUTPUT...`: 0 when every verified snippet of the reports loads, else 1.

    Raises:
        UsageError: no output folder of a run was named.
    """
    if not arguments:
        raise UsageError("Name the output folder of a run: nox -s replay -- ./compatibility")
    good, count = 0, 0
    for name in arguments:
        place = Path(folder, name)
        plan = plan_from(Store(folder=place / "results").plan(), catalogue())
        for one in dict.fromkeys(_snippets(read_report(place / "report.json"))):
            complaint = _run(plan, one)
            good, count = good + (complaint is None), count + 1
            print(f"{plan.models[one.model].path.name} in {one.cell}: {complaint or 'loads'}")
    print(f"{good} of {count} verified snippets load when they are run alone")
    return 0 if good == count else 1


def _snippets(report: Report) -> Iterator[Replay]:
    for number, model in enumerate(report.models):
        for cell in model.cells:
            for check in cell.checks:
                for remedy in check.diagnosis.remedies if check.diagnosis else ():
                    if remedy.verified:
                        where = next(iter(remedy.cells), cell.id)
                        yield Replay(model=number, cell=where, snippet=remedy.snippet)
        for way in model.summary.ways:
            for name in way.cells:
                yield Replay(model=number, cell=name, snippet=way.snippet)


def _run(plan: Plan, one: Replay) -> str | None:
    """What went wrong; `None` where the snippet loaded the model."""
    environments = Environments(folder=cache_folder())
    try:
        with environments.ready(plan.cell(one.cell).cell) as python:
            return complaint_of(python, plan.models[one.model], one.snippet)
    except LoadmatrixError as error:
        return str(error)


def complaint_of(python: Path, model: ModelFacts, snippet: str) -> str | None:
    """What went wrong with a snippet in an environment; `None` where it loaded the model."""
    shown = Path(shown_path(str(model.path), str(model.load_path)))
    with tempfile.TemporaryDirectory() as scratch:
        target = model.load_path.resolve()
        for _ in shown.parts[1:]:
            target = target.parent
        Path(scratch, shown.parts[0]).symlink_to(target)
        if model.weights:
            Path(scratch, model.weights.name).symlink_to(model.weights)
        ending = f"\nassert model is not None\nprint({_LOADED!r})\n"
        Path(scratch, "remedy.py").write_text(snippet + ending, encoding="utf-8")
        done = subprocess.run(
            [python, "remedy.py"],
            cwd=scratch,
            env={"HOME": scratch, "TF_CPP_MIN_LOG_LEVEL": "3", "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode == 0 and _LOADED in done.stdout:
        return None
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return f"exit code {done.returncode}: {' '.join(lines[-1:])}"
