"""Options of a run: from the command line, and below it from `[tool.loadmatrix]`."""

from __future__ import annotations

import argparse
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from matrix.arguments import nearest, session_line
from matrix.errors import UsageError
from matrix.numerics import Numerics
from matrix.watchdog import Limits

BACKENDS = ("uv", "virtualenv", "venv")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Everything a caller may choose; every path is absolute."""

    models: tuple[Path, ...]
    output: Path
    envdir: Path
    tensorflow: SpecifierSet | None = None
    pythons: tuple[str, ...] = ()
    patches: bool = False
    plan_only: bool = False
    every_variant: bool = False
    jobs: int | None = None
    limits: Limits = field(default_factory=Limits)
    venv_backend: str | None = None
    offline: bool = False
    discard: bool = False
    card: Path | None = None
    checksums: Path | None = None
    numerics: Numerics = field(default_factory=Numerics)


@dataclass(frozen=True, kw_only=True)
class _Option:
    """An option of the command line, and a key of `[tool.loadmatrix]` unless `line_only`."""

    kind: type[bool | int | float | str | list[str]]
    help: str
    value: str | None = None
    line_only: bool = False


_OPTIONS: Mapping[str, _Option] = {
    "tensorflow": _Option(kind=str, value="SPEC", help='releases to test, e.g. ">=2.8,!=2.11.*"'),
    "patches": _Option(kind=bool, help="every patch release, not only the newest"),
    "python": _Option(kind=list, value="X.Y", help="test on this Python; may be repeated"),
    "plan": _Option(kind=bool, help="show what would be done, and stop", line_only=True),
    "every-variant": _Option(kind=bool, help="try compile=False also where compile=True loaded"),
    "jobs": _Option(kind=int, value="N", help="cells at a time (default: cores and memory)"),
    "timeout": _Option(kind=float, value="SECONDS", help="what one check may take (120)"),
    "memory": _Option(kind=str, value="SIZE", help="what one check may take, e.g. 512MB (4GB)"),
    "inputs": _Option(kind=str, value="FILE", help="arrays to feed: .npz or .json"),
    "signature": _Option(kind=str, value="NAME", help="call this signature only"),
    "rtol": _Option(kind=float, value="X", help="relative tolerance (by type: 1e-3 for float32)"),
    "atol": _Option(kind=float, value="X", help="absolute tolerance (by type: 1e-5 for float32)"),
    "output": _Option(kind=str, value="DIR", help="where the report goes (./compatibility)"),
    "checksums": _Option(
        kind=str, value="FILE", help="`sha256sum` lines that the model must match"
    ),
    "card": _Option(kind=str, value="FILE", help="put the result into this model card too"),
    "envdir": _Option(kind=str, value="DIR", help="where environments are kept (user cache)"),
    "venv-backend": _Option(kind=str, value="NAME", help="uv, virtualenv or venv"),
    "offline": _Option(kind=bool, help="use only what is cached"),
    "discard": _Option(kind=bool, help="remove each environment after its probe"),
}
_MODELS = _Option(kind=list, value="MODEL", help="a model file or folder")


def parser() -> argparse.ArgumentParser:
    """The command line; also what the README documents and the tests compare it with."""
    line = session_line("matrix", _OPTIONS)
    line.add_argument("models", nargs="*", metavar=_MODELS.value, help=_MODELS.help)
    for name, option in _OPTIONS.items():
        flag = f"--{name}"
        if option.kind is bool:
            line.add_argument(flag, action="store_true", help=option.help)
        elif option.kind is list:
            line.add_argument(flag, action="append", metavar=option.value, help=option.help)
        else:
            line.add_argument(flag, type=option.kind, metavar=option.value, help=option.help)
    return line


def read_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a call made in `folder`.

    Raises:
        UsageError: a misspelled option, a value that makes no sense, no model.
    """
    parsed = vars(parser().parse_args(arguments))
    given = {
        name: value
        for name, value in parsed.items()
        if value is not None and value is not False and value != []
    }
    values = {**_configured(folder), **given}
    if not values.get("models"):
        raise UsageError("No model was named. Say which: nox -s matrix -- path/to/model")
    jobs = values.get("jobs")
    if jobs is not None and jobs < 1:
        raise UsageError(
            f"--jobs {jobs} makes no sense: it is the number of cells at a time, from 1."
        )
    return Options(
        models=tuple(dict.fromkeys(_absolute(folder, model) for model in values["models"])),
        output=_absolute(folder, values.get("output", "compatibility")),
        envdir=_absolute(folder, values["envdir"]) if "envdir" in values else cache_folder(),
        tensorflow=_specifier(values.get("tensorflow")),
        pythons=tuple(dict.fromkeys(_python(one) for one in values.get("python", ()))),
        patches=bool(values.get("patches")),
        plan_only=bool(values.get("plan")),
        every_variant=bool(values.get("every_variant")),
        jobs=jobs,
        limits=_limits(values),
        venv_backend=_backend(values.get("venv_backend")),
        offline=bool(values.get("offline")),
        discard=bool(values.get("discard")),
        checksums=_absolute(folder, values["checksums"]) if values.get("checksums") else None,
        card=_absolute(folder, values["card"]) if values.get("card") else None,
        numerics=Numerics(
            inputs=_absolute(folder, values["inputs"]) if "inputs" in values else None,
            signature=values.get("signature"),
            rtol=_tolerance("rtol", values.get("rtol")),
            atol=_tolerance("atol", values.get("atol")),
        ),
    )


