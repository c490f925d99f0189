"""Errors of Loadmatrix: each is a sentence that says what happened, why, and what to do.

What goes wrong with the *model* is never one of these: it is a result (`matrix/results/`).
"""

from __future__ import annotations

from typing import Any


class LoadmatrixError(Exception):
    """Something could not be done; its text says what, why, and what to do.

    `exit_code` is what the command returns for it. `report` is the `Report` of a run that got that
    far before it failed, else `None`.
    """

    exit_code = 2
    report: Any = None


class RequirementsNotMet(LoadmatrixError):
    """A run came to its end, and its report does not meet what was required of it."""

    exit_code = 1


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


# Whoever sees one in a traceback finds it there; the others are never seen outside.
for _public in (LoadmatrixError, RequirementsNotMet, UsageError, NothingTestable, DamagedModel):
    _public.__module__ = "loadmatrix"
