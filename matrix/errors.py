"""Errors of Loadmatrix: each is a sentence that says what happened, why, and what to do.

What goes wrong with the *model* is never one of these: it is a result (`matrix/results/`).
"""

from __future__ import annotations


class LoadmatrixError(Exception):
    """The tool failed; `exit_code` is what the command returns for it."""

    exit_code = 2


class UsageError(LoadmatrixError):
    """A misspelled option, an impossible selection, a path that does not exist."""

    exit_code = 4


class NothingTestable(LoadmatrixError):
    """No model was found, or none of the loaders applies to what was found."""

    exit_code = 3


class DamagedModel(NothingTestable):
    """What is there was a model, and its bytes do not read any more."""


class LockError(LoadmatrixError):
    """The packages of a release could not be resolved into a lock."""


class EnvironmentUnavailable(LoadmatrixError):
    """An environment could not be built here: becomes an `unavailable` cell, never a lost run."""


class EnvironmentBroken(EnvironmentUnavailable):
    """An environment was built, but what loaders need does not work in it: a `broken` cell."""
