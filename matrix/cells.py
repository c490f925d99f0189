"""A cell: one environment to test in, with the identifier that names it everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matrix.releases import LOCKS, Release


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A release on one Python, plain or with tf-keras beside it.

    `python` is a minor version such as `3.11`. `asked_python` says that the caller chose it, so
    that one release may have several cells. `interpreter` is `None` where the machine has none.
    `locks` is the folder that may hold its lock: another one while a new lock is on trial.
    """

    release: Release
    python: str
    asked_python: bool = False
    interpreter: Path | None = None
    tf_keras: bool = False
    locks: Path = LOCKS

    @property
    def id(self) -> str:
        """The name in nox, in the results folder, in logs and in the table: `2.21.0+tf_keras`."""
        python = f"+py{self.python}" if self.asked_python else ""
        return f"{self.release.version}{python}{'+tf_keras' if self.tf_keras else ''}"

    @property
    def plain(self) -> bool:
        """Whether it holds what a user of that release has, and no more."""
        return not self.tf_keras

    @property
    def lock_name(self) -> str:
        return f"{self.release.version}{'+tf_keras' if self.tf_keras else ''}.txt"

    @property
    def shipped_lock(self) -> Path | None:
        """The lock that comes with the tool; releases off the catalogue have none."""
        path = self.locks / self.lock_name
        return path if path.exists() else None

    @property
    def companions(self) -> tuple[str, ...]:
        """Requirements beside TensorFlow itself."""
        major, minor = self.release.minor
        return (f"tf-keras=={major}.{minor}.*",) if self.tf_keras else ()
