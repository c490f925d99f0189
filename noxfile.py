# /// script
# requires-python = ">=3.11"
# dependencies = ["nox>=2026.10"]
# ///
"""Loadmatrix: in which TensorFlow releases does a model load and run, and why not in the others?"""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nox

HERE = Path(__file__).resolve().parent
# The nox command does not put the folder of the noxfile on the path.
sys.path.insert(0, str(HERE))

from matrix.run.cell_sessions import asked_cells
from reports import own_environment

# What a run starts below itself.
WORKERS = HERE / "reports" / "workers_noxfile.py"
# Models and measured facts, where they lie beside the project.
SHARED = HERE.parent / "shared"
PROJECT = nox.project.load_toml(HERE / "pyproject.toml")
# Whole files stay in one process: what builds environments or a browser does so once. One process
# more than cores, because tests wait for what they have started.
_PARALLEL = ("-n", str((os.cpu_count() or 2) + 1), "--dist", "loadfile", "--no-loadscope-reorder")
# Every reference leads somewhere, and every warning is told.
_STRICT = ("-W", "--keep-going", "--nitpicky", "--quiet")

nox.needs_version = ">=2026.10"
nox.options.sessions = []
nox.options.default_venv_backend = "uv|virtualenv"
if {"-q", "--quiet"} & set(sys.argv[sys.argv.index("--") :] if "--" in sys.argv else ()):
    # Its lines about sessions that begin and end are warnings.
    logging.getLogger("nox").setLevel(logging.ERROR)


def _here(session: Callable[..., None]) -> Callable[..., None]:
    """A session that runs in this process, in whose environment our packages have to be."""

    @functools.wraps(session)
    def begun(*arguments: Any, **named: Any) -> None:
        needed = PROJECT["project"]["dependencies"]
        if own_environment.is_needed(needed):
            own_environment.go_on_in(HERE / ".nox" / "loadmatrix", needed)
        session(*arguments, **named)

    return begun


@nox.session(venv_backend="none")
@_here
def matrix(session: nox.Session) -> None:
    """Test models in every TensorFlow release: nox -s matrix -- MODEL... [options]"""
    from reports.jobs import matrix as job

    _run(session, lambda words, folder: job.matrix(words, folder, WORKERS))


@nox.session(venv_backend="none")
@_here
def probe(session: nox.Session, cell: str = "") -> None:
    """Test models in one cell: nox -s "probe(2.15.1)" -- MODEL..."""
    from reports.jobs import probe as job

    _run(session, lambda words, folder: job.probe(words, folder, cell))


if _cells := asked_cells(sys.argv):
    # Who asks for no cell sees one line in the list of sessions, and not thirty.
    nox.parametrize("cell", [nox.param(name, id=name) for name in _cells])(probe)


@nox.session(venv_backend="none")
@_here
def inspect(session: nox.Session) -> None:
    """Inspect models without TensorFlow: nox -s inspect -- MODEL... [--json] [--checksums FILE]"""
    from reports.jobs.inspect import inspect as job

    _run(session, job)


@nox.session(venv_backend="none")
@_here
def predict(session: nox.Session) -> None:
    """Predict from their bytes where models will load: nox -s predict -- MODEL... [--json]"""
    from reports.jobs.predict import predict as job

    _run(session, job)


@nox.session(venv_backend="none")
@_here
def report(session: nox.Session) -> None:
    """Create the report of stored results again, or merge several runs: -- RESULTS..."""
    from reports.jobs.report import report as job

    _run(session, job)


@nox.session(venv_backend="none", name="ci-matrix")
@_here
def ci_matrix(session: nox.Session) -> None:
    """Print the jobs that share a run, for the generated matrix of a CI service: -- MODEL..."""
    from reports.jobs.divided.ci_matrix import ci_matrix as job

    _run(session, job, prints_json=True)


@nox.session(venv_backend="none")
@_here
def explain(session: nox.Session) -> None:
    """Explain a pasted error message: nox -s explain -- FILE (or -, --jsonl, --cause, --rule)"""
    from reports.jobs.explain import explain as job

    _run(session, job)


@nox.session(venv_backend="none")
@_here
def card(session: nox.Session) -> None:
    """Write a report into a model card: nox -s card -- report.json README.md [--check | --diff]"""
    from reports.jobs.card import card as job

    _run(session, job)


@nox.session(venv_backend="none")
@_here
def cache(session: nox.Session) -> None:
    """Show what is kept in the cache; known answers travel: -- [export FILE | import FILE]"""
    from reports.jobs.cache import cache as job

    _run(session, job)


