"""The command lines of `inspect` and `predict`, which look at each model."""

from __future__ import annotations

from collections.abc import Mapping

from matrix.options.command_line.declared import on_the_line, words_of
from matrix.options.command_line.line import Line
from matrix.options.options import Options
from matrix.options.parsing import JSON, Option

_OF_A_RUN = ("models-from", "shard")
_WRITE_CHECKSUMS = Option(
    name="write-checksums",
    kind=bool,
    help="write MODEL.sha256 next to each model that is intact",
    line_only=True,
)


def inspect_line() -> Line:
    """The command line of the `inspect` session."""
    checksums = on_the_line(Options)["checksums"]
    return _line_of("inspect", {"checksums": checksums, _WRITE_CHECKSUMS.name: _WRITE_CHECKSUMS})


def predict_line() -> Line:
    """The command line of the `predict` session."""
    every = on_the_line(Options)
    return _line_of("predict", {name: every[name] for name in ("tensorflow", "loader")})


def _line_of(session: str, more: Mapping[str, Option]) -> Line:
    """`more` are options of its own."""
    of_a_run = {name: on_the_line(Options)[name] for name in _OF_A_RUN}
    return Line(session, {**of_a_run, "json": JSON, **more}, words_of(Options))
