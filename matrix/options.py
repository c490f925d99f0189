"""Options of a run: from the command line, and below it from `[tool.loadmatrix]` of the caller's folder."""

from __future__ import annotations

import argparse
import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import platformdirs
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from matrix.errors import UsageError
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
    limits: Limits = Limits()
    venv_backend: str | None = None
    offline: bool = False
    discard: bool = False


def parser() -> argparse.ArgumentParser:
    """The command line; also what the README documents and the tests compare it with."""
    line = _Parser(prog="nox -s matrix --", allow_abbrev=False)
    line.add_argument("models", nargs="*", metavar="MODEL", help="a model file or folder")
    line.add_argument("--tensorflow", metavar="SPEC", help='releases to test, e.g. ">=2.8,!=2.11.*"')
    line.add_argument("--patches", action="store_true", help="every patch release, not only the newest")
    line.add_argument(
        "--python", action="append", metavar="X.Y", help="test on this Python too (repeatable)"
    )
    line.add_argument("--plan", action="store_true", help="show what would be done, and stop")
    line.add_argument("--every-variant", action="store_true", help="also after an earlier one loaded")
    line.add_argument("--jobs", type=int, metavar="N", help="cells at a time (default: cores, memory)")
    line.add_argument("--timeout", type=float, metavar="S", help="seconds for one check (120)")
    line.add_argument("--memory", metavar="SIZE", help="memory for one check, e.g. 512MB (4GB)")
    line.add_argument("--output", metavar="DIR", help="where the report goes (./compatibility)")
    line.add_argument("--envdir", metavar="DIR", help="where environments are kept (user cache)")
    line.add_argument("--venv-backend", metavar="NAME", help="uv, virtualenv or venv")
    line.add_argument("--offline", action="store_true", help="use only what is cached")
    line.add_argument("--discard", action="store_true", help="remove each environment after use")
    return line


def read_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a call made in `folder`.

    Raises:
        UsageError: a misspelled option, a value that makes no sense, no model.
    """
    line = parser()
    given = {k: v for k, v in vars(line.parse_args(arguments)).items() if v not in (None, False, [])}
    known = {action.dest: action for action in line._actions if action.dest not in ("help", "plan")}
    values = {**_configured(folder, known), **given}
    if not values.get("models"):
        raise UsageError("No model was named. Say which: nox -s matrix -- path/to/model")
    jobs = values.get("jobs")
    if jobs is not None and jobs < 1:
        raise UsageError(f"--jobs {jobs} makes no sense: it is the number of cells at a time, from 1.")
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
    )


def cache_folder() -> Path:
    """Where environments are kept when nobody says otherwise: one place per user."""
    return platformdirs.user_cache_path("loadmatrix", appauthor=False)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"unrecognized arguments: (\S+)", message)
        if wrong:
            name = wrong.group(1).split("=")[0]
            near = difflib.get_close_matches(name, self._option_string_actions, n=1)
            hint = f" Did you mean {near[0]}?" if near else " --help lists what there is."
            raise UsageError(f"There is no option {name}.{hint}")
        raise UsageError(f"The options cannot be understood: {message}. --help lists what there is.")


def _configured(folder: Path, known: Mapping[str, argparse.Action]) -> dict[str, Any]:
    path = folder / "pyproject.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("loadmatrix", {})
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}. Correct or remove it.") from error
    values = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0].replace('_', '-')}?" if near else ""
            raise UsageError(f"[tool.loadmatrix] in {path} has an unknown key {key}.{hint}")
        values[name] = _typed(path, key, value, known[name])
    return values


def _typed(path: Path, key: str, value: Any, action: argparse.Action) -> Any:
    wanted: tuple[type, ...]
    if action.nargs == "*" or isinstance(action, argparse._AppendAction):
        value = [value] if isinstance(value, str) else value
        good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        what = "a list of strings"
    elif action.nargs == 0:
        good, what = isinstance(value, bool), "true or false"
    else:
        wanted = {int: (int,), float: (int, float)}.get(action.type, (str,))  # type: ignore[call-overload]
        good = isinstance(value, wanted) and not isinstance(value, bool)
        what = "a string" if wanted == (str,) else "a number"
    if not good:
        raise UsageError(f"{key} in [tool.loadmatrix] of {path} must be {what}, not {value!r}.")
    return value


def _absolute(folder: Path, path: str) -> Path:
    return Path(folder, Path(path).expanduser()).absolute()


def _specifier(text: str | None) -> SpecifierSet | None:
    if text is None:
        return None
    # "2.15" and "2.15.1" say clearly enough what is meant.
    plain = re.fullmatch(r"\d+\.\d+", text.strip())
    exact = re.fullmatch(r"\d+\.\d+\.\d+", text.strip())
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
    if seconds <= 0:
        raise UsageError(f"--timeout {seconds:g} makes no sense: it is a number of seconds above 0.")
    return Limits(seconds=seconds, memory_mb=_megabytes(values.get("memory")))


def _megabytes(text: str | None) -> int:
    if text is None:
        return Limits.memory_mb
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(MB?|GB?|)", text.strip().upper())
    if not found or float(found.group(1)) <= 0:
        raise UsageError(f"--memory {text} is no size. Write it like 512MB or 4GB.")
    return int(float(found.group(1)) * (1024 if found.group(2).startswith("G") else 1))


def _backend(name: str | None) -> str | None:
    if name is not None and name not in BACKENDS:
        raise UsageError(f"--venv-backend {name} is not supported. Choose {', '.join(BACKENDS)}.")
    return name
