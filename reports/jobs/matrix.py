"""The main job, and the one that empties the cache. Each returns an exit code."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from matrix.environments import clean as cleaning
from matrix.environments.clean import models_in_use
from matrix.log import logger
from matrix.options.clean import clean_options
from matrix.options.custom_objects import doubt
from matrix.options.options import Options
from matrix.options.reading import read_options
from matrix.parts.division import is_divided
from matrix.schemas import SCHEMA
from reports.jobs.plan import show_plan
from reports.output import document, echo, json_alone
from reports.workflow_commands import commands_stopped

_LOG = logger(__name__)


@commands_stopped()
@models_in_use()
def matrix(arguments: Sequence[str], folder: Path, noxfile: Path) -> int:
    """The main job: inspect, plan, run every cell, report."""
    options = read_options(arguments, folder)
    with json_alone(options.as_json):
        return run_matrix(options, noxfile)


def run_matrix(options: Options, noxfile: Path) -> int:
    """The main job with its options at hand; gives the exit code."""
    started, clock = datetime.now(UTC), time.monotonic()
    objects = options.custom_objects
    if objects and (said := doubt(objects, options.companions, Path.cwd())):
        _LOG.warning("%s", said)
    if is_divided(options):
        # Here, because few calls are.
        from reports.jobs.divided.run import plan_divided, sweep_divided

        if options.plan_only:
            return plan_divided(options, started)
        with _continued():
            return sweep_divided(options, noxfile, started, clock)
    if options.plan_only:
        return show_plan(options, started)
    # Here, because a plan needs none of it, and it is most of what a start costs.
    from reports.jobs import sweep

    with _continued():
        return sweep.sweep(options, noxfile, started, clock)


@contextlib.contextmanager
def _continued() -> Iterator[None]:
    """Have an error of the system say that a run, other than all other jobs, can be continued."""
    try:
        yield
    except OSError as error:
        error.add_note("Then run the same command again: it continues where this one stopped.")
        raise


def clean(arguments: Sequence[str], folder: Path) -> int:
    """Remove every environment, model and answer in the cache, or in `--envdir`."""
    options = clean_options(arguments, folder)
    with json_alone(options.as_json):
        cleaned = cleaning.clean(options.envdir)
        values = {
            "schema": SCHEMA,
            "folder": str(options.envdir),
            "freed_bytes": cleaned.freed,
            "environments_kept": cleaned.kept,
            "models_kept": cleaned.models_kept,
        }
        document(json.dumps(values, indent=2) + "\n")
        _tell(cleaned, options.envdir)
    return 0


def _tell(cleaned: cleaning.Cleaned, envdir: Path) -> None:
    echo(
        f"Removed the environments, downloaded models and known answers in {envdir}: "
        f"{cleaned.freed / 2**20:,.0f} MB freed."
    )
    if kept := cleaned.kept:
        one = len(kept) == 1
        who = "1 environment is" if one else f"{len(kept)} environments are"
        were = "was" if one else "were"
        echo(f"{who} in use by a running test and {were} kept: {', '.join(kept)}.")
    if cleaned.models_kept:
        echo("The downloaded models are in use by a running test and were kept.")
