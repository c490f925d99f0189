"""What all functions share: a model as it is given, and errors that are sentences."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from matrix.called import by_command
from matrix.errors import LoadmatrixError, NothingTestable
from matrix.files import what_failed
from matrix.model.inspection import Gather, Inspection, Refusal, inspect_path
from matrix.model.source.address import Address
from matrix.options import values
from matrix.options.parsing import absolute
from matrix.plan.untested import why_not

AnyPath: TypeAlias = str | os.PathLike[str]


@contextlib.contextmanager
def called() -> Iterator[None]:
    """For the time of a call: messages name the command, and what the system refuses is one.

    Raises:
        LoadmatrixError: instead of an `OSError`.
    """
    __tracebackhide__ = True
    try:
        with by_command():
            yield
    except OSError as error:
        raise LoadmatrixError(what_failed(error)) from error


def model_at(model: AnyPath) -> Path | Address:
    """A model by its path, from the working folder, or by its address."""
    return values.model(text_of("model", model), Path.cwd())


def file_at(name: str, path: AnyPath | None) -> Path | None:
    """A file by its path, from the working folder."""
    return None if path is None else absolute(Path.cwd(), text_of(name, path))


def text_of(name: str, value: object) -> str:
    """A string or a path as text.

    Raises:
        TypeError: it is neither, such as 2.10, which is 2.1 as a number.
    """
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(path, str):
        raise TypeError(f"{name} must be a string, not {value!r} ({type(value).__name__}).")
    return path


def texts_of(name: str, values: object) -> list[str]:
    """One string or path, or several, as texts.

    Raises:
        TypeError: something else is among them.
    """
    if isinstance(values, str | os.PathLike) or not isinstance(values, Iterable):
        return [text_of(name, values)]
    return [text_of(name, value) for value in values]


def looked_at(
    model: Path | Address,
    checksums: Path | None = None,
    *,
    offline: bool = False,
    gather: Gather | None = None,
) -> Inspection | Refusal:
    """What there is to know of a model, whatever is in its files.

    Raises:
        LoadmatrixError: it does not exist, cannot be fetched or cannot be read.
    """
    __tracebackhide__ = True
    try:
        return inspect_path(model, checksums, offline=offline, gather=gather)
    except LoadmatrixError:
        raise
    except Exception as error:
        sentence, code = why_not(model, error)
        kind = NothingTestable if code == NothingTestable.exit_code else LoadmatrixError
        raise kind(sentence) from error
