"""Options of a run: from the command line, and below it from `[tool.loadmatrix]`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from matrix.cache import cache_folder
from matrix.errors import UsageError
from matrix.model.source.address import Address
from matrix.options.custom_objects import CustomObjects, named_objects
from matrix.options.limits import Limits
from matrix.options.parsing import (
    Line,
    Option,
    absolute,
    command_line,
    configured,
    given,
    specifier,
)
from matrix.options.requirements import DEMANDS, KNOWN_FAILURES, Demands, read_demands
from matrix.options.tolerances import Numerics

BACKENDS = ("uv", "virtualenv", "venv")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything a caller may choose; every path is absolute, a model may be elsewhere."""

    models: tuple[Path | Address, ...]
    output: Path
    envdir: Path
    tensorflow: SpecifierSet | None = None
    pythons: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    keras: SpecifierSet | None = None
    custom_objects: CustomObjects | None = None
    allow_lambda: bool = False
    patches: bool = False
    plan_only: bool = False
    every_variant: bool = False
    remedies: bool = True
    executor: str = "nox"
    jobs: int | None = None
    limits: Limits = field(default_factory=Limits)
    venv_backend: str | None = None
    offline: bool = False
    discard: bool = False
    card: Path | None = None
    checksums: Path | None = None
    numerics: Numerics = field(default_factory=Numerics)
    demands: Demands = field(default_factory=Demands)


_OPTIONS: Mapping[str, Option] = {
    "tensorflow": Option(kind=str, value="SPEC", help='releases to test, e.g. ">=2.8,!=2.11.*"'),
    "patches": Option(kind=bool, help="every patch release, not only the newest"),
    "python": Option(kind=list, value="X.Y", help="test on this Python; may be repeated"),
    "with": Option(kind=list, value="NAME[SPEC]", help="test with this package as well"),
    "keras": Option(kind=str, value="SPEC", help='Keras 3 versions to test, e.g. ">=3.3"'),
    "custom-objects": Option(
        kind=str, value="FILE", help="your layers, losses, functions: a .py file or a module"
    ),
    "allow-lambda": Option(kind=bool, help="also try safe_mode=False where Keras refuses to load"),
    "plan": Option(kind=bool, help="show the plan and stop", line_only=True),
    "every-variant": Option(kind=bool, help="try compile=False even if compile=True loads"),
    "no-remedies": Option(kind=bool, help="do not try workarounds for loaders that fail"),
    "executor": Option(kind=str, value="NAME", help="what runs the cells: nox or in-process"),
    "jobs": Option(kind=int, value="N", help="cells at a time (default: cores and memory)"),
    "timeout": Option(kind=float, value="SECONDS", help="what one check may take (120)"),
    "memory": Option(kind=str, value="SIZE", help="what one check may take, e.g. 512MB (4GB)"),
    "inputs": Option(kind=str, value="FILE", help="arrays to feed: .npz or .json"),
    "signature": Option(kind=str, value="NAME", help="call this signature only"),
    "rtol": Option(kind=float, value="X", help="relative tolerance (by type: 1e-3 for float32)"),
    "atol": Option(kind=float, value="X", help="absolute tolerance (by type: 1e-5 for float32)"),
    "output": Option(kind=str, value="DIR", help="where the report goes (./compatibility)"),
    "checksums": Option(kind=str, value="FILE", help="`sha256sum` lines that the model must match"),
    "card": Option(kind=str, value="FILE", help="put the result into this model card too"),
    "envdir": Option(kind=str, value="DIR", help="where environments are kept (user cache)"),
    "venv-backend": Option(kind=str, value="NAME", help="uv, virtualenv or venv"),
    "offline": Option(kind=bool, help="use only what is cached"),
    "discard": Option(kind=bool, help="remove each environment after its probe"),
    **DEMANDS,
}
_MODELS = Option(kind=list, value="MODEL", help="a model file or folder, or its address")
_KEYS = {**_OPTIONS, "models": _MODELS, "known-failures": KNOWN_FAILURES}


def parser(prog: str = "nox -s matrix --") -> Line:
    """The command line; also what the README documents and the tests compare it with."""
    return command_line(prog, _OPTIONS, {"models": _MODELS})


