"""Reads the options of a run from its command line and from `[tool.loadmatrix]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.options.command_line.declared import in_the_file, on_the_line, read, words_of
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import configured
from matrix.options.requirements import check_gate

_MODELS = ("models", "models_from")


def run_line(session: str = "matrix", cell: str = "") -> Line:
    """The command line of a run; also what the documentation has and the tests compare it with."""
    return Line(session, on_the_line(Options), words_of(Options), cell)


def read_options(
    arguments: Sequence[str], folder: Path, line: Line | None = None, *, configured: bool = True
) -> Options:
    """The options of a call made in `folder`; `line` is that of a session with more options.

    `configured` is false for a call that what the folder configures is not meant for.

    Raises:
        UsageError: a misspelled option, a value that cannot be, no model.
    """
    line = line or run_line()
    on_line = line.read(arguments)
    written = (from_the_file(folder) if configured else {}) | on_line
    if on_line.keys() & set(_MODELS):
        # Who names models, in whatever way, does not mean those of the file as well.
        written |= {name: on_line.get(name, []) for name in _MODELS}
    if not any(written.get(name) for name in _MODELS):
        raise UsageError(f"No model was given. Call: {line.called('path/to/model')}")
    options = options_of_values(written, folder)
    check_gate(options.gate)
    if options.only is not None and options.fast:
        raise UsageError(
            "--fast chooses cells itself, so it does not go with --only. Leave one of them out."
        )
    if options.as_json and options.plan_only:
        raise UsageError(
            "--json prints the report of a run, and --plan runs nothing. Leave one out."
        )
    # Here, because a help needs no lists.
    from matrix.models_list.models import models_of

    listed = models_of(written.get("models", ()), options.models_from, folder)
    return replace(options, models=tuple(listed), listed=listed)


def options_of_values(written: Mapping[str, Any], folder: Path) -> Options:
    """The options with these values by their keys, models apart.

    Raises:
        UsageError: a value that cannot be.
    """
    texts = {name: text for name, text in written.items() if isinstance(text, str)}
    return replace(read(Options, {"models": [], **written}, folder), written=texts)


def cell_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a session that runs cells: without models, which are in its plans.

    Raises:
        UsageError: a misspelled option or a value that cannot be.
    """
    written = from_the_file(folder) | run_line().read(arguments)
    return read(Options, {**written, "models": ()}, folder)


def from_the_file(folder: Path) -> dict[str, Any]:
    """What `[tool.loadmatrix]` of a folder says, which every session reads in the same way.

    Raises:
        UsageError: the file is damaged, or has a key that is no option.
    """
    return configured(folder, in_the_file(Options))
