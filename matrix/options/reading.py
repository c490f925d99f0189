"""Reads the options of a run from its command line and from `[tool.loadmatrix]`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from matrix.errors import UsageError
from matrix.models_list.models import models_of
from matrix.options.declared import in_the_file, on_the_line, read, words_of
from matrix.options.options import Options
from matrix.options.parsing import Line, command_line, configured, given
from matrix.options.requirements import check_gate

_MODELS = ("models", "models_from")


def parser(prog: str = "nox -s matrix --") -> Line:
    """The command line; also what the README documents and the tests compare it with."""
    return command_line(prog, on_the_line(Options), words_of(Options))


def read_options(arguments: Sequence[str], folder: Path) -> Options:
    """The options of a call made in `folder`.

    Raises:
        UsageError: a misspelled option, a value that cannot be, no model.
    """
    on_line = given(vars(parser().parse_args(arguments)))
    written = from_the_file(folder) | on_line
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
    written = from_the_file(folder) | given(vars(parser().parse_args(arguments)))
    return read(Options, {**written, "models": ()}, folder)


def from_the_file(folder: Path) -> dict[str, Any]:
    """What `[tool.loadmatrix]` of a folder says, which every session reads in the same way.

    Raises:
        UsageError: the file is damaged, or has a key that is no option.
    """
    return configured(folder, in_the_file(Options))
