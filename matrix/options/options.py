"""The options of a run, from the command line and `[tool.loadmatrix]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from matrix.cache import cache_folder
from matrix.errors import UsageError
from matrix.model.source.address import Address
from matrix.models_list.given_model import GivenModel
from matrix.models_list.models import models_of
from matrix.models_list.shard import Shard
from matrix.options import values
from matrix.options.custom_objects import CustomObjects, named_objects
from matrix.options.declared import group, in_the_file, on_the_line, option, read, unique, words_of
from matrix.options.isolation import IsolationOptions
from matrix.options.limits import Limits
from matrix.options.parsing import (
    Line,
    absolute,
    command_line,
    configured,
    given,
    specifier,
)
from matrix.options.requirements import GateOptions, check_gate
from matrix.options.tolerances import Numerics

_MODELS = ("models", "models_from")
_OUTPUT = ("output", str, "folder for the report (./compatibility)")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything a caller may choose; every path is absolute, a model may be elsewhere.

    An option is one field here: what it is called and how it is read stands beside its type.
    `models` are all models of the call in their order, those of lists and of other shards included;
    `listed` says how each of them was given and what it is called.
    """

    models: tuple[Path | Address, ...] = option(
        "models",
        list,
        "a model file, folder or address",
        value="MODEL",
        is_word=True,
        parse=unique(values.model),
    )
    models_from: tuple[str, ...] = option(
        "models-from",
        list,
        "models from a list, a folder to search, a pattern, or - for stdin; may be repeated",
        value="FILE",
        parse=unique(lambda text, _: str(text)),
        default=(),
    )
    shard: Shard | None = option(
        "shard",
        str,
        "test only this part of the models, such as 2/4",
        value="I/N",
        line_only=True,
        parse=lambda text, _: Shard.parse(text),
        default=None,
    )
    tensorflow: SpecifierSet | None = option(
        "tensorflow",
        str,
        'releases to test, e.g. ">=2.8,!=2.11.*"',
        value="SPEC",
        parse=lambda text, _: specifier(text, "--tensorflow"),
        default=None,
    )
    only: SpecifierSet | None = option(
        "only",
        str,
        "of all that is planned, run only the cells of these releases",
        value="SPEC",
        line_only=True,
        parse=lambda text, _: specifier(text, "--only"),
        default=None,
    )
    patches: bool = option(
        "patches", bool, "every patch release, not only the newest", default=False
    )
    pythons: tuple[str, ...] = option(
        "python",
        list,
        "test on this Python; may be repeated",
        value="X.Y",
        parse=unique(values.python),
        default=(),
    )
    companions: tuple[str, ...] = option(
        "with",
        list,
        "also test with this package installed",
        value="NAME[SPEC]",
        parse=unique(values.companion),
        default=(),
    )
    loaders: tuple[str, ...] = option(
        "loader",
        list,
        "try only this loader, also where it is not applicable; may be repeated",
        value="NAME",
        parse=unique(lambda text, _: str(text)),
        default=(),
    )
    keras: SpecifierSet | None = option(
        "keras",
        str,
        'Keras 3 versions to test, e.g. ">=3.3"',
        value="SPEC",
        parse=lambda text, _: specifier(text, "--keras") if text else None,
        default=None,
    )
    custom_objects: CustomObjects | None = option(
        "custom-objects",
        str,
        "your layers, losses, functions: a .py file or a module",
        value="FILE",
        parse=named_objects,
        default=None,
    )
    allow_lambda: bool = option(
        "allow-lambda", bool, "also try safe_mode=False where Keras refuses to load", default=False
    )
    plan_only: bool = option("plan", bool, "show the plan and stop", line_only=True, default=False)
    fresh: bool = option(
        "fresh",
        bool,
        "measure everything again: continue no run, use nothing that is known",
        line_only=True,
        default=False,
    )
    fast: bool = option(
        "fast",
        bool,
        "test only what the prediction leaves open, and what proves it",
        line_only=True,
        default=False,
    )
    every_variant: bool = option(
        "every-variant", bool, "try compile=False even if compile=True loads", default=False
    )
    remedies: bool = option(
        "no-remedies",
        bool,
        "do not try workarounds for loaders that fail",
        parse=lambda left_out, _: not left_out,
        default=True,
    )
    executor: str = option(
        "executor",
        str,
        "what runs the cells: nox, in-process, dask or dask:ADDRESS",
        value="NAME",
        default="nox",
    )
    ship_models: bool = option(
        "ship-models",
        bool,
        "send models to workers that lack them (--executor dask)",
        default=False,
    )
    jobs: int | None = option(
        "jobs",
        int,
        "cells at a time (default: cores and memory)",
        value="N",
        parse=values.jobs,
        default=None,
    )
    limits: Limits = group(Limits)
    isolation: IsolationOptions = group(IsolationOptions)
    numerics: Numerics = group(Numerics)
    output: Path = option(
        *_OUTPUT,
        value="DIR",
        for_cells=True,
        parse=values.path,
        absent=lambda folder: folder / "compatibility",
    )
    checksums: Path | None = option(
        "checksums",
        str,
        "`sha256sum` lines that the model must match",
        value="FILE",
        parse=values.path_or_none,
        default=None,
    )
    card: Path | None = option(
        "card",
        str,
        "also write the result into this model card",
        value="FILE",
        parse=values.path_or_none,
        default=None,
    )
    envdir: Path = option(
        "envdir",
        str,
        "folder for environments (user cache)",
        value="DIR",
        for_cells=True,
        parse=values.path,
        absent=lambda _: cache_folder(),
    )
    known_gb: int = option(
        "known-gb",
        int,
        "GB that the answers of earlier runs may take in the cache (1)",
        value="N",
        parse=values.gigabytes,
        default=1,
    )
    venv_backend: str | None = option(
        "venv-backend",
        str,
        "uv, virtualenv or venv",
        value="NAME",
        choices=values.BACKENDS,
        for_cells=True,
        parse=values.backend,
        default=None,
    )
    offline: bool = option(
        "offline", bool, "use only cached files, no network", for_cells=True, default=False
    )
    discard: bool = option(
        "discard", bool, "remove each environment after its test", for_cells=True, default=False
    )
    gate: GateOptions = group(GateOptions)
    # How a model was given decides nothing that is measured, so it is not compared.
    listed: Mapping[Path | Address, GivenModel] = field(
        default_factory=dict, compare=False, repr=False
    )

    def given(self, model: Path | Address) -> str:
        """How a model was given: shards go by it, and the index of parts names models so."""
        known = self.listed.get(model)
        return known.given if known else str(model)

    def name(self, model: Path | Address) -> str:
        """What the report calls a model; empty for the last part of its path."""
        known = self.listed.get(model)
        return known.name if known else ""

    def of(self, models: Sequence[Path | Address]) -> Options:
        """The options of the same call for some of its models alone, without a shard."""
        listed = {model: self.listed[model] for model in models if model in self.listed}
        return replace(self, models=tuple(models), shard=None, models_from=(), listed=listed)


