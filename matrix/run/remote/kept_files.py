"""What of the folder of a cell is sent back: large outputs that checks stored, and logs.

A model may have written what is there, and a worker that is not ours may send anything: both ends
bound it.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from matrix.files import write_bytes
from matrix.run.outcome import Outcome

_MB = 2**20
# Of one cell with at most 64 models: they are in memory whole, there and here.
MOST_OUTPUTS = 512 * _MB
# Of one log its begin and its end are sent, and of all logs of a cell only so much.
_HEAD, _TAIL = 16 * 1024, 48 * 1024
_MOST_LOGS = 4 * _MB
_MOST_NAME = 300
# As launchers and known answers call them.
_NAME = re.compile(r"[^/\\\0]+/(outputs-\d+\.npz|log(-\d+)?\.txt)")


def files_to_send(folder: Path, outcome: Outcome) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files by their names in the folder, and sentences about what is too large."""
    files: dict[str, bytes] = {}
    warnings: list[str] = []
    left = MOST_OUTPUTS
    checks = outcome.verification.checks if outcome.verification else {}
    for check, record in checks.items():
        if record.stored is None or record.stored in files:
            continue
        content = _content(folder / record.stored, left)
        if content is None:
            warnings.append(
                f"{outcome.cell}: the large outputs of {check} were not sent back, as more than "
                f"{MOST_OUTPUTS // _MB} MB of a cell are not. They are compared by their digest."
            )
            continue
        files[record.stored] = content
        left -= len(content)
    for name, content in _logs(folder):
        files.setdefault(name, content)
    return files, tuple(warnings)


def take_files(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files that were sent back; what is not called like one of ours is left out.

    Raises:
        OSError: they cannot be written.
    """
    left = MOST_OUTPUTS + _MOST_LOGS
    for name, content in files.items():
        if is_name(name) and isinstance(content, bytes) and len(content) <= left:
            left -= len(content)
            write_bytes(folder / PurePosixPath(name), content)


def is_name(name: object) -> bool:
    """Whether a file of ours in the folder of a cell can have a name."""
    if not isinstance(name, str) or len(name) > _MOST_NAME or not _NAME.fullmatch(name):
        return False
    return ".." not in PurePosixPath(name).parts


def _logs(folder: Path) -> Iterator[tuple[str, bytes]]:
    left = _MOST_LOGS
    for path in sorted(folder.glob("*/log*.txt")):
        name = path.relative_to(folder).as_posix()
        content = _ends(path) if _NAME.fullmatch(name) else None
        if content and len(content) <= left:
            left -= len(content)
            yield name, content


def _content(path: Path, most: int) -> bytes | None:
    try:
        found = path.lstat()
        is_plain = stat.S_ISREG(found.st_mode) and found.st_size <= most
        return path.read_bytes() if is_plain else None
    except OSError:
        return None


def _ends(path: Path) -> bytes | None:
    try:
        size = path.lstat().st_size
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        with path.open("rb") as file:
            if size <= _HEAD + _TAIL:
                return file.read(_HEAD + _TAIL)
            head = file.read(_HEAD)
            file.seek(size - _TAIL)
            return b"%s\n... %d KB left out ...\n%s" % (
                head,
                (size - _HEAD - _TAIL) // 1024,
                file.read(_TAIL),
            )
    except OSError:
        return None
