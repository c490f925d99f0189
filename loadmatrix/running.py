"""`loadmatrix.run`: a model in an environment of each release."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from loadmatrix.calls import AnyPath, called, path_of, texts_of
from loadmatrix.run_process import run_apart
from loadmatrix.words import words_of
from matrix import errors
from matrix.errors import LoadmatrixError, UsageError
from matrix.options.reading import read_options
from reports.jobs.python.answers import Answer
from reports.output import echo
from reports.report import report_json
from reports.report.report import Report


def run(  # noqa: PLR0913 - the options of the command
    *models: AnyPath,
    progress: bool = False,
    # Which models and releases
    models_from: AnyPath | Iterable[AnyPath] = (),
    shard: str | None = None,
    tensorflow: str | None = None,
    only: str | None = None,
    patches: bool = False,
    python: str | Iterable[str] = (),
    with_: str | Iterable[str] = (),
    loader: str | Iterable[str] = (),
    keras: str | None = None,
    # How a model is loaded
    custom_objects: AnyPath | None = None,
    allow_lambda: bool = False,
    # How much is measured
    fresh: bool = False,
    fast: bool = False,
    every_variant: bool = False,
    remedies: bool = True,
    # How cells run
    executor: str | None = None,
    ship_models: bool = False,
    jobs: int | None = None,
    timeout: float | None = None,
    memory: str | None = None,
    # What a model may do
    isolation: str | None = None,
    allow_read: AnyPath | Iterable[AnyPath] = (),
    allow_network: bool = False,
    allow_programs: bool = False,
    trust: bool = False,
    # What a model is fed, and which differences count
    inputs: AnyPath | None = None,
    signature: str | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    # The report
    output: AnyPath | None = None,
    checksums: AnyPath | None = None,
    card: AnyPath | None = None,
    paths: bool = False,
    # Environments and what is kept
    envdir: AnyPath | None = None,
    known_gb: int | None = None,
    venv_backend: str | None = None,
    offline: bool = False,
    discard: bool = False,
    # What is required
    require: str | Iterable[str] = (),
    require_verdict: str | None = None,
    baseline: AnyPath | None = None,
    fail_on_regression: bool = False,
) -> Report:
    """Load and run models in an environment of each TensorFlow release.

    Each argument is the option of the command that is called so, and means the same. The first run
    downloads a release of TensorFlow for each environment; later runs use these again. It takes
    place in a process of its own: an interrupt (`KeyboardInterrupt`) ends that and passes through.
    Two threads can run models side by side, into different `output` folders.

    Args:
        models: files, folders or addresses such as `hf://owner/name`.
        progress: print what the command prints; nothing is printed otherwise.
        models_from: files that list models, folders to search, or patterns.
        shard: test only this shard of the models, such as `2/4`.
        tensorflow: releases to test, such as `2.15`, `2.8..2.15`, `2.8,2.15`, `latest` or
            `>=2.8,!=2.11.*`; from 2.2 on if it is not given.
        only: of all cells that are planned, run those of these releases.
        patches: test every patch release, not only the newest of each minor release.
        python: Pythons to test on, such as `3.9`.
        with_: also test with these packages installed, such as `tensorflow-text` (`--with`).
        loader: try only these loaders, such as `keras`, also where they are not applicable.
        keras: versions of Keras 3 to test, such as `3.3..3.6`.
        custom_objects: a `.py` file or module with your layers, losses and functions.
        allow_lambda: also try `safe_mode=False` where Keras refuses to load.
        fresh: measure everything again, and use nothing that is known from earlier runs.
        fast: test only what the prediction leaves open, and what proves it.
        every_variant: try `compile=False` even where `compile=True` loads.
        remedies: try workarounds for loaders that fail.
        executor: what runs the cells: `nox` (if it is not given), `in-process`, `dask` or
            `dask:ADDRESS`.
        ship_models: send models to workers of dask that lack them.
        jobs: cells at a time; as cores and memory allow if it is not given.
        timeout: time limit of one check in seconds; 120 if it is not given.
        memory: memory limit of one check, such as `512MB`; `4GB` if it is not given.
        isolation: walls around the model: `auto` (if it is not given), `require`, `off` or one
            kind of walls.
        allow_read: files and folders that models may also read.
        allow_network: let models use the network.
        allow_programs: let models start programs.
        trust: you vouch for the Python code that the models contain.
        inputs: a `.npz` or `.json` file with input arrays.
        signature: call only this signature.
        rtol: relative tolerance for outputs; by type if it is not given, 1e-3 for float32.
        atol: absolute tolerance for outputs; by type if it is not given, 1e-5 for float32.
        output: a folder for the report with its pages and raw results, where a later call
            continues an interrupted run. If it is not given, no file is left.
        checksums: a file of `sha256sum` lines that the model must match.
        card: also write the result into this model card.
        paths: keep the full paths of this machine in the report.
        envdir: the folder for environments; the cache of the user if it is not given.
        known_gb: GB that the answers of earlier runs may take in the cache; 1 if it is not given.
        venv_backend: what creates environments: `uv`, `virtualenv` or `venv`.
        offline: use only what was downloaded before.
        discard: remove each environment after its test.
        require: releases, or releases with a loader, in which each model must load.
        require_verdict: what `require` asks for: `loads` (if it is not given) or `runs`.
        baseline: the `report.json` of an earlier run to compare with.
        fail_on_regression: require that nothing is worse than the baseline.

    Returns:
        The report; `print` shows its sentences. `report.models` has one model for each given;
        `model.summary.specifier` says where it works with its usual call, and each of `model.cells`
        has a `verdict`, such as `runs`, and the `checks` of its loaders. A release that does not
        load the model is a result, and no error.

    Raises:
        RequirementsNotMet: a model does not meet `require`, or is worse than the baseline.
        NothingTestable: a model could not be tested, such as one of several that does not exist,
            or no cell gave an answer.
        UsageError: an argument has a value that cannot be, or no given model exists.
        LoadmatrixError: the run failed. All these have the `report`, where there is one.
        KeyboardInterrupt: the run was interrupted. With `output`, its report so far is there.

    Example:
        >>> import loadmatrix
        >>> report = loadmatrix.run("examples/half_plus_two", tensorflow="2.14..2.15")
        >>> [(cell.tensorflow, cell.verdict) for cell in report.models[0].cells]
        [('2.14.1', 'runs'), ('2.15.1', 'runs')]
        >>> report.models[0].summary.specifier
        'tensorflow>=2.14,<2.16'
    """
    # Before any other name: what was given, by the names of the arguments.
    given = dict(locals())
    __tracebackhide__ = True
    options = list(words_of({**given, "output": None}))
    with called(), contextlib.ExitStack() as stack:
        if output is None:
            # No model could be called so that this is its folder, and no results are left behind.
            temporary = tempfile.TemporaryDirectory(
                prefix="loadmatrix-", ignore_cleanup_errors=True
            )
            place = Path(stack.enter_context(temporary))
        else:
            place = Path(path_of("output", output)).absolute()
        named = [path_of("a model", model) for model in models]
        if not (named or texts_of("models_from", models_from)):
            raise UsageError('No model was given. Give a path, as in run("path/to/model").')
        words = [*options, f"--output={place}", "--", *named]
        asked = read_options(words, Path.cwd(), configured=False)
        answer = run_apart(asked, progress=progress)
        report = report_json.read_report(Path(answer.report)) if answer.report else None
    if progress and report and output is None:
        echo("That folder was temporary and is removed. Give `output` to keep the report.")
    return _or_error(answer, report)


def read_report(path: AnyPath) -> Report:
    """Read the report of an earlier run.

    Args:
        path: a `report.json`, or the folder that it is in.

    Raises:
        UsageError: there is none.
        LoadmatrixError: it is no report, or a newer version of loadmatrix wrote it.
    """
    with called():
        return report_json.read_report(Path(path_of("path", path)))


def _or_error(answer: Answer, report: Report | None) -> Report:
    __tracebackhide__ = True
    if report is not None and answer.code == 0:
        return report
    kind: Any = getattr(errors, answer.error or "", LoadmatrixError)
    error: LoadmatrixError = kind(answer.sentence)
    error.report = report
    raise error