def clean_options(arguments: Sequence[str], folder: Path) -> Path:
    """The cache folder that `nox -s clean` empties.

    Raises:
        UsageError: anything but `--envdir` was given.
    """
    line = session_line("clean", ["envdir"])
    line.add_argument("--envdir", metavar="DIR", help=_OPTIONS["envdir"].help)
    values = {
        **_configured(folder),
        **{k: v for k, v in vars(line.parse_args(arguments)).items() if v},
    }
    return _absolute(folder, values["envdir"]) if "envdir" in values else cache_folder()


def cache_folder() -> Path:
    """Where environments are kept when nobody says otherwise: one place per user."""
    return platformdirs.user_cache_path("loadmatrix", appauthor=False)


def _configured(folder: Path) -> dict[str, Any]:
    """What `[tool.loadmatrix]` says, by the names of the parsed command line."""
    path = folder / "pyproject.toml"
    try:
        table = (
            tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("loadmatrix", {})
        )
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Correct or remove it.") from error
    if not isinstance(table, dict):
        raise UsageError(f"loadmatrix in [tool] of {path} must be a table, not {table!r}.")
    known = {name: option for name, option in _OPTIONS.items() if not option.line_only}
    known["models"] = _MODELS
    values = {}
    for key, value in table.items():
        if key not in known:
            hint = nearest(key, known)
            raise UsageError(f"[tool.loadmatrix] in {path} has an unknown key {key}.{hint}")
        values[key.replace("-", "_")] = _typed(
            f"{key} in [tool.loadmatrix] of {path}", value, known[key]
        )
    return values


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


def _typed(where: str, value: Any, option: _Option) -> Any:
    if option.kind is list:
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(one, str) for one in values):
            return values
        raise UsageError(f"{where} must be a list of strings, not {value!r}.")
    accepted: Any = (int, float) if option.kind is float else option.kind
    if not isinstance(value, accepted) or (option.kind is not bool and isinstance(value, bool)):
        raise UsageError(f"{where} must be {_KINDS[option.kind]}, not {value!r}.")
    return value


def _absolute(folder: Path, path: str) -> Path:
    try:
        return Path(folder, Path(path).expanduser()).absolute()
    except RuntimeError:
        # "~name" of nobody on this machine is the name of a file.
        return Path(folder, path).absolute()


def _specifier(text: str | None) -> SpecifierSet | None:
    if text is None:
        return None
    # "2.15" and "2.15.1" say clearly enough what is meant.
    text = text.strip()
    plain = re.fullmatch(r"\d+\.\d+", text)
    exact = re.fullmatch(r"\d+\.\d+\.\d+", text)
    try:
        return SpecifierSet(f"=={text}.*" if plain else f"=={text}" if exact else text)
    except InvalidSpecifier as error:
        raise UsageError(
            f"--tensorflow {text} is no version specifier. Write it like '>=2.8,!=2.11.*'."
        ) from error


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
