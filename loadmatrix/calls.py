"""What all functions share: a model as it is given, and errors that are sentences of Python."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from loadmatrix.in_python import in_python
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
    """For the time of a call: messages name arguments, and what the system refuses is one.

    A sentence says all there is to say: what it was made of is not shown with it, unless it is a
    mistake of ours.

    Raises:
        LoadmatrixError: instead of an `OSError`.
    """
    __tracebackhide__ = True
    try:
        with by_command():
            yield
    except OSError as error:
        raise LoadmatrixError(what_failed(error)) from None
    except LoadmatrixError as error:
        error.args = (in_python(str(error)),)
        if type(error) is LoadmatrixError and not isinstance(error.__cause__, OSError | None):
            raise
        raise error from None


def model_at(model: AnyPath) -> Path | Address:
    """A model by its path, from the working folder, or by its address."""
    return values.model(path_of("model", model), Path.cwd())


def file_at(name: str, path: AnyPath | None) -> Path | None:
    """A file by its path, from the working folder."""
    return None if path is None else absolute(Path.cwd(), path_of(name, path))


def path_of(name: str, value: object) -> str:
    """A path, or one as a string, as text.

    Raises:
        TypeError: it is neither, such as a list of several.
    """
    return text_of(name, value, "a string or a path")


def text_of(name: str, value: object, wanted: str = "a string") -> str:
    """A string or a path as text.

    Raises:
        TypeError: it is neither, such as 2.10, which is 2.1 as a number.
    """
    path = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(path, str):
        raise TypeError(f"{name} must be {wanted}, not {value!r} ({type(value).__name__}).")
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
