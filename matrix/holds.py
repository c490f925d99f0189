"""Who uses a place in the cache: many at a time, or one alone who changes it.

It is called a hold because a lock is a list of packages here. The file of a hold is an empty SQLite
database. It is no data: what is damaged or foreign is replaced.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, ReadWriteLock, Timeout

from matrix.errors import EnvironmentUnavailable
from matrix.log import logger

_LOG = logger(__name__)
# So often another process may remove the file between two steps of ours.
_ATTEMPTS = 20


class InUse(Exception):
    """Somebody else has the hold, and it was not to be waited for."""


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A hold on what its file stands beside."""

    file: Path

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Use it, together with others; waits for one who has it alone.

        Raises:
            EnvironmentUnavailable: the file cannot be used, with what to do.
        """
        lock = self._taken(alone=False, wait=True)
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[None]:
        """Change it: nobody else uses it meanwhile.

        Raises:
            InUse: somebody uses it, and `wait` is false.
            EnvironmentUnavailable: the file cannot be used, with what to do.
        """
        lock = self._taken(alone=True, wait=wait)
        try:
            yield
        finally:
            lock.release()

    def remove(self) -> None:
        """Remove the file; only for one who has the hold alone."""
        with contextlib.suppress(OSError):
            self.file.unlink()

    def _taken(self, *, alone: bool, wait: bool) -> ReadWriteLock:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(_ATTEMPTS):
            try:
                lock = ReadWriteLock(self.file, is_singleton=False)
                before = self._identity()
                (lock.acquire_write if alone else lock.acquire_read)(blocking=wait)
            except Timeout as timeout:
                raise InUse from timeout
            except (sqlite3.Error, ValueError, OSError) as error:
                self._mend(error, wait=wait)
                continue
            # Who removes the file has it alone: then what was taken is a file that is gone.
            if before is not None and before == self._identity():
                return lock
            lock.release()
        raise EnvironmentUnavailable(
            f"{self.file} could not be taken: another program removes it again and again. Find "
            "that program, or choose another folder with --envdir."
        )

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self.file.lstat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _mend(self, error: Exception, *, wait: bool) -> None:
        """Remove the file where it is none of ours.

        Raises:
            EnvironmentUnavailable: it is one, and cannot be used.
        """
        with FileLock(self.file.with_name(".holds.lock")):
            found = self._complaint()
            if found is None:
                # Somebody else was faster.
                return
            if not self._is_foreign(found):
                raise EnvironmentUnavailable(
                    f"{self.file} cannot be used to see who uses this environment ({error}). "
                    "Remove it if no test is running, or choose another folder with --envdir."
                ) from error
            _LOG.info("%s was damaged (%s): replacing it", self.file.name, found)
            self._wait_for_its_users(wait=wait)
            if self.file.is_dir() and not self.file.is_symlink():
                shutil.rmtree(self.file, ignore_errors=True)
            else:
                self.file.unlink(missing_ok=True)

    def _complaint(self) -> Exception | None:
        try:
            lock = ReadWriteLock(self.file, is_singleton=False)
            lock.acquire_read(blocking=False)
        except Timeout:
            return None
        except (sqlite3.Error, ValueError, OSError) as error:
            return error
        lock.release()
        return None

    def _is_foreign(self, error: Exception) -> bool:
        """Whether the file is no empty database: not where the disk or a permission is at fault."""
        if isinstance(error, sqlite3.Error):
            return not isinstance(error, sqlite3.OperationalError)
        try:
            regular = stat.S_ISREG(self.file.lstat().st_mode)
        except OSError:
            return False
        return isinstance(error, ValueError) or not regular

    def _wait_for_its_users(self, *, wait: bool) -> None:
        """Whoever took it before it was damaged has it still: the system knows, not the content."""
        if sys.platform == "win32" or not self.file.is_file() or self.file.is_symlink():
            return
        import fcntl

        with self.file.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise InUse from error
