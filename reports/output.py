"""What sessions and the command print: results with `echo`, everything else as a log."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import TextIO

from matrix.files import what_failed
from matrix.log import LEVELS, NAME
from matrix.shown import on_lines

_SWITCH = re.compile(r"-[vq]+")
# What is to be printed of a job whose standard output is a document.
_DOCUMENTS: ContextVar[list[Path | str] | None] = ContextVar("documents", default=None)
_STEPS = {"--verbose": 1, "--quiet": -1, "v": 1, "q": -1}


def echo(text: str = "", *, error: bool = False, end: str = "\n", escaped: bool = False) -> None:
    """Print a result, or with `error` a sentence for who looks for what went wrong.

    At once: people watch, and logs are read as they grow. Whatever a model wrote into the text is
    shown as it is, and does nothing to the terminal: whoever says that it is `escaped` has seen to
    that. A reader who has gone (`| head -1`) ends nothing.
    """
    stream = sys.stderr if error else sys.stdout
    try:
        print(text if escaped else on_lines(text), end=end, file=stream, flush=True)
    except BrokenPipeError:
        _into_nothing(stream)


def terminal_width(otherwise: int = 100) -> int:
    """The columns of the terminal; `otherwise` where the output goes to a file or a pipe."""
    if not sys.stdout.isatty():
        return otherwise
    return shutil.get_terminal_size((otherwise, 0)).columns


def within(text: str, width: int) -> str:
    """Text whose lines are not wider than a terminal: it would break them inside of words."""
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    further = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=further,
        break_on_hyphens=False,
        break_long_words=False,
    )


def is_terminal() -> bool:
    """Whether people see what is printed; `FORCE_COLOR` says so of a pipe."""
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def has_links() -> bool:
    """Whether links can be printed: a pipe that is coloured ends in a log, which has none."""
    return sys.stdout.isatty()


def show_foreign_letters() -> None:
    """Have a character that the terminal has not shown as its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and "utf" not in stream.encoding.lower():
            stream.reconfigure(errors="backslashreplace")


def has_symbols() -> bool:
    """Whether symbols can be printed, which old terminals of Windows cannot."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def is_piped() -> bool:
    """Whether standard input is there and nobody types it."""
    return sys.stdin is not None and not sys.stdin.closed and not sys.stdin.isatty()


def _into_nothing(stream: TextIO) -> None:
    """Have whatever is still printed vanish: nobody reads it, and reports are written anyway."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def tell_system_errors() -> None:
    """Have a sentence for what the system refuses to nox itself, which writes files of its own."""
    sys.excepthook = _told


def _told(kind: type[BaseException], error: BaseException, at: TracebackType | None) -> None:
    if isinstance(error, OSError):
        echo(f"loadmatrix: {what_failed(error)}", error=True)
    else:
        sys.__excepthook__(kind, error, at)


def split_verbosity(arguments: Sequence[str]) -> tuple[int, list[str]]:
    """How much a call wants to see (see `matrix.log.LEVELS`), and its other arguments.

    Here and not where options are parsed, because every session has these two, whatever it takes.
    """
    steps, others = 0, list[str]()
    for index, word in enumerate(arguments):
        if word == "--":
            others += arguments[index:]
            break
        if word in _STEPS:
            steps += _STEPS[word]
        elif _SWITCH.fullmatch(word):
            steps += sum(_STEPS[letter] for letter in word[1:])
        else:
            others.append(word)
    return max(min(LEVELS), min(max(LEVELS), steps)), others


@contextlib.contextmanager
def log_shown(verbosity: int) -> Iterator[None]:
    """Show the log for the time of a job: progress on standard output, all else on stderr.

    Details go to stderr, so that what is piped on is the same with and without them.
    """
    root = logging.getLogger(NAME)
    before = root.level, root.propagate
    handlers = [_Handler(sys.stdout), _Handler(sys.stderr)]
    handlers[0].addFilter(lambda record: record.levelno == logging.INFO)
    handlers[1].addFilter(lambda record: record.levelno != logging.INFO)
    root.setLevel(LEVELS[verbosity])
    # nox prints what reaches the root logger.
    root.propagate = False
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        root.setLevel(before[0])
        root.propagate = before[1]
        for handler in handlers:
            root.removeHandler(handler)


@contextlib.contextmanager
def json_alone(asked: bool) -> Iterator[None]:
    """Where it is `asked` for, standard output carries what `document` is given, and nothing else.

    All else goes to standard error meanwhile. A job that is interrupted has its document as well.
    """
    if not asked:
        yield
        return
    output = sys.stdout
    mine = [each for each in logging.getLogger(NAME).handlers if isinstance(each, _Handler)]
    moved = [handler for handler in mine if handler.stream is output]
    for handler in moved:
        handler.setStream(sys.stderr)
    given = list[Path | str]()
    try:
        with contextlib.redirect_stdout(sys.stderr), documents_in(given):
            yield
    finally:
        for handler in moved:
            handler.setStream(output)
        for what in given[-1:]:
            _print_document(what, output)


@contextlib.contextmanager
def documents_in(given: list[Path | str]) -> Iterator[None]:
    """Have what `document` is given in a list."""
    before = _DOCUMENTS.set(given)
    try:
        yield
    finally:
        _DOCUMENTS.reset(before)


def document(what: Path | str) -> None:
    """The JSON of a job, as a text or in a file: it is printed if that is all that is asked for."""
    if (given := _DOCUMENTS.get()) is not None:
        given.append(what)


def _print_document(what: Path | str, output: TextIO) -> None:
    try:
        if isinstance(what, Path):
            with what.open(encoding="utf-8") as file:
                shutil.copyfileobj(file, output)
        else:
            output.write(what)
        output.flush()
    except BrokenPipeError:
        _into_nothing(output)


def streams() -> tuple[TextIO, TextIO]:
    """Where results and errors go at this moment."""
    return sys.stdout, sys.stderr


@contextlib.contextmanager
def log_through(others: Mapping[TextIO, TextIO]) -> Iterator[None]:
    """Have the log go to other streams than those in use, as long as a board has the terminal.

    The board tells what INFO would: only what is more than that is shown.
    """

    def is_more(record: logging.LogRecord) -> bool:
        return record.levelno != logging.INFO

    mine = [each for each in logging.getLogger(NAME).handlers if isinstance(each, _Handler)]
    before = [(handler, handler.stream) for handler in mine]
    for handler, stream in before:
        handler.setStream(others.get(stream, stream))
        handler.addFilter(is_more)
    try:
        yield
    finally:
        for handler, stream in before:
            handler.setStream(stream)
            handler.removeFilter(is_more)


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """The text alone, without time and level: our default output is made of these lines."""

    def __init__(self, stream: object) -> None:
        super().__init__(stream)
        self.setFormatter(logging.Formatter("%(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        if isinstance(sys.exc_info()[1], BrokenPipeError):
            _into_nothing(self.stream)
        else:
            super().handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        text = on_lines(super().format(record))
        return within(text, terminal_width()) if self.stream.isatty() else text