@nox.session(venv_backend="none")
@_here
def clean(session: nox.Session) -> None:
    """Remove all environments and downloaded models, and show how much that freed."""
    from reports.jobs.matrix import clean as job

    _run(session, job)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; options go to pytest, e.g. -- -m "not real" for the fast ones."""
    groups = nox.project.dependency_groups(PROJECT, "tests", "docs")
    session.install(*groups, *PROJECT["project"]["dependencies"])
    parallel = () if {"-n", "--pdb"} & set(session.posargs) else _PARALLEL
    session.run("python", "-m", "pytest", *parallel, *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the fast tests and measure which lines they reach: coverage.xml, and a table."""
    groups = nox.project.dependency_groups(PROJECT, "tests", "docs", "coverage")
    session.install(*groups, *PROJECT["project"]["dependencies"])
    parallel = (*_PARALLEL, "-m", "not real and not browser")
    reports = ("--cov", "--cov-report", "xml", "--cov-report", "term")
    session.run("python", "-m", "pytest", *parallel, *reports, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types."""
    groups = nox.project.dependency_groups(PROJECT, "tests", "docs", "lint")
    session.install(*groups, *PROJECT["project"]["dependencies"])
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/, which any static host serves; warnings are errors."""
    groups = nox.project.dependency_groups(PROJECT, "docs")
    session.install(*groups, *PROJECT["project"]["dependencies"])
    kept = ("-d", str(Path(session.create_tmp(), "doctrees")))
    session.run("python", "-m", "sphinx", *_STRICT, *kept, "docs", "site", *session.posargs)
    session.log("The documentation is there: open site/index.html.")


@nox.session
@_here
def releases(session: nox.Session) -> None:
    """Refresh releases, locks, Keras, companions, APIs and messages: [--only STEP] [NAME]"""
    from reports.jobs import maintenance
    from reports.output import echo

    session.install("pip>=25.1")
    pip = [str(Path(session.bin, "python")), "-m", "pip"]
    _run(session, lambda words, _: maintenance.releases(words, pip, echo))


@nox.session(venv_backend="none")
@_here
def locks(session: nox.Session) -> None:
    """Check that every lock installs on every platform (for maintainers): -- [MINOR ...]"""
    from reports.jobs import maintenance
    from reports.output import echo

    _run(session, lambda words, _: maintenance.locks(words, echo))


@nox.session(venv_backend="none")
@_here
def accuracy(session: nox.Session) -> None:
    """Measure how often `explain` is right: -- [--wrong] [FILE ...], or -- loads, with data."""
    from benchmarks import accuracy as measured

    _run(session, lambda words, folder: measured.main(words, folder, SHARED))


@nox.session(venv_backend="none")
@_here
def agreement(session: nox.Session) -> None:
    """Compare verdicts with measured raw loads, if that data is next to the project."""
    from benchmarks import agreement as measured

    _run(session, lambda words, folder: measured.main(words, folder, SHARED, WORKERS))


@nox.session(venv_backend="none")
@_here
def replay(session: nox.Session) -> None:
    """Run every verified remedy of a report again, from its snippet: -- ./compatibility"""
    from benchmarks.replay import replay as run_again

    _run(session, run_again)


@nox.session(venv_backend="none")
@_here
def remedies(session: nox.Session) -> None:
    """Try the advice for failing checks chosen by lot: -- ./compatibility [--seed N]"""
    from benchmarks.remedies import remedies as tried

    _run(session, tried)


@nox.session(venv_backend="none")
@_here
def numerics(session: nox.Session) -> None:
    """Compare the outputs of models of our own in many releases: -- [FOLDER]"""
    from benchmarks.numerics import sweep as measured

    _run(session, lambda words, folder: measured.main(words, folder, WORKERS))


@nox.session(venv_backend="none")
@_here
def companions(session: nox.Session) -> None:
    """Load small models in the cells of their companions: -- [NAME|MINOR ...]"""
    from benchmarks.companions import pairs as measured

    _run(session, measured.main)


@nox.session(venv_backend="none")
@_here
def hostile(session: nox.Session) -> None:
    """Run hostile models beside sound ones (for maintainers): -- [KIND|NAME ...] [--as-user ID]"""
    from reports.output import echo
    from tests.hostile import session as measured

    _run(session, lambda words, folder: measured.main(words, folder, echo))


@nox.session(venv_backend="none")
@_here
def smoke(session: nox.Session) -> None:
    """Run the main job with a real model of each format: [--ends: oldest and newest release]"""
    from benchmarks.smoke import formats as measured

    _run(session, lambda words, folder: measured.main(words, folder, WORKERS))


@nox.session(venv_backend="none")
@_here
def faults(session: nox.Session) -> None:
    """Kill, interrupt, starve and damage runs, and see what is lost: -- [WORD ...] [--json FILE]"""
    from benchmarks.faults import session as measured

    _run(session, lambda words, folder: measured.main(words, folder, HERE / "noxfile.py"))


@nox.session(venv_backend="none")
@_here
def bench(session: nox.Session) -> None:
    """Measure speed and disk, as ratios: -- [NAME ...], such as warm or prediction"""
    from benchmarks import speed

    _run(session, lambda words, _: speed.main(words))


def _run(
    session: nox.Session, job: Callable[[Sequence[str], Path], int], *, prints_json: bool = False
) -> None:
    """Run a job with the arguments after `--` and the folder from which nox was called."""
    from reports.jobs.exit_code import exit_code_of

    folder = Path(session.invoked_from)
    # nox knows only success and failure; leaving from here keeps the exit codes of the command.
    code = exit_code_of(lambda words: job(words, folder), session.posargs, prints_json=prints_json)
    if code:
        sys.stdout.flush()
        raise SystemExit(code)