def parser(prog: str = "nox -s matrix --") -> Line:
    """The command line; also what the README documents and the tests compare it with."""
    return command_line(prog, on_the_line(Options), words_of(Options))


def read_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a call made in `folder`.

    Raises:
        UsageError: a misspelled option, a value that cannot be, no model.
    """
    on_line = given(vars(parser().parse_args(arguments)))
    written = _configured(folder) | on_line
    if on_line.keys() & set(_MODELS):
        # Who names models, in whatever way, does not mean those of the file as well.
        written |= {name: on_line.get(name, []) for name in _MODELS}
    if not any(written.get(name) for name in _MODELS):
        raise UsageError("No model was given. Call: nox -s matrix -- path/to/model")
    options = read(Options, {"models": [], **written}, folder)
    check_gate(options.gate)
    if options.only is not None and options.fast:
        raise UsageError(
            "--fast chooses cells itself, so it does not go with --only. Leave one of them out."
        )
    listed = models_of(written.get("models", ()), options.models_from, folder)
    return replace(options, models=tuple(listed), listed=listed)


def cell_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a session that runs cells: without models, which are in its plans.

    Raises:
        UsageError: a misspelled option or a value that cannot be.
    """
    written = _configured(folder) | given(vars(parser().parse_args(arguments)))
    return read(Options, {**written, "models": ()}, folder)


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """Stored results to make a report of; without an `output` it replaces the one beside them."""

    results: tuple[Path, ...] = option(
        "results",
        list,
        "the results of a run: its folder or report.json",
        value="RESULTS",
        is_word=True,
        parse=unique(values.path),
        default=(),
    )
    output: Path | None = option(*_OUTPUT, value="DIR", parse=values.path, default=None)
    gate: GateOptions = group(GateOptions)


def report_parser(prog: str = "nox -s report --") -> Line:
    """The command line of the `report` session."""
    return command_line(prog, on_the_line(ReportOptions), words_of(ReportOptions))


def report_options(arguments: Sequence[str], folder: Path) -> ReportOptions:
    """The options of a call of the `report` session made in `folder`.

    Raises:
        UsageError: a misspelled option or a value that cannot be.
    """
    # Where a run goes is configured for the run; a report is made again where it was.
    kept = {name: value for name, value in _configured(folder).items() if name != "output"}
    written = kept | given(vars(report_parser().parse_args(arguments)))
    options = read(ReportOptions, written, folder)
    check_gate(options.gate)
    return options


def clean_parser(prog: str = "nox -s clean --") -> Line:
    """The command line of the `clean` session."""
    return command_line(prog, {"envdir": on_the_line(Options)["envdir"]})


def clean_options(arguments: Sequence[str], folder: Path) -> Path:
    """The cache folder that `nox -s clean` empties.

    Raises:
        UsageError: anything but `--envdir` was given.
    """
    written = _configured(folder) | given(vars(clean_parser().parse_args(arguments)))
    return absolute(folder, written["envdir"]) if "envdir" in written else cache_folder()


def _configured(folder: Path) -> dict[str, Any]:
    return configured(folder, in_the_file(Options))
