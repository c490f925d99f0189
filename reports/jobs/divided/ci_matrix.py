"""Prints the jobs of a run as the generated matrix of a CI service takes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from matrix.catalogue.releases import catalogue
from matrix.ci_matrix.division import Choice, Job, Jobs, by_models, choose
from matrix.ci_matrix.load import Load, load_of_plan, load_of_releases
from matrix.costs.rates import Rates
from matrix.errors import LoadmatrixError, UsageError
from matrix.log import verbosity
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.parts.part import PART_SIZE
from matrix.plan.planning import planned
from matrix.shown import on_one_line
from reports.lines.ci_matrix import bounds_of, ci_matrix_line
from reports.output import echo


def ci_matrix(arguments: Sequence[str], folder: Path) -> int:
    """Print the jobs as JSON on standard output, and how they were chosen on standard error.

    Raises:
        UsageError: a wrong option, no model, or nothing to divide.
    """
    line = ci_matrix_line()
    most, minutes = bounds_of(line.read(arguments))
    options = read_options(arguments, folder, line)
    if options.shard or options.only:
        name = "--shard" if options.shard else "--only"
        raise UsageError(f"{name} is what this command chooses. Call it without {name}.")
    load, seconds = _load(options), minutes * 60
    # A fast run chooses its cells among all releases.
    fast = Choice(chosen=by_models(load, most, seconds)) if options.fast else None
    choice = fast or choose(load, most, seconds)
    if verbosity() >= 0:
        echo(_why(choice) + _absent(options), error=True)
    echo(json.dumps({"include": [_entry(job) for job in choice.chosen.jobs]}))
    return 0


def _load(options: Options) -> Load:
    """What a run costs, estimated from some of its models: those that are here, evenly chosen."""
    number = len(options.models)
    here = [model for model in options.models if isinstance(model, Path) and model.exists()]
    some = here[:: max(1, -(-len(here) // PART_SIZE))]
    try:
        plan = planned(options.of(some)) if some else None
    except UsageError:
        raise
    except LoadmatrixError:
        # None of them can be tested here; whoever runs the jobs may have them.
        plan = None
    if plan is not None and plan.run_order:
        return load_of_plan(plan, number, Rates.read(options.envdir))
    wanted = options.tensorflow or SpecifierSet(">=2.2")
    releases = [release for release in catalogue() if release.matching(wanted)]
    if not releases:
        raise UsageError(
            f"No known release matches --tensorflow '{wanted}'. Choose another specifier."
        )
    return load_of_releases(releases, number)


def _entry(job: Job) -> dict[str, Any]:
    """What a job of the matrix is told; `args` is one word that no shell changes."""
    if job.shard:
        return {"name": job.name, "shard": str(job.shard), "args": f"--shard={job.shard}"}
    return {"name": job.name, "tensorflow": job.specifier, "args": f"--only={job.specifier}"}


def _absent(options: Options) -> str:
    """That models are not here, which only the jobs may have; or else a name was misspelled."""
    absent = [model for model in options.models if isinstance(model, Path) and not model.exists()]
    if not absent:
        return ""
    named = f"{on_one_line(str(absent[0]))} does not exist here"
    more = f" (nor do {len(absent) - 1} more models)" if absent[1:] else ""
    return f" {named}{more}: the jobs need it at this path."


def _why(choice: Choice) -> str:
    chosen, *other = (
        f"{_kind(way)}: {_amount(way)}" for way in (choice.chosen, choice.other) if way
    )
    return f"{chosen} ({other[0]})." if other else f"{chosen}."


def _kind(way: Jobs) -> str:
    by = "by models" if way.jobs[0].shard else "by releases"
    return f"1 job {by}" if len(way.jobs) == 1 else f"{len(way.jobs)} jobs {by}"


def _amount(way: Jobs) -> str:
    hours, minutes = way.seconds / 3600, way.longest / 60
    return f"about {hours:,.1f} hours in all, the longest {minutes:,.0f} minutes"