def read_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a call made in `folder`.

    Raises:
        UsageError: a misspelled option, a value that makes no sense, no model.
    """
    values = {**configured(folder, _KEYS), **given(vars(parser().parse_args(arguments)))}
    if not values.get("models"):
        raise UsageError("No model was named. Say which: nox -s matrix -- path/to/model")
    jobs = values.get("jobs")
    if jobs is not None and jobs < 1:
        raise UsageError(
            f"--jobs {jobs} makes no sense: it is the number of cells at a time, from 1."
        )
    tensorflow = values.get("tensorflow")
    return Options(
        models=tuple(dict.fromkeys(_model(folder, one) for one in values["models"])),
        output=absolute(folder, values.get("output", "compatibility")),
        envdir=absolute(folder, values["envdir"]) if "envdir" in values else cache_folder(),
        tensorflow=None if tensorflow is None else specifier(tensorflow, "--tensorflow"),
        companions=tuple(dict.fromkeys(_requirement(one) for one in values.get("with", ()))),
        keras=specifier(values["keras"], "--keras") if values.get("keras") else None,
        custom_objects=(
            named_objects(values["custom_objects"], folder) if "custom_objects" in values else None
        ),
        allow_lambda=bool(values.get("allow_lambda")),
        pythons=tuple(dict.fromkeys(_python(one) for one in values.get("python", ()))),
        patches=bool(values.get("patches")),
        plan_only=bool(values.get("plan")),
        remedies=not values.get("no_remedies"),
        every_variant=bool(values.get("every_variant")),
        executor=values.get("executor", Options.executor),
        jobs=jobs,
        limits=_limits(values),
        venv_backend=_backend(values.get("venv_backend")),
        offline=bool(values.get("offline")),
        discard=bool(values.get("discard")),
        checksums=absolute(folder, values["checksums"]) if values.get("checksums") else None,
        card=absolute(folder, values["card"]) if values.get("card") else None,
        numerics=Numerics(
            inputs=absolute(folder, values["inputs"]) if "inputs" in values else None,
            signature=values.get("signature"),
            rtol=_tolerance("rtol", values.get("rtol")),
            atol=_tolerance("atol", values.get("atol")),
        ),
        demands=read_demands(values, folder),
    )


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """Stored results to make a report of; without an `output` it replaces the one beside them."""

    results: tuple[Path, ...]
    output: Path | None = None
    demands: Demands = field(default_factory=Demands)


_REPORT_OPTIONS = {"output": _OPTIONS["output"], **DEMANDS}
_RESULTS = Option(kind=list, value="RESULTS", help="what a run wrote: its folder or report.json")


def report_parser(prog: str = "nox -s report --") -> Line:
    """The command line of the `report` session."""
    return command_line(prog, _REPORT_OPTIONS, {"results": _RESULTS})


def report_options(arguments: Sequence[str], folder: Path) -> ReportOptions:
    """The options of a call of the `report` session made in `folder`.

    Raises:
        UsageError: a misspelled option or a value that makes no sense.
    """
    # Where a run goes is configured for the run; a report is made again where it was.
    kept = {name: value for name, value in configured(folder, _KEYS).items() if name != "output"}
    values = {**kept, **given(vars(report_parser().parse_args(arguments)))}
    output = values.get("output")
    return ReportOptions(
        results=tuple(dict.fromkeys(absolute(folder, one) for one in values.get("results", ()))),
        output=None if output is None else absolute(folder, output),
        demands=read_demands(values, folder),
    )


def clean_parser(prog: str = "nox -s clean --") -> Line:
    """The command line of the `clean` session."""
    return command_line(prog, {"envdir": _OPTIONS["envdir"]})


def clean_options(arguments: Sequence[str], folder: Path) -> Path:
    """The cache folder that `nox -s clean` empties.

    Raises:
        UsageError: anything but `--envdir` was given.
    """
    line = clean_parser()
    values = {**configured(folder, _KEYS), **given(vars(line.parse_args(arguments)))}
    return absolute(folder, values["envdir"]) if "envdir" in values else cache_folder()


def _model(folder: Path, text: str) -> Path | Address:
    return Address.of(text) or absolute(folder, text)


def _requirement(text: str) -> str:
    try:
        found = Requirement(text)
    except InvalidRequirement as error:
        raise UsageError(
            f"--with {text} is no requirement. Write it like tensorflow-text or 'qkeras>=0.9'."
        ) from error
    if found.url or found.marker:
        # Cells are installed from locks with hashes, which only an index has.
        raise UsageError(f"--with {text}: give a package of the index, such as 'qkeras>=0.9'.")
    return str(found)


def _python(text: str) -> str:
    if not re.fullmatch(r"3\.\d+", text):
        raise UsageError(f"--python {text} is no Python minor version. Write it like 3.9.")
    return text


def _limits(values: Mapping[str, Any]) -> Limits:
    seconds = float(values.get("timeout", Limits.seconds))
    if not 0 < seconds < math.inf:
        raise UsageError(
            f"--timeout {seconds:g} makes no sense: it is a number of seconds above 0."
        )
    return Limits(seconds=seconds, memory_mb=_megabytes(values.get("memory")))


def _tolerance(name: str, value: float | None) -> float | None:
    if value is not None and not 0 <= value < math.inf:
        raise UsageError(f"--{name} {value:g} makes no sense: it is a number from 0, like 1e-3.")
    return None if value is None else float(value)


def _megabytes(text: str | None) -> int:
    if text is None:
        return Limits.memory_mb
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB?|GB?|)", text.strip().upper())
    unit = 1024 if found and found.group(2).startswith("G") else 1
    size = int(float(found.group(1)) * unit) if found else 0
    if size < 1:
        raise UsageError(f"--memory {text} is no size. Write it like 512MB or 4GB.")
    return size


def _backend(name: str | None) -> str | None:
    if name is not None and name not in BACKENDS:
        raise UsageError(f"--venv-backend {name} is not supported. Choose {', '.join(BACKENDS)}.")
    return name
