"""A probe that runs, and our end of its streams."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from matrix.isolation.job_object import contained
from matrix.isolation.launch import Launch
from matrix.isolation.self_test import ended
from matrix.run.probing.conversation import End
from matrix.run.probing.streams import LogPipe, PipeEnd, SocketEnd
from matrix.run.processes import PIPE, Process, started


@contextlib.contextmanager
def connected(
    launch: Launch,
) -> Iterator[tuple[Process, End, LogPipe]]:
    """A probe that runs, our end of its streams, and its log."""
    log = LogPipe()
    on_windows = sys.platform == "win32"
    pair = None if on_windows else SocketEnd()
    ends = {"stdin": PIPE, "stdout": PIPE}
    if pair:
        ends = {"stdin": pair.theirs, "stdout": pair.theirs}
    try:
        with (
            started(
                launch.command,
                environment=launch.environment,
                folder=launch.folder,
                stderr=log.theirs,
                **ends,
            ) as process,
            contained(process.pid, launch.memory_mb),
        ):
            connection: End = pair or PipeEnd(process)
            if pair:
                pair.handed_over()
            log.handed_over()
            yield process, connection, log
    finally:
        if pair:
            pair.close()
        if launch.afterwards:
            ended(launch)
